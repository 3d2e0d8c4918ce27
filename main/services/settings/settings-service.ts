import {
  type AppEmitter,
  type AppHandlers,
  type Settings,
  settings,
} from '../../../contract/app-contract.ts';
import type { SettingsStore } from '../../ports/settings-store.ts';

/** What `createSettings` needs. */
export interface SettingsOptions {
  store: SettingsStore;
  emit: AppEmitter['settings'];
  /** Hears of each change after it is stored. */
  onChanged?: (after: Settings, before: Settings) => void;
}

/** Reads and changes the settings; every window hears of a change. */
export function createSettings({
  store,
  emit,
  onChanged,
}: SettingsOptions): AppHandlers['settings'] {
  return {
    get: () => store.read(),
    change: (change) => {
      const before = store.read();
      const next = settings.parse({ ...before, ...change });
      store.write(next);
      emit.changed(next);
      onChanged?.(next, before);
      return next;
    },
  };
}
