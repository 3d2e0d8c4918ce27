import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appFolders, dataFolder } from './app-folders.ts';

const home = '/home/mei';

test.each([
  ['linux', {}, '/home/mei/.local/share/parley'],
  ['linux', { XDG_DATA_HOME: '/data' }, '/data/parley'],
  ['linux', { XDG_DATA_HOME: 'relative' }, '/home/mei/.local/share/parley'],
  ['darwin', { XDG_DATA_HOME: '/data' }, '/home/mei/Library/Application Support/Parley'],
  ['win32', { LOCALAPPDATA: '/c/local' }, '/c/local/Parley'],
  ['win32', {}, '/home/mei/AppData/Local/Parley'],
  ['linux', { PARLEY_DATA_DIR: '/else/where', XDG_DATA_HOME: '/data' }, '/else/where'],
  ['linux', { PARLEY_DATA_DIR: '' }, '/home/mei/.local/share/parley'],
] as const)('on %s with %j data lies in %s', (platform, env, expected) => {
  expect(dataFolder({ platform, env, home })).toBe(expected);
});

test.each(['plain', 'with spaces', '資料 📁', 'שלום', '100%', 'a\nb', 'x'.repeat(200)])(
  'makes the folders below %j, closed to others',
  (name) => {
    const parent = mkdtempSync(join(tmpdir(), 'parley-'));
    try {
      const folders = appFolders({ data: join(parent, name), home, assets: '/assets' });
      expect(statSync(folders.models).isDirectory()).toBe(true);
      expect(statSync(folders.data).mode & 0o077).toBe(0);
    } finally {
      rmSync(parent, { recursive: true });
    }
  },
);

test('a file in the place of the data folder is an error', () => {
  const parent = mkdtempSync(join(tmpdir(), 'parley-'));
  try {
    writeFileSync(join(parent, 'data'), '');
    expect(() => appFolders({ data: join(parent, 'data'), home, assets: '' })).toThrow();
  } finally {
    rmSync(parent, { recursive: true });
  }
});
