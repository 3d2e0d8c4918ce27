import type { Settings } from '../../contract/app-contract.ts';

/** Keeps the settings. A broken file gives the defaults and is set aside, never an error. */
export interface SettingsStore {
  read(): Settings;
  /** Durable when it returns. */
  write(settings: Settings): void;
}
