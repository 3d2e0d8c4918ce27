import { join } from 'node:path';
import { type Settings, settings } from '../../contract/app-contract.ts';
import { readSettingsFile } from '../adapters/json-settings-store.ts';
import type { Log } from '../ports/log.ts';
import type { SettingsStore } from '../ports/settings-store.ts';

/** What is used of electron-store: its content as a whole, on disk when the assignment returns. */
export interface WholeStore {
  store: Record<string, unknown>;
}

/**
 * Settings in electron-store's file `settings.json`. A broken file is set aside before electron-store sees
 * it, which would throw.
 */
export function electronSettingsStore(options: {
  folder: string;
  log: Pick<Log, 'warn'>;
  open(place: { cwd: string; name: string }): WholeStore;
}): SettingsStore {
  const read = readSettingsFile(join(options.folder, 'settings.json'), options.log);
  const store = options.open({ cwd: options.folder, name: 'settings' });
  let current: Settings = read ?? settings.parse({});
  return {
    read: () => current,
    write(changed) {
      store.store = { ...changed };
      current = changed;
    },
  };
}
