import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appContract, settings } from '../contract/app-contract.ts';
import type { ConversationId } from '../contract/chat/message.ts';
import { AppError } from '../contract/errors/app-error.ts';
import { connect } from '../contract/rpc/connect.ts';
import { portPair } from '../contract/rpc/port.ts';
import { systemClock } from './adapters/system-clock.ts';
import { createApp } from './app.ts';
import type { AppPorts } from './app-ports.ts';
import { isBlocking } from './blocked-app.ts';
import { openStorage } from './storage/index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-blocked-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Makes the database one that a later version wrote. */
function writeNewer(): Buffer {
  const storage = openStorage({ folder, clock: systemClock });
  storage.database.pragma('user_version = 4000');
  const { path } = storage;
  storage.close();
  return readFileSync(path);
}

/** The real app on `data`; whatever is not needed to say what happened is not there to be used. */
async function open(data: string) {
  const shown: string[] = [];
  const incidents: unknown[] = [];
  let stored = settings.parse({ language: 'zh-Hant' });
  const app = await createApp({
    clock: systemClock,
    folders: { data, models: data, home: data, assets: data },
    log: {
      info: () => {},
      warn: () => {},
      incident: (error: unknown) => `i-${incidents.push(error)}`,
    },
    desktop: { openLink: async () => {}, showFolder: async (path: string) => shown.push(path) },
    settingsStore: {
      read: () => stored,
      write: (next: typeof stored) => {
        stored = next;
      },
    },
    version: '1.2.3',
  } as unknown as AppPorts);
  const [windowPort, appPort] = portPair();
  app.serve(appPort);
  return { app, client: connect(appContract, windowPort), shown, incidents };
}

test('data of a newer version is told to the window and stays as it is', async () => {
  const before = writeNewer();
  const { app, client, incidents } = await open(folder);
  const info = await client.app.info({});
  expect(info).toMatchObject({ isBlocked: true, version: '1.2.3', dataFolder: folder });
  expect(info.storageNotice).toMatchObject({
    code: 'storage.newer',
    data: { foundVersion: 4000 },
  });
  expect(incidents).toHaveLength(1);
  await app.close();
  expect(readFileSync(join(folder, 'parley.sqlite'))).toEqual(before);
});

test('a folder that cannot be had is told to the window', async () => {
  const file = join(folder, 'a file');
  writeFileSync(file, '');
  const { client } = await open(file);
  expect((await client.app.info({})).storageNotice?.code).toBe('storage.failed');
});

test('the window speaks the language that was chosen, and shows the folder', async () => {
  writeNewer();
  const { client, shown } = await open(folder);
  expect((await client.settings.get({})).language).toBe('zh-Hant');
  expect((await client.settings.change({ language: 'en' })).language).toBe('en');
  await client.app.showFolder({ folder: 'data' });
  expect(shown).toEqual([folder]);
});

test('everything else refuses, and nothing keeps the app from ending', async () => {
  writeNewer();
  const { app, client } = await open(folder);
  await expect(client.conversations.list({})).rejects.toThrow(AppError);
  await expect(client.models.state({})).rejects.toThrow(AppError);
  await expect(client.app.openLink({ url: 'https://example.org/' })).rejects.toThrow(AppError);
  const watched = client.chat.watch({ conversationId: 'c1' as ConversationId });
  await expect(watched.next()).rejects.toThrow(AppError);
  await expect(app.openModel('/m.gguf', null)).rejects.toThrow('storage.newer');
  expect(app.isBusy()).toBe(false);
});

test('only what is known to leave the data alone blocks; a bug still ends the start', () => {
  const path = '/data';
  expect(isBlocking(new AppError('storage.locked', { path }))).toBe(true);
  expect(isBlocking(new AppError('storage.full', { path }))).toBe(true);
  expect(isBlocking(new AppError('storage.damaged', { path, setAsidePath: path }))).toBe(false);
  expect(isBlocking(new Error('a bug'))).toBe(false);
});
