import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileLog } from './file-log.ts';
import { sortableIds } from './sortable-ids.ts';

const clock = { nowMs: () => Date.UTC(2026, 0, 2) };
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley log '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(fileBytesMax?: number) {
  const ids = sortableIds(clock);
  return fileLog({ folder, clock, ids, ...(fileBytesMax === undefined ? {} : { fileBytesMax }) });
}

test('an incident is written whole, on one line, under the id that is returned', () => {
  const error = new Error('outer\nsecond line', { cause: new Error('the cause') });
  const incidentId = open().incident(error, 'chat.send');
  const lines = readFileSync(join(folder, 'parley.log'), 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`error ${incidentId} chat.send`);
  expect(lines[0]).toContain('the cause');
});

test('the files together stay below their bound, and the newest line is kept', () => {
  const log = open(1_000);
  for (let index = 0; index < 500; index += 1) log.info(`line ${index} ${'x'.repeat(50)}`);
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  expect(sizes).toHaveLength(4);
  for (const size of sizes) expect(size).toBeLessThanOrEqual(1_000);
  expect(readFileSync(join(folder, 'parley.log'), 'utf8')).toContain('line 499');
});

test('a log that was begun earlier is continued and its size counted', () => {
  writeFileSync(join(folder, 'parley.log'), 'x'.repeat(990));
  open(1_000).warn('new');
  expect(statSync(join(folder, 'parley.log.1')).size).toBe(990);
});

test('one very long line is cut', () => {
  open().info('y'.repeat(10_000_000));
  expect(statSync(join(folder, 'parley.log')).size).toBeLessThan(20_000);
});

test('a folder that cannot be written does not stop the app', () => {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file where the folder should be');
  const log = open();
  log.info('lost');
  expect(log.incident(new Error('x'), 'here')).toMatch(/^[0-9a-z]{26}$/);
});
