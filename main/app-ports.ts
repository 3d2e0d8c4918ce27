import type { Sampling } from '../contract/engine-contract.ts';
import type { Port } from '../contract/rpc/port.ts';
import type { Clock } from './ports/clock.ts';
import type { Desktop } from './ports/desktop.ts';
import type { EngineLauncher } from './ports/engine-launcher.ts';
import type { FileExchange } from './ports/file-exchange.ts';
import type { Folders } from './ports/folders.ts';
import type { Ids } from './ports/ids.ts';
import type { Log } from './ports/log.ts';
import type { Machine } from './ports/machine.ts';
import type { Network } from './ports/network.ts';
import type { Power } from './ports/power.ts';
import type { Sandbox } from './ports/sandbox.ts';
import type { Secrets } from './ports/secrets.ts';
import type { SettingsStore } from './ports/settings-store.ts';

/** What a shell brings. */
export interface AppPorts {
  readonly clock: Clock;
  readonly desktop: Desktop;
  readonly engineLauncher: EngineLauncher;
  readonly files: FileExchange;
  readonly folders: Folders;
  readonly ids: Ids;
  readonly log: Log;
  readonly machine: Machine;
  readonly network: Network;
  readonly power: Power;
  readonly sandbox: Sandbox;
  readonly secrets: Secrets;
  readonly settingsStore: SettingsStore;
  /** The script of the thread that has the index of passages. */
  readonly indexEntry: string;
  readonly version: string;
  /** In place of the usual sampling; tests ask for temperature 0. */
  readonly sampling?: Partial<Sampling>;
}

/** The app without a window. */
export interface App {
  /** Answers one window on `port` until it closes. */
  serve(port: Port): void;
  /** True while an answer is being written or a file is being fetched: not a moment to quit unasked. */
  isBusy(): boolean;
  /** Adds a model file where it lies and chooses it. @throws AppError as `models.addFile` */
  openModel(path: string, projectorPath: string | null): Promise<void>;
  /** Stops runs (their text is kept), pauses downloads, ends the engine, closes the database. */
  close(): Promise<void>;
}
