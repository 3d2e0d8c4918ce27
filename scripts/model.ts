import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '../contract/errors/app-error.ts';
import type { Download } from '../contract/models/models.ts';
import { appFolders, dataFolder } from '../main/adapters/app-folders.ts';
import { createNetwork } from '../main/adapters/network/network.ts';
import { sortableIds } from '../main/adapters/sortable-ids.ts';
import { systemClock } from '../main/adapters/system-clock.ts';
import { systemMachine } from '../main/adapters/system-machine.ts';
import type { Log } from '../main/ports/log.ts';
import { readCatalog } from '../main/services/models/catalog-file.ts';
import { Downloads } from '../main/services/models/downloads.ts';
import { usualHubOrigin, usualPatience } from '../main/services/models/models-service.ts';

const root = resolve(import.meta.dirname, '..');
const megabyte = 1e6;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line that is written over itself in a terminal; elsewhere a line for each ten percent. */
class ProgressLine {
  #lastTenth = -1;
  #lastSource: string | null = null;

  show(download: Download): void {
    if (download.sourceLabel !== this.#lastSource) {
      this.#lastSource = download.sourceLabel;
      say(`${process.stdout.isTTY ? '\n' : ''}  from ${download.sourceLabel}`);
    }
    const percent = Math.floor((download.doneBytes / download.totalBytes) * 100);
    const rate = download.bytesPerSecond;
    const speed = rate === null ? '' : `, ${(rate / megabyte).toFixed(1)} MB/s`;
    const left = download.secondsLeft === null ? '' : `, ${Math.ceil(download.secondsLeft)} s left`;
    const again = download.hasRestarted ? ', begun again' : '';
    const done = `${(download.doneBytes / megabyte).toFixed(1)} of ${(download.totalBytes / megabyte).toFixed(1)} MB`;
    const line = `  ${download.state}: ${percent} % (${done}${speed}${left}${again})`;
    if (process.stdout.isTTY) {
      process.stdout.write(`\r${line.padEnd(78)}`);
    } else if (Math.floor(percent / 10) !== this.#lastTenth) {
      this.#lastTenth = Math.floor(percent / 10);
      say(line);
    }
  }
}

const terminalLog: Log = {
  info: () => undefined,
  warn: (line) => say(`\n  ${line}`),
  incident(error, where) {
    say(`\n  ${where}: ${error instanceof Error ? error.stack : String(error)}`);
    return 'terminal';
  },
};

/** What a person can do about a failure, beside trying again. */
function advice(code: string): string {
  if (code === 'download.tool-missing') return 'Install Python with pip, then run it again.';
  if (code === 'download.no-space') return 'Free some space, then run it again.';
  return 'Run it again: what has come is kept.';
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { folder: { type: 'string' }, id: { type: 'string', default: 'smollm2-135m' } },
  });
  const { platform, env } = process;
  const home = homedir();
  const assets = join(root, 'assets');
  const data = dataFolder({ platform, env, home });
  const modelsFolder = values.folder
    ? resolve(env['INIT_CWD'] ?? process.cwd(), values.folder)
    : appFolders({ data, home, assets }).models;
  // What finds passages is made in the app: it needs the engine.
  const entries = (await readCatalog(assets)).filter(({ role }) => role === 'chat');
  const entry = entries.find(({ id }) => id === values.id);
  if (!entry) {
    say(`There is no ${values.id} in the catalogue. It has:`);
    for (const { id, name } of entries) say(`  ${id.padEnd(24)}${name}`);
    return 1;
  }
  const installed: string[] = [];
  const progress = new ProgressLine();
  let lastMs = 0;
  const downloads: Downloads = new Downloads({
    entries,
    network: createNetwork({ log: terminalLog }),
    machine: systemMachine,
    clock: systemClock,
    ids: sortableIds(systemClock),
    log: terminalLog,
    patience: usualPatience,
    hubOrigin: usualHubOrigin,
    modelsFolder,
    convert: () => Promise.reject(new Error('a chat model is never converted')),
    // The app reads the header when it finds the file at its next start.
    finish: async ({ modelPath, projectorPath }) => {
      installed.push(modelPath, ...(projectorPath === null ? [] : [projectorPath]));
    },
    changed: () => {
      const [download] = downloads.list().filter(({ id }) => id === entry.id);
      if (!download || Date.now() - lastMs < 100) return;
      lastMs = Date.now();
      progress.show(download);
    },
  });
  process.once('SIGINT', () => void downloads.close());
  await downloads.restore();
  say(`• Fetching ${entry.name} (${entry.license}) into ${modelsFolder}`);
  const startedMs = Date.now();
  await downloads.start(entry.id);
  await downloads.settled(entry.id);
  const left = downloads.list().find(({ id }) => id === entry.id);
  if (installed.length > 0) {
    for (const path of installed) say(`\n  ${path}`);
    say(`  It took ${((Date.now() - startedMs) / 1000).toFixed(1)} s.`);
    return 0;
  }
  if (left?.state === 'paused') {
    say('\n  Paused. Run it again to go on.');
    return 130;
  }
  say(`\n  ${left?.error?.code}: ${JSON.stringify(left?.error?.data)}`);
  say(`  ${advice(left?.error?.code ?? '')}`);
  return 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  say(`\n  ${error.code}: ${JSON.stringify(error.data)}`);
  say(`  ${advice(error.code)}`);
  process.exitCode = 1;
}
