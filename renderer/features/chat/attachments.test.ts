import { cleanup, configure, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../../contract/errors/app-error.ts';
import { speak } from '../../messages/messages.svelte.ts';
import { c1, fakeChat, isDone, openChat, stubObservers } from '../../testing/chat-bench.ts';
import type { FakeApp } from '../../testing/fake-app.ts';
import { sampleDocument } from '../../testing/sample-documents.ts';
import { sampleInstalled, sampleModelsReady, sampleReady } from '../../testing/sample-models.ts';
import { filesOfPaste } from './pasted-files.ts';

// A busy machine is slow; no test here asserts a time.
configure({ asyncUtilTimeout: 15_000 });

beforeEach(() => {
  speak('en');
  stubObservers();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function file(name: string): File {
  return new File(['bytes'], name);
}

/** What the app was asked to send. */
function sends(app: FakeApp) {
  return vi.spyOn(app.client.chat, 'send');
}

async function openWith(app: FakeApp, ...names: string[]) {
  const chat = await openChat(app);
  chat.desk.incoming.take(names.map(file));
  const chip = async (name: string) => {
    const row = await waitFor(() => {
      const found = chat.container.querySelector<HTMLElement>(`[data-file="${name}"]`);
      if (!found) throw new Error(`no chip for ${name}`);
      return found;
    });
    return within(row);
  };
  return { ...chat, chip };
}

describe('a file in the composer', () => {
  test('is read, says how the model would be given it, and goes with the message', async () => {
    const app = fakeChat();
    const sent = sends(app);
    const { chip, say, box } = await openWith(app, 'notes.txt');
    await (await chip('notes.txt')).findByText(/Read whole · 420 tokens, about 315 words/u);
    await say('What is in it?');
    await waitFor(() => expect(sent).toHaveBeenCalled());
    expect(sent.mock.calls[0]?.[0].attachments).toEqual([
      { documentId: 'd-notes.txt', mode: 'auto' },
    ]);
    await box.findByRole('button', { name: 'Open notes.txt' });
    await isDone(app);
    expect(app.draftFiles.get(c1) ?? []).toEqual([]);
  });

  test('says why it could not be read, stays out of the message, and can be read again', async () => {
    const app = fakeChat();
    const sent = sends(app);
    const { chip, box, say } = await openWith(app, 'locked.pdf', 'notes.txt');
    const locked = await chip('locked.pdf');
    await locked.findByText(/opens only with a password|locked with a password/u);
    await box.findByText('Not read, so it will not go with your message: locked.pdf.');
    await fireEvent.click(locked.getByRole('button', { name: /Try again/u }));
    await waitFor(() => expect(app.calls).toContain('documents.read'));
    await locked.findByText(/password/u);
    await say('And now?');
    await waitFor(() => expect(sent).toHaveBeenCalled());
    expect(sent.mock.calls[0]?.[0].attachments?.map(({ documentId }) => documentId)).toEqual([
      'd-notes.txt',
    ]);
    await isDone(app);
  });

  test('that the app does not take says so, and is copied once more on request', async () => {
    const app = fakeChat();
    app.failures.set('documents.add', new AppError('storage.full', { path: '/data' }));
    const { chip } = await openWith(app, 'notes.txt');
    const notes = await chip('notes.txt');
    await notes.findByText(/disk is full/u);
    await fireEvent.click(notes.getByRole('button', { name: /Try again/u }));
    await notes.findByText(/Read whole/u);
  });

  test('tells of text that cannot be seen, and in what way it is hidden', async () => {
    const { chip } = await openWith(fakeChat(), 'hidden.docx');
    const hidden = await chip('hidden.docx');
    await hidden.findByText('This file holds text you cannot see (312 characters)');
    expect(hidden.getByText('letters in the colour of the page: 312')).toBeTruthy();
  });

  test('has the text on its scanned pages recognised on request', async () => {
    const app = fakeChat();
    const { chip } = await openWith(app, 'scan.pdf');
    const scan = await chip('scan.pdf');
    await scan.findByText('Pages that are pictures of text: 2');
    await fireEvent.click(scan.getByRole('button', { name: /Recognise text/u }));
    await waitFor(() => expect(scan.queryByText(/pictures of text/u)).toBeNull());
    expect(app.calls).toContain('documents.read');
  });

  test('is taken out again', async () => {
    const app = fakeChat();
    const { chip, container } = await openWith(app, 'notes.txt', 'b.txt');
    await (await chip('notes.txt')).findByText(/Read whole/u);
    await fireEvent.click((await chip('notes.txt')).getByRole('button', { name: /^Remove/u }));
    await waitFor(() => expect(container.querySelector('[data-file="notes.txt"]')).toBeNull());
    await waitFor(() =>
      expect(app.draftFiles.get(c1)?.map(({ documentId }) => documentId)).toEqual(['d-b.txt']),
    );
  });

  test('stands there again when the chat is opened again', async () => {
    const app = fakeChat();
    app.draftFiles.set(c1, [
      { documentId: app.documents.put(sampleDocument('kept.pdf')).id, mode: 'passages' },
      { documentId: sampleDocument('gone.pdf').id, mode: 'auto' },
    ]);
    const { chip, container } = await openWith(app);
    await (await chip('kept.pdf')).findByText(/of 12 passages/u);
    expect(container.querySelectorAll('[data-file]')).toHaveLength(1);
  });

  test('is there once, however often it is added', async () => {
    const { chip, container, desk } = await openWith(fakeChat(), 'notes.txt');
    await (await chip('notes.txt')).findByText(/Read whole/u);
    desk.incoming.take([file('notes.txt')]);
    await waitFor(() => expect(container.querySelectorAll('[data-file]')).toHaveLength(2));
    await waitFor(() => expect(container.querySelectorAll('[data-file]')).toHaveLength(1));
  });

  test('beyond the hundredth is left out, and that is said', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `n${index}.txt`);
    const { box, container } = await openWith(fakeChat(), ...names);
    await box.findByText('A message takes 100 files at most. The others were left out.');
    expect(container.querySelectorAll('[data-file]')).toHaveLength(100);
  });
});

describe('a message whose files are still being read', () => {
  test('waits for them and then goes', async () => {
    const app = fakeChat({ deltaMs: 60 });
    const sent = sends(app);
    const { say, box } = await openWith(app, 'notes.txt');
    await say('What is in it?');
    await box.findByText('Your message is sent as soon as the files are read.');
    expect(sent).not.toHaveBeenCalled();
    await waitFor(() => expect(sent).toHaveBeenCalledOnce());
    expect(sent.mock.calls[0]?.[0].attachments).toHaveLength(1);
  });

  test('can be held back', async () => {
    const app = fakeChat();
    const sent = sends(app);
    const { say, box, composer, chip } = await openWith(app, 'slow.epub');
    await say('What is in it?');
    await fireEvent.click(await box.findByRole('button', { name: 'Do not send yet' }));
    await fireEvent.click((await chip('slow.epub')).getByRole('button', { name: /^Remove/u }));
    await box.findByRole('button', { name: 'Send' });
    expect(sent).not.toHaveBeenCalled();
    expect(composer().value).toBe('What is in it?');
  });
});

describe('a picture for a model without eyes', () => {
  function blindApp(): FakeApp {
    const models = sampleModelsReady();
    const blind = sampleInstalled({ id: 'm-smol', name: 'SmolLM2 135M', projectorPath: null });
    const installed = [...models.installed.filter(({ id }) => id !== blind.id), blind];
    return fakeChat({ models: { ...models, installed, engine: sampleReady(blind) } });
  }

  test('says so before it is sent and offers a model that sees', async () => {
    const app = blindApp();
    const { box } = await openWith(app, 'harbour.png');
    await box.findByText('SmolLM2 135M cannot see pictures.');
    await fireEvent.click(box.getByRole('button', { name: 'Load Qwen3.5 4B' }));
    await waitFor(() => expect(app.calls).toContain('models.choose'));
  });

  test('offers the text in it instead', async () => {
    const app = blindApp();
    const { box, chip } = await openWith(app, 'harbour.png');
    await fireEvent.click(await box.findByRole('button', { name: 'Read the text in it instead' }));
    await waitFor(() => expect(app.calls).toContain('documents.read'));
    await waitFor(() => expect(box.queryByText(/cannot see pictures/u)).toBeNull());
    await chip('harbour.png');
  });

  test('is no matter for one that sees', async () => {
    const { box, chip } = await openWith(fakeChat(), 'harbour.png');
    await (await chip('harbour.png')).findByText(/Looked at · 256 tokens/u);
    expect(box.queryByText(/cannot see pictures/u)).toBeNull();
  });
});

describe('a collection', () => {
  test('is asked in a chat until it is taken out', async () => {
    const app = fakeChat();
    const { id } = app.knowledge.put('Thesis');
    const { box } = await openWith(app);
    const add = box.getByRole('button', { name: 'Add files and sources' });
    add.focus();
    await fireEvent.keyDown(add, { key: 'Enter' });
    await fireEvent.click(await screen.findByRole('menuitemcheckbox', { name: 'Thesis' }));
    await box.findByText('Asks “Thesis”');
    await waitFor(() => expect(app.collections.get(c1)).toEqual([id]));
    await fireEvent.click(box.getByRole('button', { name: 'Do not ask “Thesis”' }));
    await waitFor(() => expect(app.collections.get(c1)).toEqual([]));
  });
});

describe('a paste', () => {
  const clipboard = (files: File[], text: string) => ({
    files: files as unknown as FileList,
    getData: () => text,
  });

  test('of a picture without a name gets one', () => {
    const [taken] = filesOfPaste(clipboard([file('image.png')], ''), 'Pasted picture.png');
    expect(taken?.name).toBe('Pasted picture.png');
  });

  test('of text that brings its picture along is text', () => {
    expect(filesOfPaste(clipboard([file('image.png')], 'words'), 'x.png')).toEqual([]);
  });

  test('of files keeps their names', () => {
    const names = filesOfPaste(clipboard([file('a.pdf'), file('b.txt')], ''), 'x.png');
    expect(names.map(({ name }) => name)).toEqual(['a.pdf', 'b.txt']);
  });
});
