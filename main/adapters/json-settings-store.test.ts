import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settings } from '../../contract/app-contract.ts';
import { jsonSettingsStore } from './json-settings-store.ts';

const defaults = settings.parse({});
let folder = '';
let path = '';
let warnings: string[] = [];
const log = { warn: (line: string) => warnings.push(line) };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-settings-'));
  path = join(folder, 'settings.json');
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

test('without a file the defaults are given, and nothing is warned of', () => {
  expect(jsonSettingsStore(path, log).read()).toEqual(defaults);
  expect(warnings).toEqual([]);
});

test('what was written is there for the next start, and no other file is left', () => {
  const changed = { ...defaults, language: 'zh-Hant', modelId: 'm1' } as const;
  const store = jsonSettingsStore(path, log);
  store.write(changed);
  expect(store.read()).toEqual(changed);
  expect(jsonSettingsStore(path, log).read()).toEqual(changed);
  expect(readdirSync(folder)).toEqual(['settings.json']);
});

test('an older file without a newer setting gets its default', () => {
  writeFileSync(path, '{"theme":"dark"}');
  expect(jsonSettingsStore(path, log).read()).toEqual({ ...defaults, theme: 'dark' });
});

test.each(['', '{', 'null', '[]', '"x"', '{"theme":7}', '\u0000\u0000', '{"theme":"dark"}x'])(
  'a broken file (%j) is set aside and the defaults are used',
  (text) => {
    writeFileSync(path, text);
    const store = jsonSettingsStore(path, log);
    expect(store.read()).toEqual(defaults);
    expect(readFileSync(`${path}.broken`, 'utf8')).toBe(text);
    expect(warnings).toHaveLength(1);
    store.write({ ...defaults, theme: 'light' });
    expect(jsonSettingsStore(path, log).read().theme).toBe('light');
  },
);

test('a folder in the place of the file is set aside too', () => {
  mkdirSync(path);
  expect(jsonSettingsStore(path, log).read()).toEqual(defaults);
  expect(existsSync(`${path}.broken`)).toBe(true);
});

test('a write that fails says so and leaves what was read', () => {
  const store = jsonSettingsStore(join(folder, 'gone', 'settings.json'), log);
  expect(() => store.write({ ...defaults, theme: 'dark' })).toThrow('ENOENT');
  expect(store.read()).toEqual(defaults);
});
