import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConversationId } from '../../contract/chat/message.ts';
import { AppState } from '../state/app-state.svelte.ts';
import { addBrowserParts } from '../testing/browser-parts.ts';
import { FakeApp, type FakeOptions } from '../testing/fake-app.ts';
import { sampleInstalled, sampleModels, sampleReady } from '../testing/sample-models.ts';
import { sampleConversations } from '../testing/scenes.ts';
import App from './App.svelte';

beforeEach(() => addBrowserParts());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function open(options: FakeOptions = {}): Promise<{ fake: FakeApp; app: AppState }> {
  const fake = new FakeApp({ deltaMs: 1, ...options });
  const app = new AppState(fake);
  render(App, { app });
  await vi.waitFor(() => expect(app.models.state).not.toBeNull());
  await vi.waitFor(() => expect(app.settings.isLoaded).toBe(true));
  return { fake, app };
}

describe('the first run', () => {
  it('offers the model that fits and the small one, and names each button by its model', async () => {
    const { fake } = await open({ models: sampleModels() });
    await screen.findByRole('heading', { name: 'Everything stays on this computer.' });
    screen.getByText('Best for this 8 GB laptop');
    (await screen.findByRole('button', { name: 'Get it: SmolLM2 135M' })).click();
    await vi.waitFor(() => expect(fake.models.downloads[0]?.id).toBe('smollm2-135m'));
    await screen.findByRole('progressbar', { name: 'Download of SmolLM2 135M' });
  });

  it('gives way to the chat when a model is there', async () => {
    const { fake } = await open({ models: sampleModels() });
    await screen.findByText('Best for this 8 GB laptop');
    const model = sampleInstalled();
    fake.changeModels({ installed: [model], engine: sampleReady(model) });
    await vi.waitFor(() => expect(screen.queryByText('Best for this 8 GB laptop')).toBeNull());
    await screen.findByRole('textbox');
  });
});

describe('language and theme', () => {
  it('switches every word and the lang of the page at once, and stores it', async () => {
    const { fake } = await open();
    await fireEvent.keyDown(window, { key: ',', ctrlKey: true });
    await screen.findByRole('heading', { name: 'Settings', level: 1 });
    await fireEvent.click(screen.getByRole('radio', { name: '繁體中文' }));
    await screen.findByRole('heading', { name: '設定', level: 1 });
    expect(document.documentElement.lang).toBe('zh-Hant');
    await vi.waitFor(() => expect(fake.settings.language).toBe('zh-Hant'));
    await fireEvent.click(screen.getByRole('radio', { name: 'English' }));
    await screen.findByRole('heading', { name: 'Settings', level: 1 });
    expect(document.documentElement.lang).toBe('en');
  });

  it('follows a theme that another window chose', async () => {
    const { fake } = await open();
    await fake.client.settings.change({ theme: 'dark' });
    await vi.waitFor(() => expect(document.documentElement.dataset['theme']).toBe('dark'));
    await fake.client.settings.change({ theme: 'system' });
    await vi.waitFor(() => expect(document.documentElement.dataset['theme']).toBeUndefined());
  });
});

describe('a model that did not load', () => {
  it('says why and what to do, and tries again on request', async () => {
    const model = sampleInstalled();
    const data = { neededBytes: 5_150_000_000, availableBytes: 3_200_000_000 };
    const error = { code: 'model.out-of-memory' as const, data };
    const { fake } = await open({
      models: sampleModels({
        installed: [model],
        engine: { phase: 'failed', modelId: model.id, error },
      }),
    });
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('Close other programs and try again');
    (await screen.findByRole('button', { name: 'Try again' })).click();
    await vi.waitFor(() => expect(fake.models.engine.phase).toBe('ready'));
    await vi.waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });
});

describe('the connection', () => {
  it('says that Parley has stopped, and goes on with what is new when it is back', async () => {
    const { fake, app } = await open({ conversations: sampleConversations(1, Date.now()) });
    fake.setConnected(false);
    await screen.findByRole('alertdialog', { name: 'Parley has stopped' });
    expect(document.querySelector<HTMLElement>('.app')?.inert).toBe(true);
    const [conversation] = sampleConversations(2, Date.now()).slice(1);
    if (conversation) fake.conversations.set(conversation.id, conversation);
    fake.setConnected(true);
    await vi.waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    await vi.waitFor(() => expect(app.conversations.items).toHaveLength(2));
  });
});

describe('the stored data', () => {
  it('says at start that it was damaged and where the old file is, until that is dismissed', async () => {
    const fake = new FakeApp({ deltaMs: 1 });
    const data = { path: '/data/parley.db', setAsidePath: '/data/damaged-1.db' };
    fake.storageNotice = { code: 'storage.damaged', data };
    render(App, { app: new AppState(fake) });
    await screen.findByText(/The damaged file is kept as damaged-1\.db/u);
    await fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
    await vi.waitFor(() => expect(screen.queryByText(/damaged-1\.db/u)).toBeNull());
  });
});

describe('stored data that cannot be opened', () => {
  it.each([
    ['storage.newer', /Install the newer version/u],
    ['storage.locked', /Close it, then start Parley again/u],
    ['storage.full', /Free some space/u],
    ['storage.failed', /Check that the disk is connected/u],
  ])('for %s says what to do in place of every room', async (code, sentence) => {
    const fake = new FakeApp({ deltaMs: 1 });
    fake.isBlocked = true;
    fake.storageNotice = { code, data: {} };
    render(App, { app: new AppState(fake) });
    await screen.findByRole('heading', { name: 'Parley cannot open your chats', level: 1 });
    screen.getByText(sentence);
    expect(screen.queryByRole('textbox')).toBeNull();
    await fireEvent.keyDown(window, { key: ',', ctrlKey: true });
    expect(screen.queryByRole('heading', { name: 'Settings' })).toBeNull();
    expect(fake.calls).not.toContain('conversations.list');
    await fireEvent.click(screen.getByRole('button', { name: 'Show the folder' }));
    await vi.waitFor(() => expect(fake.calls).toContain('app.showFolder'));
  });

  it('speaks the chosen language, and goes on by itself when Parley is back with the data', async () => {
    const fake = new FakeApp({ deltaMs: 1, settings: { language: 'zh-Hant' } });
    fake.isBlocked = true;
    fake.storageNotice = { code: 'storage.locked', data: {} };
    render(App, { app: new AppState(fake) });
    await screen.findByRole('heading', { name: 'Parley 無法開啟你的對話' });
    fake.setConnected(false);
    fake.isBlocked = false;
    fake.storageNotice = null;
    fake.setConnected(true);
    await screen.findByRole('textbox', { name: '訊息' });
  });
});

describe('undo', () => {
  it('brings a deleted chat back with Ctrl+Z', async () => {
    const { app } = await open({ conversations: sampleConversations(2, Date.now()) });
    const row = await vi.waitFor(() => {
      const found = document.querySelector<HTMLElement>('[data-row="c1"]');
      if (!found) throw new Error('The row is not there yet.');
      return found;
    });
    row.focus();
    await fireEvent.keyDown(row, { key: 'Delete' });
    await screen.findByText('“What is a debounced function” is in the trash.');
    await fireEvent.keyDown(window, { key: 'z', ctrlKey: true });
    await vi.waitFor(() => expect(app.conversations.byId('c1' as ConversationId)).toBeDefined());
  });
});
