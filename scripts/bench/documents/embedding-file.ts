import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createNetwork } from '../../../main/adapters/network/network.ts';
import type { Log } from '../../../main/ports/log.ts';
import { readCatalog } from '../../../main/services/models/catalog-file.ts';
import type { Convert } from '../../../main/services/models/conversion.ts';
import { embeddingEntry } from '../../../main/services/models/embedding-model.ts';
import { fetchCatalogFile } from '../../../main/services/models/file-transfer.ts';
import { convertEmbedder } from '../../../native/engine/conversion/convert-embedder.ts';

const root = resolve(import.meta.dirname, '../../..');

/** The embedding model, and the container that it was made of. */
export interface EmbeddingFiles {
  modelPath: string;
  containerPath: string;
}

/**
 * Has the catalogue's embedding model in `folder`: fetched by the very code that a person's click runs, with the
 * conversion in this process instead of the engine's.
 * @throws AppError any `download.*`
 */
export async function requireEmbeddingModel(
  folder: string,
  tell: (line: string) => void,
): Promise<EmbeddingFiles> {
  const entry = embeddingEntry(await readCatalog(join(root, 'assets')));
  if (!entry) throw new Error('the catalogue has no embedding model');
  const containerPath = join(folder, 'multilingual-e5-small.container');
  const modelsFolder = join(folder, 'embedding');
  // A model without its container is fetched again, since both are wanted.
  const hasContainer = await stat(containerPath).catch(() => undefined);
  if (!hasContainer) await rm(modelsFolder, { recursive: true, force: true });
  await mkdir(join(modelsFolder, '.partial'), { recursive: true });
  const convert: Convert = async ({ signal, ...request }) => {
    await copyFile(request.path, containerPath);
    const steps = convertEmbedder(request, signal);
    for (let step = await steps.next(); !step.done; step = await steps.next());
  };
  const modelPath = await fetchCatalogFile(transferTools({ modelsFolder, convert, tell }), {
    file: entry.model,
    signal: new AbortController().signal,
    watcher: {
      onBytes: () => undefined,
      onTotal: () => undefined,
      onRestart: () => undefined,
      onReading: () => undefined,
      onConverting: () => undefined,
      onSource: (label) => tell(`Fetching ${entry.name} (${label})`),
      onPlace: () => Promise.resolve(),
      beginPackage: () => Promise.resolve(false),
    },
  });
  return { modelPath, containerPath };
}

function transferTools(parts: {
  modelsFolder: string;
  convert: Convert;
  tell: (line: string) => void;
}): Parameters<typeof fetchCatalogFile>[0] {
  const { modelsFolder, convert, tell } = parts;
  const log: Log = {
    info: () => undefined,
    warn: tell,
    incident(error) {
      tell(String(error));
      return 'incident';
    },
  };
  return {
    network: createNetwork({ log }),
    clock: {
      nowMs: () => Date.now(),
      monotonicMs: () => performance.now(),
      after(delayMs, callback) {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    },
    ids: { next: () => randomUUID() },
    log,
    patience: { silentMs: 60_000, retryDelaysMs: [1000] },
    hubOrigin: 'https://huggingface.co',
    modelsFolder,
    convert,
  };
}
