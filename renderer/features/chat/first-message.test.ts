import { cleanup, configure, fireEvent, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConversationId } from '../../../contract/chat/message.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import {
  answers,
  c2,
  fakeChat,
  isDone,
  openChat,
  stubObservers,
} from '../../testing/chat-bench.ts';
import type { FakeApp } from '../../testing/fake-app.ts';

// A busy machine is slow to bring the grammars; no test here asserts a time.
configure({ asyncUtilTimeout: 15_000 });

beforeEach(() => stubObservers());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('the first message of a chat', () => {
  const bubbles = (container: HTMLElement) =>
    [...container.querySelectorAll('.bubble')].map((bubble) => bubble.textContent);

  /** The app answers nothing until `release` is called. */
  function held(app: FakeApp) {
    const gate = Promise.withResolvers<void>();
    const { send } = app.client.chat;
    vi.spyOn(app.client.chat, 'send').mockImplementation(async (...values) => {
      await gate.promise;
      return await send(...values);
    });
    return gate.resolve;
  }

  test('stands there at once, and once only when the chat is there', async () => {
    const app = fakeChat();
    const release = held(app);
    const { say, composer, container, oncreated, rerender } = await openChat(app, null);
    await say('Hello');
    await waitFor(() => expect(bubbles(container)).toEqual(['Hello']));
    expect(composer().value).toBe('');
    expect(oncreated).not.toHaveBeenCalled();
    release();
    await waitFor(() => expect(oncreated).toHaveBeenCalledWith('new-1'));
    await rerender({ conversationId: 'new-1' as ConversationId });
    await waitFor(() => expect(answers(container)).toHaveLength(1));
    expect(bubbles(container)).toEqual(['Hello']);
    await isDone(app, 'new-1' as ConversationId);
  });

  test('goes back into the composer, before what was typed since, when it did not arrive', async () => {
    const app = fakeChat();
    app.failures.set('chat.send', new AppError('storage.full', { path: '/data' }));
    const release = held(app);
    const { say, write, composer, container, box } = await openChat(app, null);
    await say('Hello');
    await waitFor(() => expect(bubbles(container)).toEqual(['Hello']));
    await write('and more');
    release();
    await box.findByRole('alert');
    await waitFor(() => expect(composer().value).toBe('Hello\nand more'));
    expect(bubbles(container)).toEqual([]);
    await waitFor(() => expect(app.drafts.get(null)).toBe('Hello\nand more'));
  });

  test('is kept as a draft until the app has it', async () => {
    const app = fakeChat();
    const release = held(app);
    const { say } = await openChat(app, null);
    await say('Hello');
    await fireEvent(window, new Event('pagehide'));
    await waitFor(() => expect(app.drafts.get(null)).toBe('Hello'));
    release();
    await waitFor(() => expect(app.drafts.get(null) ?? '').toBe(''));
  });

  test('leaves a person who has gone elsewhere where they are', async () => {
    const app = fakeChat();
    const release = held(app);
    const { say, rerender, oncreated, container } = await openChat(app, null);
    await say('Hello');
    await rerender({ conversationId: c2 });
    release();
    await waitFor(() => expect(app.conversations.size).toBe(4));
    await waitFor(() => expect(answers(container)).toHaveLength(1));
    expect(oncreated).not.toHaveBeenCalled();
  });
});
