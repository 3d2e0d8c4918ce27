import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Folders } from '../ports/folders.ts';

/** What decides where data lies. */
export interface FolderSurroundings {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  /** Absolute. */
  home: string;
}

/**
 * The folder of Parley's data for this person: `PARLEY_DATA_DIR` where set, else what the operating
 * system's own rules say. Relative XDG paths are passed over, as the XDG rules demand.
 */
export function dataFolder({ platform, env, home }: FolderSurroundings): string {
  const chosen = env['PARLEY_DATA_DIR'];
  if (chosen) return resolve(chosen);
  if (platform === 'win32') {
    return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'Parley');
  }
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Parley');
  const xdg = env['XDG_DATA_HOME'];
  return join(xdg?.startsWith('/') ? xdg : join(home, '.local', 'share'), 'parley');
}

/**
 * The app's folders, made where they are missing and readable by nobody else.
 * @throws when the data folder cannot be made
 */
export function appFolders(options: { data: string; home: string; assets: string }): Folders {
  const data = resolve(options.data);
  const models = join(data, 'models');
  mkdirSync(models, { recursive: true, mode: 0o700 });
  return { data, models, home: options.home, assets: options.assets };
}
