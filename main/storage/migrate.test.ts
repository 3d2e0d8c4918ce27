import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStorage } from './index.ts';
import type { Migration } from './migrate.ts';

let folder: string;
let nowMs = Date.UTC(2026, 10, 24);
const clock = { nowMs: () => nowMs };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-migrate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const first: Migration = {
  version: 1,
  name: 'first',
  sql: "CREATE TABLE words (word TEXT) STRICT; INSERT INTO words VALUES ('kept')",
};
function step(version: number, sql = `CREATE TABLE step_${version} (a INTEGER) STRICT`): Migration {
  return { version, name: `step-${version}`, sql };
}
const copySlowly = step(
  2,
  `CREATE TABLE copies (a INTEGER) STRICT;
   WITH RECURSIVE n (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 100000)
   INSERT INTO copies SELECT a FROM n;
   SELECT die();`,
);

function inspect(path: string): { version: unknown; tables: unknown[]; words: unknown[] } {
  const database = new Database(path, { readonly: true });
  try {
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    return {
      version: database.pragma('user_version', { simple: true }),
      tables: database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .pluck()
        .all(),
      words: database.prepare('SELECT word FROM words').pluck().all(),
    };
  } finally {
    database.close();
  }
}
const backups = () => readdirSync(join(folder, 'backups')).sort();
const main = () => join(folder, 'parley.sqlite');

test.each([[[first, step(3)]], [[step(2)]], [[step(2), first]]])(
  'refuses migrations whose numbers have gaps or are out of order',
  (migrations) => {
    expect(() => openStorage({ folder, clock, migrations })).toThrow(
      expect.objectContaining({ code: 'storage.failed' }),
    );
    expect(readdirSync(folder)).toEqual([]);
  },
);

test('takes a checked snapshot of an existing database before each step', () => {
  openStorage({ folder, clock, migrations: [first] }).close();
  openStorage({ folder, clock, migrations: [first, step(2), step(3)] }).close();
  expect(backups()).toEqual([
    'parley-20261124-000000-v1.sqlite',
    'parley-20261124-000000-v2.sqlite',
  ]);
  expect(inspect(join(folder, 'backups', 'parley-20261124-000000-v1.sqlite'))).toEqual({
    version: 1,
    tables: ['words'],
    words: ['kept'],
  });
  expect(inspect(main())).toEqual({
    version: 3,
    tables: ['step_2', 'step_3', 'words'],
    words: ['kept'],
  });
});

test('keeps the last seven snapshots, and nothing half', () => {
  const migrations = [first];
  openStorage({ folder, clock, migrations }).close();
  for (let version = 2; version <= 11; version += 1) {
    nowMs += 1000;
    migrations.push(step(version));
    openStorage({ folder, clock, migrations }).close();
    writeFileSync(join(folder, 'backups', 'parley-20200101-000000-v0.sqlite.partial'), 'half');
  }
  nowMs += 1000;
  migrations.push(step(12));
  openStorage({ folder, clock, migrations }).close();
  expect(backups().map((name) => name.replace(/.*-v/, 'v'))).toEqual(
    [5, 6, 7, 8, 9, 10, 11].map((version) => `v${version}.sqlite`),
  );
});

test('undoes a step that fails, and says so', () => {
  openStorage({ folder, clock, migrations: [first] }).close();
  const broken = step(2, 'CREATE TABLE half (a INTEGER) STRICT; DELETE FROM words; nonsense');
  expect(() => openStorage({ folder, clock, migrations: [first, broken] })).toThrow(
    expect.objectContaining({ code: 'storage.failed' }),
  );
  expect(inspect(main())).toEqual({ version: 1, tables: ['words'], words: ['kept'] });
  openStorage({ folder, clock, migrations: [first, step(2)] }).close();
  expect(inspect(main()).version).toBe(2);
});

test('leaves the version before whole when it is killed in the middle of a step', () => {
  openStorage({ folder, clock, migrations: [first] }).close();
  const child = spawnSync(process.execPath, [
    '--input-type=module',
    '-e',
    `import Database from 'better-sqlite3';
     import { migrate } from ${JSON.stringify(new URL('./migrate.ts', import.meta.url).href)};
     const database = new Database(${JSON.stringify(main())});
     database.pragma('cache_size = 10');
     database.function('die', () => process.kill(process.pid, 'SIGKILL'));
     migrate(database, ${JSON.stringify([first, copySlowly])}, () => {});`,
  ]);
  expect(child.signal, String(child.stderr)).toBe('SIGKILL');
  const storage = openStorage({ folder, clock, migrations: [first] });
  expect(storage.notice).toBeNull();
  storage.close();
  expect(inspect(main())).toEqual({ version: 1, tables: ['words'], words: ['kept'] });
});
