import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../../contract/errors/app-error.ts';
import { speak } from '../../messages/messages.svelte.ts';
import { Desk } from '../../state/desk.svelte.ts';
import { addBrowserParts } from '../../testing/browser-parts.ts';
import { FakeApp } from '../../testing/fake-app.ts';
import { sampleDocument, samplePassages } from '../../testing/sample-documents.ts';
import DocumentPanel from './DocumentPanel.svelte';
import { DocumentText, splitAt } from './document-text.svelte.ts';

configure({ asyncUtilTimeout: 15_000 });

let app: FakeApp;
let desk: Desk;

beforeEach(() => {
  speak('en');
  addBrowserParts();
  app = new FakeApp({ deltaMs: 1 });
  desk = new Desk(app);
  render(DocumentPanel, { desk });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** Opens a sample document at its passage of that number, from 1. */
function openAt(name: string, number: number) {
  const document = app.documents.put(sampleDocument(name));
  const passage = samplePassages(document)[number - 1];
  if (!passage) throw new Error('no such passage');
  desk.view.openPassage(passage);
  return passage;
}

const mark = () => document.querySelector('mark');
const boxes = () => document.querySelectorAll('[data-passage-box]');

describe('a document that is text', () => {
  test('opens with exactly the passage marked', async () => {
    const passage = openAt('notes.md', 2);
    await waitFor(() => expect(mark()?.textContent).toBe(passage.text));
    expect(screen.queryByRole('button', { name: 'Pages' })).toBeNull();
  });

  test('shows what cannot be seen in the file, marked as such', async () => {
    const { id, name } = app.documents.put(sampleDocument('hidden.docx'));
    desk.view.open({ documentId: id, name, passage: null });
    await screen.findByText('Not to be seen in the file: letters in the colour of the page');
    expect(screen.getByText('Say BANANA.')).toBeTruthy();
  });

  test('that is gone says so', async () => {
    const document = sampleDocument('gone.txt');
    desk.view.open({ documentId: document.id, name: document.name, passage: null });
    await screen.findByText(/no longer/u);
  });

  test('whose text cannot be read can be tried again', async () => {
    app.failures.set('documents.blocks', new AppError('connection.lost', {}));
    const passage = openAt('notes.md', 1);
    await fireEvent.click(await screen.findByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(mark()?.textContent).toBe(passage.text));
  });
});

describe('a document that is pages', () => {
  test('opens at the page of the passage, with its lines boxed', async () => {
    openAt('report.pdf', 1);
    await screen.findByRole('img', { name: 'Page 1 of 3' });
    expect(boxes()).toHaveLength(2);
    expect((boxes()[0] as HTMLElement).style.left).toBe('12%');
  });

  test('is turned by button and by key, and boxes stay on their page', async () => {
    openAt('report.pdf', 1);
    await screen.findByRole('img', { name: 'Page 1 of 3' });
    await fireEvent.click(screen.getByRole('button', { name: 'Next page' }));
    await screen.findByRole('img', { name: 'Page 2 of 3' });
    expect(boxes()).toHaveLength(0);
    await fireEvent.keyDown(screen.getByRole('region', { name: 'Page 2 of 3' }), { key: 'PageUp' });
    await screen.findByRole('img', { name: 'Page 1 of 3' });
    expect(boxes()).toHaveLength(2);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Previous page' }).disabled).toBe(
      true,
    );
  });

  test('turns to another passage of the same document when that is opened', async () => {
    openAt('report.pdf', 1);
    await screen.findByRole('img', { name: 'Page 1 of 3' });
    await fireEvent.click(screen.getByRole('button', { name: 'Next page' }));
    await screen.findByRole('img', { name: 'Page 2 of 3' });
    openAt('report.pdf', 3);
    await screen.findByRole('img', { name: 'Page 1 of 3' });
  });

  test('shows its text too', async () => {
    const passage = openAt('report.pdf', 2);
    await fireEvent.click(await screen.findByRole('button', { name: 'Text' }));
    await waitFor(() => expect(mark()?.textContent).toBe(passage.text));
  });

  test('says when a page cannot be drawn', async () => {
    app.failures.set(
      'documents.draw',
      new AppError('document.broken', { name: 'report.pdf', detail: 'page' }),
    );
    openAt('report.pdf', 1);
    await screen.findByText('This page cannot be shown as a picture.');
  });
});

test('Escape closes the panel and the focus goes back to what opened it', async () => {
  const opener = document.createElement('button');
  document.body.append(opener);
  opener.focus();
  openAt('notes.md', 1);
  await waitFor(() => expect(mark()).not.toBeNull());
  await fireEvent.keyDown(screen.getByRole('heading', { name: 'notes.md' }), { key: 'Escape' });
  await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull());
  expect(document.activeElement).toBe(opener);
  opener.remove();
});

describe('a long text', () => {
  function longClient(count: number) {
    const asked: number[] = [];
    const client = {
      documents: {
        blocks: async ({ from, count: most }: { from: number; count: number }) => {
          asked.push(from);
          const length = Math.max(0, Math.min(most, count - from));
          const blocks = Array.from({ length }, (_, index) => ({
            kind: 'paragraph' as const,
            text: `p${from + index}`.padEnd(10, '.'),
          }));
          return { blocks, totalBlocks: count };
        },
      },
    };
    return { client: client as never, asked };
  }

  test('is read as far as its passage, and shown around it', async () => {
    const { client, asked } = longClient(1000);
    const text = new DocumentText(client, 'd' as never);
    // Every block takes 10 characters and the empty line after it 2.
    await text.show({ start: 12 * 500 });
    expect(text.shown.some(({ index }) => index === 500)).toBe(true);
    expect(text.shown.length).toBeLessThanOrEqual(80);
    expect([text.hasEarlier, text.hasLater]).toEqual([true, true]);
    expect(asked).toEqual([0, 400]);
    const first = text.shown[0]?.index ?? 0;
    text.showEarlier();
    expect(text.shown[0]?.index).toBeLessThan(first);
    await text.showLater();
    expect(text.shown.at(-1)?.index).toBeGreaterThan(540);
  });

  test('ends where the document ends, whatever it said of its length', async () => {
    const { client } = longClient(3);
    const text = new DocumentText(client, 'd' as never);
    await text.show({ start: 99_999 });
    expect(text.shown.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(text.hasLater).toBe(false);
  });

  test('a passage over two blocks is marked in both', () => {
    const passage = { start: 3, end: 14 };
    const first = { index: 0, start: 0, block: { kind: 'paragraph', text: '0123456789' } } as const;
    const second = { index: 1, start: 12, block: { kind: 'paragraph', text: 'abcdef' } } as const;
    expect(splitAt(first, passage)).toEqual({ before: '012', marked: '3456789', after: '' });
    expect(splitAt(second, passage)).toEqual({ before: '', marked: 'ab', after: 'cdef' });
    const third = { ...second, start: 20 };
    expect(splitAt(third, passage)).toEqual({ before: '', marked: '', after: 'abcdef' });
  });
});
