import { fireEvent, render, waitFor, within } from '@testing-library/svelte';
import { expect, vi } from 'vitest';
import type { ConversationId } from '../../contract/chat/message.ts';
import ChatRoom from '../features/chat/ChatRoom.svelte';
import { Desk } from '../state/desk.svelte.ts';
import { ModelsStore } from '../state/models-store.svelte.ts';
import { FakeApp } from './fake-app.ts';
import { sampleConversations } from './scenes.ts';

class NoObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

/** The sample conversations that the tests of the chat room open. */
export const c1 = 'c1' as ConversationId;
export const c2 = 'c2' as ConversationId;

/** jsdom has no layout, so there is nothing to observe. */
export function stubObservers(): void {
  vi.stubGlobal('ResizeObserver', NoObserver);
  vi.stubGlobal('IntersectionObserver', NoObserver);
}

/** An app with three conversations that answers quickly. */
export function fakeChat(options: ConstructorParameters<typeof FakeApp>[0] = {}): FakeApp {
  return new FakeApp({ conversations: sampleConversations(3, 0), deltaMs: 1, ...options });
}

/** The chat room over `app`, with the hands a person has. */
export async function openChat(app: FakeApp, conversationId: ConversationId | null = c1) {
  const oncreated = vi.fn();
  const models = new ModelsStore(app.client);
  await models.load();
  const desk = new Desk(app);
  desk.follow();
  await desk.knowledge.load();
  const [onmodels, onknowledge] = [vi.fn(), vi.fn()];
  const view = render(ChatRoom, {
    ...{ conversationId, api: app.client, desk, models },
    ...{ oncreated, onmodels, onknowledge },
  });
  if (conversationId !== null) await view.findByLabelText('Conversation');
  const box = within(view.container);
  const composer = () => box.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' });
  const write = (value: string) => fireEvent.input(composer(), { target: { value } });
  const say = async (value: string) => {
    await write(value);
    await fireEvent.keyDown(composer(), { key: 'Enter' });
  };
  return { ...view, box, composer, write, say, oncreated, desk, onmodels, onknowledge };
}

/** The answers on show. */
export const answers = (container: HTMLElement) => [
  ...container.querySelectorAll('article[aria-label="The answer"]'),
];
/** Waits until no answer is being written. */
export const isDone = (app: FakeApp, id = c1) =>
  waitFor(() => expect(app.conversations.get(id)?.run).toBeNull());
