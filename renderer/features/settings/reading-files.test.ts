import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AppError } from '../../../contract/errors/app-error.ts';
import { speak } from '../../messages/messages.svelte.ts';
import { AppState } from '../../state/app-state.svelte.ts';
import { FakeApp } from '../../testing/fake-app.ts';
import ReadingFiles from './ReadingFiles.svelte';

beforeEach(() => speak('en'));
afterEach(() => cleanup());

it('says how many acts were refused, when all were', async () => {
  render(ReadingFiles, { app: new AppState(new FakeApp()) });
  await screen.findByText(/8 of 8 forbidden acts were refused/);
  expect(screen.queryByText(/origin you trust/)).toBeNull();
});

it('says so where the system does not hold it back', async () => {
  const fake = new FakeApp();
  fake.documents.refusedActs.delete('connect');
  render(ReadingFiles, { app: new AppState(fake) });
  await screen.findByText(
    /does not hold it back fully: 7 of 8.*Add only files whose origin you trust/,
  );
});

it('says so where all was refused, and the system has a way around its rules', async () => {
  const fake = new FakeApp();
  fake.documents.restrictions = { ...fake.documents.restrictions, calls: false };
  render(ReadingFiles, { app: new AppState(fake) });
  await screen.findByText(/does not hold it back fully/);
});

it('says so where nothing could be checked', async () => {
  const fake = new FakeApp();
  fake.failures.set('documents.sandbox', new AppError('connection.lost', {}));
  render(ReadingFiles, { app: new AppState(fake) });
  await screen.findByText(/could not be checked/);
});
