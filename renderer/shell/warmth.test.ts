import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { AppState } from '../state/app-state.svelte.ts';
import { addBrowserParts } from '../testing/browser-parts.ts';
import { FakeApp } from '../testing/fake-app.ts';
import { sampleConversations } from '../testing/scenes.ts';
import App from './App.svelte';

beforeEach(() => addBrowserParts());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function open(options: ConstructorParameters<typeof FakeApp>[0] = {}) {
  const fake = new FakeApp({ deltaMs: 1, ...options });
  const app = new AppState(fake);
  render(App, { app });
  await vi.waitFor(() => expect(app.models.state).not.toBeNull());
  await vi.waitFor(() => expect(app.settings.isLoaded).toBe(true));
  return { fake, app };
}

async function openInstructions(): Promise<HTMLTextAreaElement> {
  const button = await screen.findByRole('button', { name: 'Chat options' });
  button.focus();
  await fireEvent.keyDown(button, { key: 'Enter' });
  await fireEvent.click(await screen.findByRole('menuitem', { name: /Instructions/ }));
  const area = await screen.findByRole('textbox', { name: 'Instructions for this chat' });
  await vi.waitFor(() => expect((area as HTMLTextAreaElement).disabled).toBe(false));
  return area as HTMLTextAreaElement;
}

it('keeps instructions for the chat not begun, and for a chat of its own', async () => {
  const { fake, app } = await open({ conversations: sampleConversations(1, Date.now()) });
  const area = await openInstructions();
  await fireEvent.input(area, { target: { value: ' You are Luna. ' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await vi.waitFor(() => expect(fake.systemTexts.get(null)).toBe('You are Luna.'));
  await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  const [id] = fake.conversations.keys();
  if (id === undefined) throw new Error('no sample');
  app.openConversation(id);
  const own = await openInstructions();
  expect(own.value).toBe('');
});

it('changes nothing when the dialog is cancelled', async () => {
  const { fake } = await open();
  const area = await openInstructions();
  await fireEvent.input(area, { target: { value: 'You are Luna.' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(fake.systemTexts.size).toBe(0);
});

it('says why instructions could not be kept, and keeps what was written', async () => {
  const { fake } = await open();
  const area = await openInstructions();
  await fireEvent.input(area, { target: { value: 'You are Luna.' } });
  const full = new AppError('storage.full', { path: '/data' });
  fake.failures.set('conversations.saveSystemText', full);
  await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByRole('alert');
  expect(area.value).toBe('You are Luna.');
});

it('shows what is stored of what was read, and clears it', async () => {
  const { fake } = await open();
  await fireEvent.keyDown(window, { key: ',', ctrlKey: true });
  await screen.findByText('1.2 GB');
  await fireEvent.click(screen.getByRole('button', { name: 'Clear' }));
  await screen.findByText('0 B');
  expect(fake.cacheBytes).toBe(0);
  const clear = (await screen.findByRole('button', { name: 'Clear' })) as HTMLButtonElement;
  expect(clear.disabled).toBe(true);
});

it('asks how long an unused model keeps its memory', async () => {
  const { fake } = await open();
  await fireEvent.keyDown(window, { key: ',', ctrlKey: true });
  const usual = (await screen.findByRole('radio', { name: '15 minutes' })) as HTMLInputElement;
  expect(usual.checked).toBe(true);
  await fireEvent.click(screen.getByRole('radio', { name: 'Never' }));
  await vi.waitFor(() => expect(fake.settings.idleUnloadMinutes).toBe(0));
  await fireEvent.click(screen.getByRole('radio', { name: '1 hour' }));
  await vi.waitFor(() => expect(fake.settings.idleUnloadMinutes).toBe(60));
});

it('turns the storing off and on', async () => {
  const { fake } = await open();
  await fireEvent.keyDown(window, { key: ',', ctrlKey: true });
  await fireEvent.click(await screen.findByRole('radio', { name: 'Off' }));
  await vi.waitFor(() => expect(fake.settings.keepsReadingState).toBe(false));
  await fireEvent.click(screen.getByRole('radio', { name: 'On' }));
  await vi.waitFor(() => expect(fake.settings.keepsReadingState).toBe(true));
});
