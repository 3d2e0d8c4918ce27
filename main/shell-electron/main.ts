/** The Electron shell's entry. It is the only file that loads Electron itself. */
import { homedir } from 'node:os';
import * as electron from 'electron';
import Store from 'electron-store';
import { bundlePaths } from '../adapters/bundle-paths.ts';
import { startOptions } from '../adapters/start-options.ts';
import { createApp } from '../app.ts';
import { runElectronShell } from './shell.ts';

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

const args = process.argv.slice(electron.app.isPackaged ? 1 : 2);

// Not awaited here: Electron becomes ready only once this file has been run to its end.
runElectronShell({
  electron,
  options: startOptions(args, process.cwd(), { unknown: 'pass-over' }),
  platform: process.platform,
  env: process.env,
  home: homedir(),
  paths: bundlePaths(import.meta.dirname),
  createApp,
  openStore: (place) => new Store(place),
  complain,
}).catch((error: unknown) => {
  complain(String(error));
  electron.app.exit(1);
});
