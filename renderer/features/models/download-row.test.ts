import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Download } from '../../../contract/models/models.ts';
import { speak } from '../../messages/messages.svelte.ts';
import { AppState } from '../../state/app-state.svelte.ts';
import { FakeApp } from '../../testing/fake-app.ts';
import { sampleDownload } from '../../testing/sample-models.ts';
import DownloadRow from './DownloadRow.svelte';

function show(change: Partial<Download>): FakeApp {
  const download = sampleDownload(change);
  const fake = new FakeApp();
  fake.models = { ...fake.models, downloads: [download] };
  render(DownloadRow, { app: new AppState(fake), download });
  return fake;
}

beforeEach(() => speak('en'));
afterEach(() => cleanup());

describe('DownloadRow', () => {
  it('shows amount, speed, time left and source, and can be paused', async () => {
    const fake = show({});
    screen.getByText('1.2 GB of 3.4 GB · 12 MB/s · 3 min left · from huggingface.co');
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('34');
    screen.getByRole('button', { name: 'Pause' }).click();
    await vi.waitFor(() => expect(fake.models.downloads[0]?.state).toBe('paused'));
  });

  it('can be resumed when paused', async () => {
    const fake = show({ state: 'paused' });
    expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull();
    screen.getByRole('button', { name: 'Resume' }).click();
    await vi.waitFor(() => expect(fake.models.downloads[0]?.state).toBe('running'));
  });

  it('says what went wrong and what to do, and can go on', () => {
    const data = { host: 'models.example', reason: 'ENOTFOUND' };
    show({ state: 'failed', error: { code: 'download.unreachable', data } });
    expect(screen.getByRole('status').textContent).toContain('Check the network and resume');
    screen.getByRole('button', { name: 'Resume' });
  });

  it.each([
    ['checking', /Checking the file/u],
    ['converting', /Preparing the model file/u],
  ] as const)('offers neither pause nor resume while it is %s', (state, words) => {
    show({ state });
    screen.getByText(words);
    expect(screen.getAllByRole('button').map((button) => button.ariaLabel)).toEqual([
      'Cancel and remove',
    ]);
  });

  it('says when the source had to begin again', () => {
    show({ hasRestarted: true });
    screen.getByText(/it began again/u);
  });

  it('removes the download on cancel', async () => {
    const fake = show({});
    screen.getByRole('button', { name: 'Cancel and remove' }).click();
    await vi.waitFor(() => expect(fake.models.downloads).toEqual([]));
  });
});
