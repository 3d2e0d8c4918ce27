import type { AppHandlers } from '../../../contract/app-contract.ts';
import type { AppError } from '../../../contract/errors/app-error.ts';
import type { Desktop } from '../../ports/desktop.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Folders } from '../../ports/folders.ts';
import type { Log } from '../../ports/log.ts';

/** What `createAbout` needs. */
export interface AboutOptions {
  desktop: Desktop;
  engine: Engine;
  folders: Folders;
  log: Log;
  version: string;
  /** What the storage found at start, if anything. */
  storageNotice: AppError | null;
}

/** `CPU : SSE3 = 1 | AVX = 1 | SME = 0 |` as people write it: `SSE3, AVX`. */
function featuresOf(systemInfo: string): string {
  return [...systemInfo.matchAll(/(\w+) = 1\b/g)].map((found) => found[1]).join(', ');
}

/** What the app says of itself, and the doors to the person's desktop. */
export function createAbout(options: AboutOptions): AppHandlers['app'] {
  const { desktop, engine, folders, log, version, storageNotice } = options;

  let engineDescription: string | null = null;

  /** Asked behind the answer: a window must never wait for an engine that is busy or dead. */
  async function learnEngine(): Promise<void> {
    try {
      const client = await engine.client();
      const { llamaVersion, systemInfo } = await client.engine.describe({});
      engineDescription = [`llama.cpp ${llamaVersion}`, featuresOf(systemInfo)]
        .filter((part) => part !== '')
        .join(' · ');
    } catch (error) {
      log.warn(`about: the engine does not describe itself (${String(error)})`);
    }
  }

  return {
    info: () => {
      if (engineDescription === null) void learnEngine();
      return {
        version,
        dataFolder: folders.data,
        engineDescription,
        isBlocked: false,
        storageNotice: storageNotice?.toWire() ?? null,
      };
    },
    openLink: async ({ url }) => {
      await desktop.openLink(url);
      return {};
    },
    showFolder: async ({ folder }) => {
      await desktop.showFolder(folder === 'data' ? folders.data : folders.models);
      return {};
    },
  };
}
