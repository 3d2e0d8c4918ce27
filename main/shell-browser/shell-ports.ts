import { join } from 'node:path';
import { appFolders, dataFolder } from '../adapters/app-folders.ts';
import { appVersion, type BundlePaths } from '../adapters/bundle-paths.ts';
import { fileLog } from '../adapters/file-log.ts';
import { fileSecrets } from '../adapters/file-secrets.ts';
import { jsonSettingsStore } from '../adapters/json-settings-store.ts';
import { createNetwork } from '../adapters/network/network.ts';
import { sortableIds } from '../adapters/sortable-ids.ts';
import type { StartOptions } from '../adapters/start-options.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { systemMachine } from '../adapters/system-machine.ts';
import { systemPower } from '../adapters/system-power.ts';
import { type Uploads, uploads } from '../adapters/uploads.ts';
import type { AppPorts } from '../app-ports.ts';
import { systemDesktop } from './desktop.ts';
import { ForkLauncher } from './engine-launcher.ts';
import { forkSandbox } from './fork-sandbox.ts';

/** The computer and the person the shell runs for. */
export interface Host {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  home: string;
  paths: BundlePaths;
}

/** Folders, log and uploads: what is needed before the app may start. */
export type ShellBase = Pick<AppPorts, 'folders' | 'ids' | 'log'> & { readonly files: Uploads };

/** @throws when the data folder cannot be made */
export function shellBase(options: StartOptions, host: Host): ShellBase {
  const folders = appFolders({
    data: options.dataFolder ?? dataFolder(host),
    home: host.home,
    assets: host.paths.assets,
  });
  const ids = sortableIds(systemClock);
  return {
    folders,
    ids,
    log: fileLog({ folder: join(folders.data, 'logs'), clock: systemClock, ids }),
    files: uploads({ dataFolder: folders.data, ids, machine: systemMachine }),
  };
}

/** All that the app is given by this shell. */
export function shellPorts(options: StartOptions, host: Host, base: ShellBase): AppPorts {
  const { log, folders } = base;
  const { temperature } = options;
  return {
    ...base,
    clock: systemClock,
    machine: systemMachine,
    desktop: systemDesktop(host.platform),
    network: createNetwork({ log }),
    power: systemPower(host.platform),
    secrets: fileSecrets(join(folders.data, 'secrets')),
    settingsStore: jsonSettingsStore(join(folders.data, 'settings.json'), log),
    engineLauncher: new ForkLauncher({
      entryPath: host.paths.engineEntry,
      env: { PARLEY_ADDON: host.env['PARLEY_ADDON'] || host.paths.addon },
    }),
    sandbox: forkSandbox({
      entryPath: host.paths.extractorEntry,
      sandboxPath: host.env['PARLEY_SANDBOX'] || host.paths.sandbox,
    }),
    indexEntry: host.paths.indexEntry,
    version: appVersion(host.paths.packageFile),
    ...(temperature === null ? {} : { sampling: { temperature } }),
  };
}
