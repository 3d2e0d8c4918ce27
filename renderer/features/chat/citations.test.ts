import { cleanup, configure, fireEvent, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { speak } from '../../messages/messages.svelte.ts';
import {
  answers,
  c1,
  fakeChat,
  isDone,
  openChat,
  stubObservers,
} from '../../testing/chat-bench.ts';
import { documentScenes } from '../../testing/document-scenes.ts';

configure({ asyncUtilTimeout: 15_000 });

beforeEach(() => {
  speak('en');
  stubObservers();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const answerOf = (container: HTMLElement) => within(answers(container)[0] as HTMLElement);

describe('a number in an answer', () => {
  test('is named by its source and opens the document at the passage', async () => {
    const { container, desk } = await openChat(documentScenes.cited());
    const button = answerOf(container).getByRole('button', { name: /^Source 1: Minutes/u });
    expect(button.textContent).toBe('1');
    await fireEvent.click(button);
    expect(desk.view.current?.passage?.text).toContain('The budget of Project Falcon is 48210.');
    expect(desk.view.current?.passage?.page).toBe(1);
  });

  test('that stands for nothing is marked, and is no button', async () => {
    const { container } = await openChat(documentScenes.cited());
    const answer = answerOf(container);
    expect(answer.getByRole('note', { name: '9: there is no such passage' }).textContent).toBe(
      '9?',
    );
    expect(answer.queryByRole('button', { name: /^Source 9/u })).toBeNull();
  });

  test('becomes a button while the answer is written', async () => {
    const app = fakeChat({ deltaMs: 4 });
    const { container, desk, say } = await openChat(app);
    desk.incoming.take([new File(['x'], 'notes.txt')]);
    await say('What is the budget?');
    await waitFor(() => {
      expect(app.conversations.get(c1)?.run).not.toBeNull();
      expect(answers(container)[1]?.querySelector('.md-citation')?.textContent).toBe('1');
    });
    await isDone(app);
  });

  test('stays text where no document was read', async () => {
    const app = fakeChat();
    const conversation = app.conversations.get(c1);
    const id = conversation?.activeLeafId;
    if (id) conversation?.replace(id, { parts: [{ type: 'text', text: 'See list [1].' }] });
    const { container } = await openChat(app);
    expect(answers(container)[0]?.querySelector('.prose')?.textContent?.trim()).toBe(
      'See list [1].',
    );
  });
});

test('a quote that is in no source is marked as such', async () => {
  const { container } = await openChat(documentScenes.cited());
  const answer = answers(container)[0];
  expect(answer?.querySelector('mark')?.textContent).toBe(
    'The deadline of Project Falcon is May."',
  );
  expect(answerOf(container).getByText('not found in the source')).toBeTruthy();
});

test('where nothing bears on the question, that is said whatever the model writes', async () => {
  const { container } = await openChat(documentScenes.irrelevant());
  expect(answerOf(container).getByText(/^Not in your documents:/u)).toBeTruthy();
});

test('what the model read stands under the question, each passage with its place', async () => {
  const { box, desk } = await openChat(documentScenes.cited());
  expect(box.getByText('What the model read')).toBeTruthy();
  expect(box.getAllByText(/page 1 · Chapter 1$/u)).toHaveLength(4);
  await fireEvent.click(box.getByRole('button', { name: 'Show passage 6 in its document' }));
  expect(desk.view.current?.name).toBe('備忘錄.md');
});

test('a picture of a question is shown large', async () => {
  const { box } = await openChat(documentScenes.cited());
  const thumb = box.getByRole('button', { name: 'Look at harbour.png' });
  thumb.focus();
  await fireEvent.click(thumb);
  const dialog = await waitFor(() => within(document.body).getByRole('dialog'));
  expect(dialog.textContent).toContain('harbour.png');
  await fireEvent.keyDown(document.activeElement ?? dialog, { key: 'Escape' });
  await waitFor(() => expect(within(document.body).queryByRole('dialog')).toBeNull());
});
