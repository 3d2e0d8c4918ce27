import {
  cleanup,
  configure,
  fireEvent,
  render,
  screen,
  waitFor,
  within,
} from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { AppState } from '../state/app-state.svelte.ts';
import { addBrowserParts } from '../testing/browser-parts.ts';
import { documentScenes } from '../testing/document-scenes.ts';
import { FakeApp } from '../testing/fake-app.ts';
import App from './App.svelte';

configure({ asyncUtilTimeout: 15_000 });

beforeEach(() => addBrowserParts());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function openRoom(fake: FakeApp) {
  const app = new AppState(fake);
  render(App, { app });
  await waitFor(() => expect(app.models.state).not.toBeNull());
  await fireEvent.click(screen.getByRole('button', { name: 'Knowledge' }));
  await screen.findByRole('heading', { name: 'Knowledge', level: 1 });
  return app;
}

async function create(name: string): Promise<void> {
  const field = await screen.findByRole('textbox', { name: 'Name of the new collection' });
  await fireEvent.input(field, { target: { value: name } });
  await fireEvent.click(screen.getByRole('button', { name: 'New collection' }));
  await screen.findByRole('heading', { name, level: 1 });
}

async function pick(menu: string, item: string): Promise<void> {
  const button = await screen.findByRole('button', { name: menu });
  button.focus();
  await fireEvent.keyDown(button, { key: 'Enter' });
  await fireEvent.click(await screen.findByRole('menuitem', { name: item }));
}

describe('collections', () => {
  test('are made, and take files that are dropped while they are open', async () => {
    const fake = new FakeApp({ deltaMs: 1 });
    const app = await openRoom(fake);
    await screen.findByText('You have no collections yet. Make one, then add files or a folder.');
    await create('Thesis');
    expect(app.desk.incoming.label).toBe('Drop files to add them to “Thesis”');
    app.desk.incoming.take([new File(['x'], 'notes.txt'), new File(['x'], 'locked.pdf')]);
    await screen.findByText(/184 KB · 12 passages/u);
    await screen.findByText(/password/u);
    await fireEvent.click(
      screen.getByRole('button', { name: 'Take locked.pdf out of the collection' }),
    );
    await waitFor(() => expect(screen.queryByText(/password/u)).toBeNull());
  });

  test('are renamed, removed and brought back', async () => {
    const fake = documentScenes.knowledge();
    await openRoom(fake);
    await pick('Actions for “Thesis”', 'Rename');
    const field = await screen.findByRole('textbox', { name: 'Name' });
    await fireEvent.input(field, { target: { value: 'Dissertation' } });
    await fireEvent.click(screen.getByRole('button', { name: 'Rename' }));
    await screen.findByRole('button', { name: /^Dissertation/u });
    await pick('Actions for “Dissertation”', 'Remove');
    await screen.findByText('“Dissertation” was removed. The files themselves are untouched.');
    await fireEvent.keyDown(window, { key: 'z', ctrlKey: true });
    await screen.findByRole('button', { name: /^Dissertation/u });
  });

  test('that cannot be read say so and can be tried again', async () => {
    const fake = new FakeApp();
    fake.knowledge.put('Thesis');
    fake.failures.set('knowledge.list', new AppError('connection.lost', {}));
    await openRoom(fake);
    await fireEvent.click(await screen.findByRole('button', { name: 'Try again' }));
    await screen.findByRole('button', { name: /^Thesis/u });
  });

  test('a folder is chosen among folders only, and then followed', async () => {
    const fake = new FakeApp();
    await openRoom(fake);
    await create('Thesis');
    await fireEvent.click(screen.getByRole('button', { name: 'Watch a folder…' }));
    const picker = within(await screen.findByRole('dialog', { name: 'Watch a folder' }));
    await fireEvent.click(await picker.findByRole('option', { name: 'Downloads, folder' }));
    await picker.findByText('No folders here.');
    await fireEvent.click(picker.getByRole('button', { name: 'Watch this folder' }));
    await screen.findByText('/home/mei/Downloads');
    await fireEvent.click(screen.getByRole('button', { name: /^Stop watching/u }));
    await waitFor(() => expect(screen.queryByText('/home/mei/Downloads')).toBeNull());
  });

  test('a folder that is not there is marked', async () => {
    await openRoom(documentScenes.knowledge());
    await fireEvent.click(await screen.findByRole('button', { name: /^Thesis/u }));
    await screen.findByText('Not there now. What was read of it stays.');
  });
});

describe('indexing', () => {
  test('says what is left, why it rests, and can be paused and go on', async () => {
    const fake = documentScenes.knowledge();
    await openRoom(fake);
    await screen.findByText(/^3 files and 1,200 passages to go\. Rests while this computer/u);
    await fireEvent.click(screen.getByRole('button', { name: 'Pause' }));
    await screen.findByText(/to go\. Paused\.$/u);
    await fireEvent.click(screen.getByRole('button', { name: 'Go on' }));
    await waitFor(() => expect(fake.knowledge.state.isPaused).toBe(false));
  });

  test('offers the model for searching while there is none', async () => {
    const fake = documentScenes.knowledge();
    await openRoom(fake);
    await screen.findByText(/found by their words alone/u);
    await fireEvent.click(screen.getByRole('button', { name: /^Get it/u }));
    await waitFor(() => expect(fake.calls).toContain('models.download'));
    fake.knowledge.changeState({ embedder: 'ready' });
    await screen.findByText('Passages are found by their words and by meaning.');
  });
});

describe('the recall test', () => {
  test('ranks passages and says why, and opens them', async () => {
    const fake = documentScenes.knowledge();
    fake.knowledge.state = { ...fake.knowledge.state, embedder: 'ready' };
    const app = await openRoom(fake);
    await fireEvent.click(await screen.findByRole('button', { name: /^Thesis/u }));
    const field = await screen.findByRole('textbox', { name: 'Question' });
    await fireEvent.input(field, { target: { value: 'the budget' } });
    await fireEvent.click(screen.getByRole('button', { name: 'Look up' }));
    const first = await screen.findByRole('button', { name: /^Passage 1: Minutes/u });
    const row = within(first.closest('li') as HTMLElement);
    expect(row.getByText(/^words: place 1, score \d/u)).toBeTruthy();
    expect(row.getByText('meaning: place 1, likeness 0.88')).toBeTruthy();
    expect(screen.getByText('words: not found')).toBeTruthy();
    await fireEvent.click(first);
    expect(app.desk.view.current?.passage?.text).toContain('The budget');
  });

  test('says when nothing was found, and that words alone were looked for', async () => {
    await openRoom(documentScenes.knowledge());
    await fireEvent.click(await screen.findByRole('button', { name: /^Thesis/u }));
    const field = await screen.findByRole('textbox', { name: 'Question' });
    await fireEvent.input(field, { target: { value: 'penguins' } });
    await fireEvent.click(screen.getByRole('button', { name: 'Look up' }));
    await screen.findByText('No passage bears on this question.');
    screen.getByText('Found by words alone: there is no model for searching.');
  });
});
