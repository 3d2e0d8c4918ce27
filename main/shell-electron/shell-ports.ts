import { join } from 'node:path';
import type { PowerMonitor, SafeStorage, Shell, utilityProcess } from 'electron';
import { appFolders } from '../adapters/app-folders.ts';
import { appVersion, type BundlePaths } from '../adapters/bundle-paths.ts';
import { fileLog } from '../adapters/file-log.ts';
import { fileSecrets } from '../adapters/file-secrets.ts';
import { createNetwork } from '../adapters/network/network.ts';
import { sortableIds } from '../adapters/sortable-ids.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { systemMachine } from '../adapters/system-machine.ts';
import { systemPower } from '../adapters/system-power.ts';
import { uploads } from '../adapters/uploads.ts';
import type { AppPorts } from '../app-ports.ts';
import { electronDesktop } from './desktop.ts';
import { utilityLauncher } from './engine-launcher.ts';
import { electronPower } from './power.ts';
import { electronSecretCodec } from './secret-codec.ts';
import { electronSettingsStore, type WholeStore } from './settings-store.ts';
import { utilitySandbox } from './utility-sandbox.ts';

/** What the engine's process may know of our surroundings. */
const passedOn = ['PATH', 'HOME', 'USERPROFILE', 'LANG', 'TMPDIR', 'TEMP', 'SystemRoot'];

/** Code inside the archive can be read there, but native files lie beside it. */
export function unpacked(path: string): string {
  return path.replace(/([\\/])app\.asar([\\/])/, '$1app.asar.unpacked$2');
}

/** All that the app is given by this shell. @throws when the data folder cannot be made */
export function shellPorts(options: {
  data: string;
  home: string;
  paths: BundlePaths;
  env: Record<string, string | undefined>;
  temperature: number | null;
  shell: Pick<Shell, 'openExternal' | 'openPath'>;
  fork: (typeof utilityProcess)['fork'];
  powerMonitor: Pick<PowerMonitor, 'isOnBatteryPower'>;
  safeStorage: Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'>;
  openStore(place: { cwd: string; name: string }): WholeStore;
}): AppPorts {
  const { data, home, paths, env, temperature } = options;
  const folders = appFolders({ data, home, assets: paths.assets });
  const ids = sortableIds(systemClock);
  const log = fileLog({ folder: join(folders.data, 'logs'), clock: systemClock, ids });
  const engineEnv: Record<string, string> = {
    PARLEY_ADDON: env['PARLEY_ADDON'] || unpacked(paths.addon),
  };
  for (const name of passedOn) {
    const value = env[name];
    if (value !== undefined) engineEnv[name] = value;
  }
  return {
    folders,
    ids,
    log,
    clock: systemClock,
    machine: systemMachine,
    files: uploads({ dataFolder: folders.data, ids, machine: systemMachine }),
    desktop: electronDesktop(options.shell),
    network: createNetwork({ log }),
    power: electronPower(options.powerMonitor, systemPower()),
    secrets: fileSecrets(join(folders.data, 'secrets'), electronSecretCodec(options.safeStorage)),
    settingsStore: electronSettingsStore({ folder: folders.data, log, open: options.openStore }),
    engineLauncher: utilityLauncher({
      fork: options.fork,
      entryPath: paths.engineEntry,
      env: engineEnv,
    }),
    sandbox: utilitySandbox({
      fork: options.fork,
      entryPath: paths.extractorEntry,
      sandboxPath: env['PARLEY_SANDBOX'] || unpacked(paths.sandbox),
      env,
    }),
    indexEntry: paths.indexEntry,
    version: appVersion(paths.packageFile),
    ...(temperature === null ? {} : { sampling: { temperature } }),
  };
}
