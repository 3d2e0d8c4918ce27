import { copyFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { GgufSummary } from '../../../contract/engine-contract.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { FileRef, InstalledModel } from '../../../contract/models/models.ts';
import type { Engine } from '../../ports/engine.ts';
import type { FileExchange, TakenFile } from '../../ports/file-exchange.ts';
import type { Log } from '../../ports/log.ts';
import type { WholeModel } from './download-job.ts';
import { cleanFileName, freeFileName } from './file-name.ts';
import { syncFolder, translateDiskError } from './json-file.ts';
import type { Library } from './library.ts';
import { choosePair, pairFault } from './pairing.ts';

/** More projectors than this beside one model are not read. */
const maxCandidates = 20;

export interface ModelFilesOptions {
  engine: Engine;
  files: FileExchange;
  library: Library;
  log: Log;
  modelsFolder: string;
}

/** Adds files to the library: every header is read by the engine's process before anything else. */
export class ModelFiles {
  readonly #options: ModelFilesOptions;

  constructor(options: ModelFilesOptions) {
    this.#options = options;
  }

  /**
   * Adds a model a person named, with the projector they named or one that lies beside it and fits.
   * @throws AppError as the contract's `models.addFile`
   */
  async addFile(file: FileRef, projector: FileRef | undefined): Promise<InstalledModel> {
    const { files } = this.#options;
    const taken: TakenFile[] = [];
    try {
      const model = await files.take(file);
      taken.push(model);
      const eyes = projector && (await files.take(projector));
      if (eyes) taken.push(eyes);
      return await this.#addTaken(model, eyes);
    } catch (error) {
      for (const { path, isOurs } of taken) {
        if (isOurs) await rm(path, { force: true });
      }
      throw error;
    }
  }

  /** Adds a file where it lies. @throws AppError as `addFile` */
  async addPath(path: string, projectorPath: string | null): Promise<InstalledModel> {
    const asTaken = (at: string): TakenFile => ({ path: at, name: basename(at), isOurs: false });
    const eyes = projectorPath === null ? undefined : asTaken(projectorPath);
    return this.#addTaken(asTaken(path), eyes);
  }

  /** Adds what a download brought. @throws AppError the errors of `model.inspect` and of the engine */
  async addWhole(whole: WholeModel): Promise<InstalledModel> {
    const { entry, modelPath, projectorPath } = whole;
    const summary = await this.#inspectModel(modelPath);
    let pairedPath: string | null = null;
    if (projectorPath !== null) {
      const fault = pairFault(summary, await this.#inspect(projectorPath));
      if (fault === undefined) pairedPath = projectorPath;
      else this.#options.log.warn(`models: projector of ${entry.id} does not fit: ${fault}`);
    }
    return this.#options.library.add({
      summary,
      projectorPath: pairedPath,
      name: entry.name,
      catalogId: entry.id,
      isOwned: true,
    });
  }

  /** Adds what lies in the models folder and is not known: brought on a stick, or the list was lost. */
  async addUnknown(catalogIdOf: (fileName: string) => string | null): Promise<number> {
    const { library, log } = this.#options;
    let added = 0;
    for (const path of await library.unknownFiles()) {
      try {
        const summary = await this.#inspect(path);
        if (summary.kind !== 'model') continue;
        const eyes = await this.#findPair(summary);
        await library.add({
          summary,
          projectorPath: eyes?.path ?? null,
          name: nameOf(summary, basename(path)),
          catalogId: catalogIdOf(basename(path)),
          isOwned: true,
        });
        added += 1;
      } catch (error) {
        log.warn(`models: ${basename(path)} in the models folder is not used: ${String(error)}`);
      }
    }
    return added;
  }

  async #addTaken(model: TakenFile, eyes: TakenFile | undefined): Promise<InstalledModel> {
    const summary = await this.#inspectModel(model.path);
    const paired = eyes
      ? await this.#checkedPair(summary, eyes)
      : model.isOurs
        ? null
        : await this.#findPair(summary);
    const path = await this.#keep(model);
    const projectorPath = eyes ? await this.#keep(eyes) : (paired?.path ?? null);
    return this.#options.library.add({
      summary: { ...summary, path },
      projectorPath,
      name: nameOf(summary, model.name),
      catalogId: null,
      isOwned: dirname(path) === this.#options.modelsFolder,
    });
  }

  async #checkedPair(model: GgufSummary, eyes: TakenFile): Promise<GgufSummary> {
    const projector = await this.#inspect(eyes.path);
    const reason = pairFault(model, projector);
    if (reason === undefined) return projector;
    throw new AppError('model.projector-mismatch', { path: eyes.path, reason });
  }

  /** A projector in the model's folder that fits it by width and family; its name only makes it a candidate. */
  async #findPair(model: GgufSummary): Promise<GgufSummary | null> {
    const folder = dirname(model.path);
    const names = await readdir(folder).catch(() => []);
    const candidates = names.filter((name) => /mmproj.*\.gguf$/i.test(name));
    const found: GgufSummary[] = [];
    for (const name of candidates.slice(0, maxCandidates)) {
      try {
        found.push(await this.#inspect(join(folder, name)));
      } catch (error) {
        this.#options.log.warn(`models: ${name} beside the model is not used: ${String(error)}`);
      }
    }
    return choosePair(model, found);
  }

  async #inspect(path: string): Promise<GgufSummary> {
    const client = await this.#options.engine.client();
    return client.model.inspect({ path });
  }

  async #inspectModel(path: string): Promise<GgufSummary> {
    const summary = await this.#inspect(path);
    if (summary.kind === 'model') return summary;
    const detail = 'a projector';
    throw new AppError('model.file-broken', { path, fault: 'not-a-model', detail });
  }

  /** An upload moves into the models folder; a person's own file stays where it is. */
  async #keep(file: TakenFile): Promise<string> {
    if (!file.isOurs) return file.path;
    const { modelsFolder } = this.#options;
    const taken = new Set((await readdir(modelsFolder)).map((name) => name.toLowerCase()));
    const name = freeFileName(cleanFileName(file.name), (candidate) =>
      taken.has(candidate.toLowerCase()),
    );
    const path = join(modelsFolder, name);
    await moveFile(file.path, path);
    await syncFolder(modelsFolder);
    return path;
  }
}

/** The name in the header without the word that says only what kind of file it is, else the file's own. */
function nameOf(summary: GgufSummary, fileName: string): string {
  const own = fileName.replace(/\.gguf$/i, '').slice(0, 100);
  const said =
    summary.name
      ?.replace(/\p{C}/gu, '')
      .replace(/[\s_-]*gguf\s*$/i, '')
      .trim() ?? '';
  return said === '' ? own || 'GGUF' : said.slice(0, 100);
}

/** Renames, or copies where the folders are on different disks. @throws AppError `storage.full` */
async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
  }
  const temporary = `${to}.new`;
  try {
    await copyFile(from, temporary);
    await rename(temporary, to);
    await rm(from, { force: true });
  } catch (error) {
    await rm(temporary, { force: true });
    throw translateDiskError(error, to);
  }
}
