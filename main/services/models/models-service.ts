import { join } from 'node:path';
import type { AppEmitter, AppHandlers } from '../../../contract/app-contract.ts';
import type { CacheOptions } from '../../../contract/engine-contract.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type {
  CatalogEntry,
  InstalledModel,
  ModelsState,
  OfferedModel,
} from '../../../contract/models/models.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Engine } from '../../ports/engine.ts';
import type { FileExchange } from '../../ports/file-exchange.ts';
import type { Folders } from '../../ports/folders.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Log } from '../../ports/log.ts';
import type { Machine } from '../../ports/machine.ts';
import type { Network } from '../../ports/network.ts';
import { browseFolder } from './browse.ts';
import { downloadBytesOf, readCatalog } from './catalog-file.ts';
import { coalesced } from './coalesced.ts';
import { convertByEngine } from './conversion.ts';
import type { WholeModel } from './download-job.ts';
import { Downloads } from './downloads.ts';
import { type Embedder, EngineEmbedder } from './embedder.ts';
import { embeddingEntry, embeddingState } from './embedding-model.ts';
import type { Patience } from './http-transfer.ts';
import { type KeptModel, Library } from './library.ts';
import { type ChosenModel, Loader } from './loader.ts';
import { memoryFit } from './memory-fit.ts';
import { ModelFiles } from './model-files.ts';
import type { ModelRuntime } from './model-runtime.ts';
import { recommend } from './recommend.ts';

/** At most five times a second: a fast download changes more often. */
const emitEveryMs = 200;

/** What every shell uses; tests have less patience. */
export const usualPatience: Patience = {
  silentMs: 30_000,
  retryDelaysMs: [1000, 3000, 9000],
};

/** Where catalogue entries of kind `huggingface` lie. */
export const usualHubOrigin = 'https://huggingface.co';

export interface ModelsOptions {
  engine: Engine;
  network: Network;
  machine: Machine;
  folders: Folders;
  clock: Clock;
  ids: Ids;
  log: Log;
  files: FileExchange;
  chosen: ChosenModel;
  emit: AppEmitter['models'];
  /** Where the engine keeps what it has computed; undefined: in the context only. */
  cache(): Promise<CacheOptions | undefined>;
  /** Minutes without use after which the engine gives the model's memory back; 0: never. */
  idleMinutes(): number;
  /** Whether the engine may measure models while nobody waits; absent: it may. */
  mayMeasure?(): Promise<boolean>;
  hubOrigin?: string;
  patience?: Patience;
}

/** The rooms about models: library, catalogue, downloads, and what is in the engine. */
export interface Models {
  readonly handlers: AppHandlers['models'];
  readonly runtime: ModelRuntime;
  readonly embedder: Embedder;
  /** True while a file is being fetched. */
  isDownloading(): boolean;
  /** Adds a file where it lies, chooses it and begins to load it. @throws AppError as `models.addFile` */
  openAtStart(path: string, projectorPath: string | null): Promise<void>;
  /** Has the model chosen last read from disk before there is a window: then it is loaded sooner. */
  readAhead(): void;
  /** Begins to load the model chosen last, if there is one; what comes of it is in the state. */
  loadChosen(): void;
  /** `idleMinutes` gives another number now. */
  idleMinutesChanged(): Promise<void>;
  /** Frees the model, does `work`, and loads it again in the background where it was loaded. */
  whileUnloaded(work: () => Promise<void>): Promise<void>;
  /** Stops loads and downloads; what came is kept. */
  close(): Promise<void>;
}

class ModelsService {
  readonly library: Library;
  readonly loader: Loader;
  readonly downloads: Downloads;
  readonly embedder: EngineEmbedder;
  readonly #options: ModelsOptions;
  /** All of the catalogue; those that answer; the one that does not. */
  readonly #entries: readonly CatalogEntry[];
  readonly #chatEntries: readonly CatalogEntry[];
  readonly #embedding: CatalogEntry | undefined;
  readonly #modelFiles: ModelFiles;
  readonly #changes: { notify: () => void; end: () => void };

  constructor(options: ModelsOptions, entries: readonly CatalogEntry[]) {
    const { clock, engine, files, folders, ids, log } = options;
    this.#options = options;
    this.#entries = entries;
    this.#chatEntries = entries.filter(({ role }) => role === 'chat');
    this.#embedding = embeddingEntry(entries);
    this.#changes = coalesced(clock, emitEveryMs, () => options.emit.changed(this.state()));
    const changed = this.#changes.notify;
    const modelsFolder = folders.models;
    this.library = new Library({ dataFolder: folders.data, modelsFolder, newId: () => ids.next() });
    const notesPath = join(options.folders.data, 'engine-notes.json');
    this.loader = new Loader({
      ...{ engine, library: this.library, chosen: options.chosen, log, changed, notesPath },
      cache: () => options.cache(),
      idleMinutes: () => options.idleMinutes(),
      mayMeasure: async () => (await options.mayMeasure?.()) ?? true,
    });
    this.embedder = new EngineEmbedder({
      ...{ engine, log, notesPath },
      model: () => this.#embeddingModel(),
      idleMinutes: () => options.idleMinutes(),
    });
    this.#modelFiles = new ModelFiles({ engine, files, library: this.library, log, modelsFolder });
    this.downloads = new Downloads({
      entries,
      ...{ network: options.network, machine: options.machine, clock, ids, log, modelsFolder },
      patience: options.patience ?? usualPatience,
      hubOrigin: options.hubOrigin ?? usualHubOrigin,
      convert: convertByEngine(engine),
      finish: (whole) => this.#finish(whole),
      changed,
    });
  }

  async start(): Promise<void> {
    await this.library.load();
    await this.downloads.restore();
    if ((await this.library.unknownFiles()).length > 0) void this.#addUnknown();
  }

  async close(): Promise<void> {
    this.#changes.end();
    await this.downloads.close();
    await this.embedder.close();
    await this.loader.close();
    await this.library.settled();
  }

  state(): ModelsState {
    const { folders, machine } = this.#options;
    const all = this.library.list();
    const installed = all.filter((model) => !this.#isEmbedding(model));
    const downloads = this.downloads.list();
    const offer = this.#embedding && this.#offer(this.#embedding, all);
    const memoryBytes = machine.totalMemoryBytes;
    return {
      installed,
      offered: this.#chatEntries.map((entry) => this.#offer(entry, installed)),
      embedding: offer ? embeddingState({ offer, installed: all, downloads }) : null,
      recommendedId: recommend(this.#chatEntries, memoryBytes)?.id ?? null,
      quickTryId: this.#chatEntries.find(({ isQuickTry }) => isQuickTry)?.id ?? null,
      downloads,
      engine: this.loader.state,
      modelsFolder: folders.models,
      installedMemoryBytes: memoryBytes,
    };
  }

  /** The file may have been taken away, or be back: looked up when a window asks. */
  async freshState(): Promise<ModelsState> {
    await this.library.look();
    return this.state();
  }

  /** @throws AppError `model.not-found` */
  async choose(modelId: string): Promise<void> {
    const model = this.library.find(modelId);
    if (!model || this.#isEmbedding(model)) throw new AppError('model.not-found', { modelId });
    this.#options.chosen.write(modelId);
    await this.library.forgiveDeaths(modelId);
    this.loader.clearFailure();
    this.loader.startInBackground();
    this.#changes.notify();
  }

  async add(input: Parameters<AppHandlers['models']['addFile']>[0]): Promise<InstalledModel> {
    const added = await this.#modelFiles.addFile(input.file, input.projector);
    await this.choose(added.id);
    return added;
  }

  async openAtStart(path: string, projectorPath: string | null): Promise<void> {
    const added = await this.#modelFiles.addPath(path, projectorPath);
    await this.choose(added.id);
  }

  loadChosen(): void {
    const id = this.#options.chosen.read();
    if (id !== null && this.library.find(id)) this.loader.startInBackground();
  }

  async whileUnloaded(work: () => Promise<void>): Promise<void> {
    const isWanted = this.loader.current() !== undefined || this.loader.isLoading();
    await this.loader.unload();
    try {
      await work();
    } finally {
      if (isWanted) this.loader.startInBackground();
    }
  }

  #offer(entry: CatalogEntry, installed: readonly InstalledModel[]): OfferedModel {
    const found = installed.find(({ catalogId, isPresent }) => catalogId === entry.id && isPresent);
    return {
      ...entry,
      downloadBytes: downloadBytesOf(entry),
      fit: memoryFit(entry, this.#options.machine.totalMemoryBytes),
      installedId: found?.id ?? null,
    };
  }

  /** What was fetched is used at once where nothing else is; never in place of a model that is in use. */
  async #finish(whole: WholeModel): Promise<void> {
    const added = await this.#modelFiles.addWhole(whole);
    if (this.#isEmbedding(added)) this.embedder.modelChanged();
    else if (!this.#hasUsableChoice()) await this.choose(added.id);
  }

  #isEmbedding({ catalogId }: { catalogId: string | null }): boolean {
    return catalogId !== null && catalogId === this.#embedding?.id;
  }

  /** Kept and there, as far as was looked. */
  #embeddingModel(): KeptModel | undefined {
    const found = this.library.list().find((model) => this.#isEmbedding(model) && model.isPresent);
    return found && this.library.find(found.id);
  }

  #hasUsableChoice(): boolean {
    const id = this.#options.chosen.read();
    const chosen = this.library.list().find((model) => model.id === id);
    return chosen?.isPresent === true && !chosen.isSetAside;
  }

  async #addUnknown(): Promise<void> {
    try {
      const names = new Map(this.#entries.map(({ id, model }) => [model.name, id]));
      const added = await this.#modelFiles.addUnknown((name) => names.get(name) ?? null);
      const first = this.library.list().find((model) => !this.#isEmbedding(model));
      if (added > 0) this.embedder.modelChanged();
      if (added > 0 && first && !this.#hasUsableChoice()) await this.choose(first.id);
      this.#changes.notify();
    } catch (error) {
      this.#options.log.incident(error, 'models');
    }
  }
}

/**
 * Builds the models service. It answers at once: what takes long (loading, looking through the models
 * folder) goes on behind it and is told by `models.changed`.
 */
export async function createModels(options: ModelsOptions): Promise<Models> {
  const service = new ModelsService(options, await readCatalog(options.folders.assets));
  await service.start();
  const { downloads, loader } = service;
  return {
    handlers: {
      state: () => service.freshState(),
      choose: async ({ modelId }) => {
        await service.choose(modelId);
        return {};
      },
      unload: async () => {
        await loader.unload();
        return {};
      },
      addFile: (input) => service.add(input),
      browse: ({ folder }) => browseFolder(folder, options.folders.home),
      download: async ({ catalogId }) => {
        await downloads.start(catalogId);
        return {};
      },
      pauseDownload: async ({ downloadId }) => {
        await downloads.pause(downloadId);
        return {};
      },
      resumeDownload: async ({ downloadId }) => {
        await downloads.resume(downloadId);
        return {};
      },
      cancelDownload: async ({ downloadId }) => {
        await downloads.cancel(downloadId);
        return {};
      },
    },
    runtime: loader,
    embedder: service.embedder,
    isDownloading: () =>
      downloads.list().some(({ state }) => state !== 'paused' && state !== 'failed'),
    openAtStart: (path, projectorPath) => service.openAtStart(path, projectorPath),
    readAhead: () => void loader.readAhead(),
    loadChosen: () => service.loadChosen(),
    idleMinutesChanged: () => loader.idleMinutesChanged(),
    whileUnloaded: (work) => service.whileUnloaded(work),
    close: () => service.close(),
  };
}
