import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { isTrustedSqlite, openStorage, type Storage } from './index.ts';
import { migrations } from './migrations/index.ts';

const clock = { nowMs: () => Date.UTC(2026, 10, 24, 13, 57, 1) };
let folder: string;
let path: string;
const open: { close(): void }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-storage-'));
  path = join(folder, 'parley.sqlite');
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(): Storage {
  const storage = openStorage({ folder, clock });
  open.push(storage);
  return storage;
}

function stop(): void {
  for (const one of open.splice(0)) one.close();
}

function addConversation(storage: Storage, id: string): void {
  storage.write(() =>
    storage.database
      .prepare(`INSERT INTO conversations (id, title, title_source, created_at_ms, updated_at_ms, draft)
        VALUES (?, 'title', 'person', 1, 1, ?)`)
      .run(id, 'words '.repeat(200)),
  );
}

function countConversations(storage: Storage): number {
  return Number(storage.database.prepare('SELECT count(*) FROM conversations').pluck().get());
}

/** A database with enough pages to damage. */
function fill(): Buffer {
  const storage = start();
  for (let index = 0; index < 60; index += 1) addConversation(storage, `conversation-${index}`);
  stop();
  return readFileSync(path);
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
  return 'no error';
}

test.each([
  ['3.51.2', false],
  ['3.51.3', true],
  ['3.52.0', false],
  ['3.52.1', true],
  ['3.54.1', true],
  ['3.40.1', false],
  ['4.0.0', true],
  ['', false],
])('judges SQLite %s as safe: %s', (version, isSafe) => {
  expect(isTrustedSqlite(version)).toBe(isSafe);
});

test('opens a new database that writes through to the disk and checks its keys', () => {
  const { database, notice } = start();
  const pragma = (name: string) => database.pragma(name, { simple: true });
  expect(notice).toBeNull();
  expect(pragma('journal_mode')).toBe('wal');
  expect(pragma('synchronous')).toBe(2);
  expect(pragma('foreign_keys')).toBe(1);
  expect(pragma('secure_delete')).toBe(1);
  expect(pragma('busy_timeout')).toBe(5000);
  const tables = database.pragma('table_list') as { name: string; type: string; strict: number }[];
  const ours = tables.filter(({ name }) => !name.startsWith('sqlite_'));
  expect(ours.map(({ name }) => name).sort()).toEqual([
    'cache_places',
    'collection_documents',
    'collections',
    'conversations',
    'documents',
    'message_documents',
    'message_tails',
    'messages',
    'opening_draft',
    'watched_files',
    'watched_folders',
  ]);
  expect(ours.every(({ strict }) => strict === 1)).toBe(true);
  expect(readdirSync(folder).some((name) => name.includes('.new'))).toBe(false);
});

test('finds everything again, without a snapshot where nothing migrates', () => {
  addConversation(start(), 'a');
  stop();
  expect(countConversations(start())).toBe(1);
  expect(existsSync(join(folder, 'backups'))).toBe(false);
});

test('begins anew where a start died while it made the database', () => {
  writeFileSync(`${path}.new`, 'half a database');
  writeFileSync(`${path}.new-journal`, 'half a journal');
  const storage = start();
  expect(storage.notice).toBeNull();
  expect(countConversations(storage)).toBe(0);
});

test('undoes a transaction that throws, also from inside another one', () => {
  const storage = start();
  expect(() =>
    storage.write(() => {
      storage.write(() => addConversation(storage, 'a'));
      throw new Error('second thoughts');
    }),
  ).toThrow('second thoughts');
  expect(countConversations(storage)).toBe(0);
});

describe('a damaged file', () => {
  function expectSetAside(damaged: Buffer): void {
    const storage = start();
    const { notice } = storage;
    expect(notice?.code).toBe('storage.damaged');
    expect(notice?.data.path).toBe(path);
    const kept = String(notice?.data.setAsidePath);
    expect(kept).toMatch(/parley-damaged-20261124-135701(-\d+)?\.sqlite$/);
    expect(readFileSync(kept).equals(damaged)).toBe(true);
    addConversation(storage, 'new');
    expect(countConversations(storage)).toBe(1);
    stop();
    expect(start().notice).toBeNull();
    stop();
  }

  test('is kept unchanged at any length it was cut to, and a new one begun', {
    timeout: 60_000,
  }, () => {
    const whole = fill();
    const lengths = [0, 1, 15, 16, 99, 100, 511, 512, 4095, 4096, 4097, whole.length - 1];
    for (let index = 1; index < 24; index += 1) {
      lengths.push(Math.floor((whole.length * index) / 24));
    }
    for (const length of lengths) {
      const damaged = whole.subarray(0, length);
      writeFileSync(path, damaged);
      expectSetAside(damaged);
    }
  });

  test('is kept unchanged with any part of its header overwritten', () => {
    const whole = fill();
    for (const offset of [0, 3, 8, 15, 16, 18, 20, 21]) {
      const damaged = Buffer.from(whole);
      damaged.fill(0xa5, offset, offset + 4);
      writeFileSync(path, damaged);
      expectSetAside(damaged);
    }
  });

  test('is kept unchanged when a page inside it is garbage', () => {
    const whole = fill();
    for (let page = 1; page < whole.length / 4096; page += 7) {
      const damaged = Buffer.from(whole);
      damaged.fill(0xa5, page * 4096, page * 4096 + 4096);
      writeFileSync(path, damaged);
      expectSetAside(damaged);
    }
  });

  test('takes its log with it, which must not touch the new one', () => {
    fill();
    writeFileSync(path, 'garbage');
    writeFileSync(`${path}-wal`, 'its log');
    const kept = String(start().notice?.data.setAsidePath);
    expect(readFileSync(`${kept}-wal`, 'utf8')).toBe('its log');
  });

  test('may be a log alone', () => {
    writeFileSync(`${path}-wal`, 'a log without a database');
    const storage = start();
    const kept = String(storage.notice?.data.setAsidePath);
    expect(readFileSync(`${kept}-wal`, 'utf8')).toBe('a log without a database');
    addConversation(storage, 'new');
  });
});

test('leaves a database of a newer version untouched, its log too', () => {
  const storage = start();
  storage.database.pragma('user_version = 999');
  // A copy of the files as a killed process leaves them: the number is in the log only.
  const main = readFileSync(path);
  const log = readFileSync(`${path}-wal`);
  stop();
  rmSync(`${path}-shm`, { force: true });
  for (const [bytes, logBytes] of [
    [readFileSync(path), null],
    [main, log],
  ] as const) {
    writeFileSync(path, bytes);
    if (logBytes) writeFileSync(`${path}-wal`, logBytes);
    const error = (() => {
      try {
        return start();
      } catch (caught) {
        return caught;
      }
    })();
    expect(AppError.is(error, 'storage.newer') && error.data).toEqual({
      foundVersion: 999,
      knownVersion: migrations.length,
    });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    if (logBytes) expect(readFileSync(`${path}-wal`).equals(logBytes)).toBe(true);
    expect(readdirSync(folder).some((name) => name.includes('damaged'))).toBe(false);
  }
});

test('says that another process holds the database', { timeout: 60_000 }, () => {
  addConversation(start(), 'a');
  stop();
  const other = new Database(path);
  open.push(other);
  other.pragma('locking_mode = EXCLUSIVE');
  other.exec('BEGIN EXCLUSIVE; UPDATE conversations SET draft = 1; COMMIT');
  expect(codeOf(start)).toBe('storage.locked');
  other.close();
  open.splice(0);
  expect(countConversations(start())).toBe(1);
});

test('says that the disk is full, writes nothing of it, and goes on when there is room', () => {
  const storage = start();
  addConversation(storage, 'a');
  const pages = Number(storage.database.pragma('page_count', { simple: true }));
  storage.database.pragma(`max_page_count = ${pages}`);
  const add = () =>
    storage.write(() => {
      for (let index = 0; index < 50; index += 1) addConversation(storage, `b-${index}`);
    });
  expect(codeOf(add)).toBe('storage.full');
  expect(countConversations(storage)).toBe(1);
  storage.database.pragma('max_page_count = 100000');
  add();
  expect(countConversations(storage)).toBe(51);
});

test('says that it failed where SQLite refuses, with its word for it', () => {
  const storage = start();
  addConversation(storage, 'a');
  const error = (() => {
    try {
      addConversation(storage, 'a');
    } catch (caught) {
      return caught;
    }
    return undefined;
  })();
  expect(AppError.is(error, 'storage.failed') && error.data).toEqual({
    reason: 'SQLITE_CONSTRAINT_PRIMARYKEY',
  });
});
