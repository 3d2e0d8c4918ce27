import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CatalogEntry, Download } from '../../../../contract/models/models.ts';
import { createNetwork } from '../../../adapters/network/network.ts';
import type { PipCommand } from '../../../adapters/network/package-fetch.ts';
import type { Convert } from '../conversion.ts';
import type { WholeModel } from '../download-job.ts';
import { Downloads } from '../downloads.ts';
import { keptLog, machineWith, randomIds, realClock } from './ports.fixture.ts';

export interface RigOptions {
  entries: CatalogEntry[];
  hubOrigin: string;
  /** An earlier rig's folder: the app was started again. */
  folder?: string;
  silentMs?: number;
  retryDelaysMs?: number[];
  freeBytes?: number;
  pips?: PipCommand[];
  finish?: (whole: WholeModel) => Promise<void>;
  convert?: Convert;
}

/** Downloads with the real network adapter and a folder of their own. */
export async function downloadRig(options: RigOptions) {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'parley-download-')));
  const log = keptLog();
  const machine = machineWith(options.freeBytes);
  const finished: WholeModel[] = [];
  const seen: Download[] = [];
  const downloads: Downloads = new Downloads({
    entries: options.entries,
    network: createNetwork({
      log,
      allowLoopbackHttp: true,
      ...(options.pips ? { pips: options.pips } : {}),
    }),
    clock: realClock,
    ids: randomIds,
    log,
    machine,
    patience: {
      silentMs: options.silentMs ?? 5000,
      retryDelaysMs: options.retryDelaysMs ?? [1, 1, 1],
    },
    hubOrigin: options.hubOrigin,
    modelsFolder: folder,
    convert: options.convert ?? (() => Promise.reject(new Error('nothing is converted here'))),
    finish: async (whole) => {
      await options.finish?.(whole);
      finished.push(whole);
    },
    changed: () => seen.push(...downloads.list()),
  });
  await downloads.restore();
  return {
    downloads,
    folder,
    log,
    machine,
    finished,
    /** Every state that was told. */
    seen,
    view: (id = 'tiny') => downloads.list().find((download) => download.id === id),
    /** Runs it to its end, whatever that is. */
    async run(id = 'tiny') {
      await downloads.start(id);
      await downloads.settled(id);
      return downloads.list().find((download) => download.id === id);
    },
    leftovers: () => readdir(join(folder, '.partial')),
    async remove() {
      await downloads.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
