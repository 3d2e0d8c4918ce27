import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Settings, settings } from '../../contract/app-contract.ts';
import type { Log } from '../ports/log.ts';
import type { SettingsStore } from '../ports/settings-store.ts';

/**
 * What stands in a settings file; undefined when it is not there. A file that is no JSON object, or holds
 * values of no use, is renamed to `<name>.broken` and counts as not there.
 */
export function readSettingsFile(path: string, log: Pick<Log, 'warn'>): Settings | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') setAside(path, log);
    return undefined;
  }
  try {
    return settings.parse(JSON.parse(text));
  } catch {
    setAside(path, log);
    return undefined;
  }
}

function setAside(path: string, log: Pick<Log, 'warn'>): void {
  try {
    renameSync(path, `${path}.broken`);
    log.warn('settings file was broken: set aside, defaults are used');
  } catch {
    log.warn('settings file can be neither read nor set aside, defaults are used');
  }
}

function writeDurably(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  if (process.platform === 'win32') return;
  // The new name is durable only when the folder is on disk too.
  const folder = openSync(join(path, '..'), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Settings in one JSON file, replaced whole at each write. A kill leaves the old file or the new one. */
export function jsonSettingsStore(path: string, log: Pick<Log, 'warn'>): SettingsStore {
  let current = readSettingsFile(path, log) ?? settings.parse({});
  return {
    read: () => current,
    write(changed) {
      writeDurably(path, `${JSON.stringify(changed, null, 2)}\n`);
      current = changed;
    },
  };
}
