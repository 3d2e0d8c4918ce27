import { type AppEmitter, type AppHandlers, settings } from '../../../contract/app-contract.ts';
import type { SettingsStore } from '../../ports/settings-store.ts';

/** What `createSettings` needs. */
export interface SettingsOptions {
  store: SettingsStore;
  emit: AppEmitter['settings'];
}

/** Reads and changes the settings; every window hears of a change. */
export function createSettings({ store, emit }: SettingsOptions): AppHandlers['settings'] {
  return {
    get: () => store.read(),
    change: (change) => {
      const next = settings.parse({ ...store.read(), ...change });
      store.write(next);
      emit.changed(next);
      return next;
    },
  };
}
