import {
  cleanup,
  configure,
  fireEvent,
  render,
  screen,
  waitFor,
  within,
} from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConversationId } from '../../../contract/chat/message.ts';
import { textOf } from '../../../contract/chat/message.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { Desk } from '../../state/desk.svelte.ts';
import { ModelsStore } from '../../state/models-store.svelte.ts';
import {
  answers,
  c1,
  c2,
  fakeChat,
  isDone,
  openChat,
  stubObservers,
} from '../../testing/chat-bench.ts';
import { sampleModels } from '../../testing/sample-models.ts';
import ChatRoom from './ChatRoom.svelte';

// A busy machine is slow to bring the grammars; no test here asserts a time.
configure({ asyncUtilTimeout: 15_000 });

let copied = '';

beforeEach(() => {
  stubObservers();
  // jsdom has no clipboard.
  copied = '';
  Object.defineProperty(navigator, 'clipboard', {
    configurable: true,
    value: {
      writeText: async (text: string) => {
        copied = text;
      },
    },
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('a conversation', () => {
  test('shows its messages, each marked with its language', async () => {
    const { container } = await openChat(fakeChat(), c2);
    expect(container.querySelector('.bubble')?.getAttribute('lang')).toBe('zh-Hant');
    expect(answers(container)[0]?.querySelector('strong')?.textContent).toBe(
      '防手震（debounce）的意思是：',
    );
  });

  test('shows an answer while it is written and whole at the end', async () => {
    const app = fakeChat();
    const { container, say, box } = await openChat(app);
    await say('Again please');
    await waitFor(() => expect(answers(container)).toHaveLength(2));
    await waitFor(() => expect(answers(container)[1]?.textContent).toContain('A debounced'));
    expect(box.getByRole('button', { name: 'Stop' })).toBeTruthy();
    await isDone(app);
    await waitFor(() => expect(box.getByRole('button', { name: 'Send' })).toBeTruthy());
    const texts = answers(container).map((answer) => answer.querySelector('.prose')?.textContent);
    expect(texts[1]).toContain('clear it when the component goes');
    expect(texts[1]).toBe(texts[0]);
  });

  test('tells what the run does before it writes', async () => {
    const app = fakeChat({ deltaMs: 30 });
    const { say, box } = await openChat(app);
    await say('Again please');
    await box.findByText('Reading, 309 of about 309 words');
  });

  test('stops when asked and keeps what is there', async () => {
    const app = fakeChat({ deltaMs: 8 });
    const { container, say, box } = await openChat(app);
    await say('Again please');
    await waitFor(() => expect(answers(container)[1]?.textContent).toContain('A debounced'));
    await fireEvent.click(box.getByRole('button', { name: 'Stop' }));
    await box.findByText('You stopped this answer.');
    expect(answers(container)[1]?.textContent).toContain('A debounced');
  });

  test('shows thoughts apart from the answer', async () => {
    const app = fakeChat();
    const { container, say } = await openChat(app);
    await say('think about it');
    await isDone(app);
    await waitFor(() =>
      expect(answers(container)[1]?.querySelector('details')?.textContent).toContain(
        'The person asks',
      ),
    );
    expect(answers(container)[1]?.querySelector('.prose')?.textContent).not.toContain(
      'The person asks',
    );
  });

  test('that is gone says so', async () => {
    const app = fakeChat();
    render(ChatRoom, {
      conversationId: 'none' as ConversationId,
      api: app.client,
      desk: new Desk(app),
      models: new ModelsStore(app.client),
      ...{ oncreated: vi.fn(), onmodels: vi.fn(), onknowledge: vi.fn() },
    });
    await screen.findByText('This chat is no longer here.');
  });

  test('is the same in two windows on one run', async () => {
    const app = fakeChat({ deltaMs: 4 });
    const first = await openChat(app);
    await first.say('Again please');
    await waitFor(() => expect(answers(first.container)[1]?.textContent).toContain('A debounced'));
    const second = await openChat(app);
    await isDone(app);
    await waitFor(() => {
      const [left, right] = [first, second].map(
        ({ container }) => answers(container)[1]?.querySelector('.prose')?.textContent,
      );
      expect(left).toContain('clear it when the component goes');
      expect(right).toBe(left);
    });
  });

  test('is watched again after the connection was lost', async () => {
    const app = fakeChat();
    app.failures.set('chat.watch', new AppError('connection.lost', {}));
    await openChat(app);
    expect(app.calls.filter((path) => path === 'chat.watch')).toHaveLength(2);
  });
});

describe('branches', () => {
  test('regenerating makes a second version beside the first', async () => {
    const app = fakeChat();
    const { box, container } = await openChat(app);
    await fireEvent.click(box.getByRole('button', { name: 'Write another answer' }));
    await isDone(app);
    await box.findByText('Version 2 of 2');
    expect(answers(container)).toHaveLength(1);
    await fireEvent.click(box.getByRole('button', { name: 'Previous version' }));
    await box.findByText('Version 1 of 2');
    await fireEvent.keyDown(box.getByRole('toolbar', { name: 'Versions' }), { key: 'ArrowRight' });
    await box.findByText('Version 2 of 2');
  });

  test('editing asks anew beside the old message', async () => {
    const app = fakeChat();
    const { box, container } = await openChat(app);
    await fireEvent.click(box.getByRole('button', { name: 'Edit' }));
    const editor = box.getByRole('textbox', { name: 'Edit' });
    await fireEvent.input(editor, { target: { value: 'What is a throttled function' } });
    await fireEvent.keyDown(editor, { key: 'Enter' });
    await isDone(app);
    await waitFor(() =>
      expect(container.querySelector('.bubble')?.textContent).toBe('What is a throttled function'),
    );
    await box.findByText('Version 2 of 2');
    const roots = app.conversations.get(c1)?.messages.filter(({ parentId }) => parentId === null);
    expect(roots?.map(textOf)).toEqual([
      'What is a debounced function',
      'What is a throttled function',
    ]);
  });

  test('leaving the editor changes nothing', async () => {
    const app = fakeChat();
    const { box, container } = await openChat(app);
    await fireEvent.click(box.getByRole('button', { name: 'Edit' }));
    const editor = box.getByRole('textbox', { name: 'Edit' });
    await fireEvent.input(editor, { target: { value: 'other' } });
    await fireEvent.keyDown(editor, { key: 'Escape' });
    await tick();
    expect(container.querySelector('.bubble')?.textContent).toBe('What is a debounced function');
    expect(app.calls).not.toContain('chat.edit');
  });

  test('a failed edit keeps the words in the editor and says why', async () => {
    const app = fakeChat();
    const { box } = await openChat(app);
    await fireEvent.click(box.getByRole('button', { name: 'Edit' }));
    const editor = box.getByRole<HTMLTextAreaElement>('textbox', { name: 'Edit' });
    await fireEvent.input(editor, { target: { value: 'other' } });
    app.failures.set('chat.edit', new AppError('storage.full', { path: '/data' }));
    await fireEvent.click(
      within(editor.closest('article') as HTMLElement).getByRole('button', { name: 'Send' }),
    );
    await box.findByRole('alert');
    expect(editor.value).toBe('other');
  });
});

describe('the composer', () => {
  test('does not send the Enter of an input method', async () => {
    const app = fakeChat();
    const { write, composer } = await openChat(app);
    await write('你好');
    await fireEvent.keyDown(composer(), { key: 'Enter', isComposing: true });
    await fireEvent.keyDown(composer(), { key: 'Enter', keyCode: 229 });
    await fireEvent.keyDown(composer(), { key: 'Enter', shiftKey: true });
    expect(app.calls).not.toContain('chat.send');
    expect(composer().value).toBe('你好');
  });

  test('keeps the text and says why when sending fails', async () => {
    const app = fakeChat();
    const { say, composer, box } = await openChat(app);
    app.failures.set('chat.send', new AppError('storage.full', { path: '/data' }));
    await say('important words');
    expect((await box.findByRole('alert')).textContent).toContain('disk');
    expect(composer().value).toBe('important words');
    await fireEvent.keyDown(composer(), { key: 'Enter' });
    await waitFor(() => expect(composer().value).toBe(''));
  });

  test('sends nothing that is blank', async () => {
    const app = fakeChat();
    const { say } = await openChat(app);
    await say('  \n ');
    expect(app.calls).not.toContain('chat.send');
  });

  test('keeps a draft for each conversation and brings it back', async () => {
    const app = fakeChat();
    const view = await openChat(app);
    await view.write('half a thought');
    await view.rerender({ conversationId: c2 });
    await waitFor(() => expect(app.drafts.get(c1)).toBe('half a thought'));
    await waitFor(() => expect(view.composer().value).toBe(''));
    await view.rerender({ conversationId: c1 });
    await waitFor(() => expect(view.composer().value).toBe('half a thought'));
  });

  test('brings a draft back in a new window', async () => {
    const app = fakeChat();
    app.drafts.set(c1, 'from yesterday');
    const { composer } = await openChat(app);
    await waitFor(() => expect(composer().value).toBe('from yesterday'));
  });

  test('keeps the draft when the window goes', async () => {
    const app = fakeChat();
    const { write } = await openChat(app);
    await write('unsent');
    await fireEvent(window, new Event('pagehide'));
    await waitFor(() => expect(app.drafts.get(c1)).toBe('unsent'));
  });

  test('empties the kept draft once it was sent', async () => {
    const app = fakeChat();
    const { say, composer } = await openChat(app);
    await say('Again please');
    await waitFor(() => expect(composer().value).toBe(''));
    await waitFor(() => expect(app.drafts.get(c1) ?? '').toBe(''));
    await isDone(app);
  });

  test('says in one line why it cannot send without a model', async () => {
    const app = fakeChat({ models: sampleModels() });
    const { write, box } = await openChat(app);
    await write('hello');
    expect(
      box.getByText('Add a model first, then you can send. What you write is kept.'),
    ).toBeTruthy();
    expect(box.getByRole<HTMLButtonElement>('button', { name: 'Send' }).disabled).toBe(true);
  });

  test('does not send while an answer is written, and says so', async () => {
    const app = fakeChat({ deltaMs: 8 });
    const { say, box, composer } = await openChat(app);
    await say('Again please');
    await box.findByRole('button', { name: 'Stop' });
    await say('and another');
    expect(app.calls.filter((path) => path === 'chat.send')).toHaveLength(1);
    expect(composer().value).toBe('and another');
    expect(
      box.getByText('An answer is being written. Stop it, or send when it is done.'),
    ).toBeTruthy();
  });
});

describe('a new chat', () => {
  test('begins with a starter in the composer', async () => {
    const { box, composer } = await openChat(fakeChat(), null);
    await fireEvent.click(
      box.getByRole('button', { name: 'Explain how tides work, as if I were ten' }),
    );
    await waitFor(() => expect(composer().value).toBe('Explain how tides work, as if I were ten'));
    expect(document.activeElement).toBe(composer());
    await fireEvent.click(
      box.getByRole('button', { name: 'Help me write a kind but firm reply to …' }),
    );
    await waitFor(() => expect(composer().value).toBe('Help me write a kind but firm reply to '));
  });

  test('tells its id when the first message was sent', async () => {
    const { say, oncreated } = await openChat(fakeChat(), null);
    await say('Hello');
    await waitFor(() => expect(oncreated).toHaveBeenCalledExactlyOnceWith('new-1'));
  });
});

describe('message actions', () => {
  test('copy the Markdown as it was written', async () => {
    const app = fakeChat();
    const { container } = await openChat(app);
    const answer = answers(container)[0] as HTMLElement;
    await fireEvent.click(within(answer).getByRole('button', { name: 'Copy' }));
    expect(copied).toContain('1. **It is late on purpose.** With `waitMs`');
  });

  test('say when copying is not possible', async () => {
    Object.defineProperty(navigator, 'clipboard', { configurable: true, value: undefined });
    const { container, box } = await openChat(fakeChat());
    await fireEvent.click(
      within(answers(container)[0] as HTMLElement).getByRole('button', { name: 'Copy' }),
    );
    await box.findByText('The text could not be copied. Select it and press Ctrl+C.');
  });

  test('an answer that failed says why and can be tried again', async () => {
    const app = fakeChat();
    const conversation = app.conversations.get(c1);
    const id = conversation?.activeLeafId;
    if (!conversation || !id) throw new Error('no sample');
    conversation.replace(id, {
      parts: [],
      status: 'failed',
      error: { code: 'model.out-of-memory', data: { neededBytes: 5e9, availableBytes: 3e9 } },
    });
    const { box } = await openChat(app);
    expect(box.getByText(/5 GB/u)).toBeTruthy();
    await fireEvent.click(box.getByRole('button', { name: 'Try again' }));
    await isDone(app);
    expect(app.calls).toContain('chat.regenerate');
  });

  test('a damaged message is shown with a warning', async () => {
    const app = fakeChat();
    const conversation = app.conversations.get(c1);
    if (conversation?.activeLeafId)
      conversation.replace(conversation.activeLeafId, { isDamaged: true });
    const { box } = await openChat(app);
    expect(box.getByText(/does not match its checksum/u)).toBeTruthy();
  });
});

describe('a link in an answer', () => {
  test('is shown in full before it opens', async () => {
    const app = fakeChat();
    const conversation = app.conversations.get(c1);
    if (!conversation?.activeLeafId) throw new Error('no sample');
    conversation.replace(conversation.activeLeafId, {
      parts: [{ type: 'text', text: '[the bank](https://bаnk.example/x)' }],
    });
    const { box } = await openChat(app);
    await fireEvent.click(box.getByRole('link', { name: 'the bank' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByText('https://xn--bnk-6cd.example/x')).toBeTruthy();
    expect(app.calls).not.toContain('app.openLink');
    await fireEvent.click(dialog.getByRole('button', { name: 'Open' }));
    await waitFor(() => expect(app.calls).toContain('app.openLink'));
  });

  test('that is not encrypted says so, and opens all the same', async () => {
    const app = fakeChat();
    const conversation = app.conversations.get(c1);
    if (!conversation?.activeLeafId) throw new Error('no sample');
    conversation.replace(conversation.activeLeafId, {
      parts: [
        { type: 'text', text: '[the router](http://192.168.1.1/) [safe](https://a.example/)' },
      ],
    });
    const { box } = await openChat(app);
    await fireEvent.click(box.getByRole('link', { name: 'safe' }));
    let dialog = within(await screen.findByRole('dialog'));
    expect(dialog.queryByText(/not encrypted/u)).toBeNull();
    await fireEvent.click(dialog.getByRole('button', { name: 'Cancel' }));
    await fireEvent.click(box.getByRole('link', { name: 'the router' }));
    dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByText(/not encrypted/u)).toBeTruthy();
    await fireEvent.click(dialog.getByRole('button', { name: 'Open' }));
    await waitFor(() => expect(app.calls).toContain('app.openLink'));
  });
});
