import type { AppClient } from '../../contract/app-contract.ts';
import type {
  Download,
  EngineState,
  FileRef,
  InstalledModel,
  ModelsState,
  OfferedModel,
} from '../../contract/models/models.ts';

const nothingLoaded: EngineState = { phase: 'empty' };

/** The models of this computer, what is being fetched, and what the engine does with the chosen one. */
export class ModelsStore {
  readonly #client: AppClient;
  #state = $state.raw<ModelsState | null>(null);
  #error = $state.raw<unknown>(null);

  constructor(client: AppClient) {
    this.#client = client;
  }

  /** Null until the first answer came. */
  get state(): ModelsState | null {
    return this.#state;
  }

  /** What `load` failed with; null otherwise. */
  get error(): unknown {
    return this.#error;
  }

  get engine(): EngineState {
    return this.#state?.engine ?? nothingLoaded;
  }

  get installed(): readonly InstalledModel[] {
    return this.#state?.installed ?? [];
  }

  get offered(): readonly OfferedModel[] {
    return this.#state?.offered ?? [];
  }

  get downloads(): readonly Download[] {
    return this.#state?.downloads ?? [];
  }

  /** The model that the engine has, loads or failed to load. */
  get active(): InstalledModel | undefined {
    const { engine } = this;
    if (engine.phase === 'empty') return undefined;
    return this.installed.find((model) => model.id === engine.modelId);
  }

  /** A message can be answered now. */
  get isReady(): boolean {
    return this.engine.phase === 'ready';
  }

  /** Nobody has given Parley a model yet. */
  get isFirstRun(): boolean {
    return this.#state !== null && this.#state.installed.length === 0;
  }

  offer(catalogId: string | null): OfferedModel | undefined {
    return this.offered.find((model) => model.id === catalogId);
  }

  download(catalogId: string): Download | undefined {
    return this.downloads.find((item) => item.id === catalogId);
  }

  /** Reads the state; a failure is kept in `error`. */
  async load(): Promise<void> {
    try {
      this.#state = await this.#client.models.state({});
      this.#error = null;
    } catch (error) {
      this.#error = error;
    }
  }

  /** Follows changes until the returned function is called. */
  follow(): () => void {
    return this.#client.models.changed((state) => {
      this.#state = state;
    });
  }

  /** @throws AppError `model.not-found` */
  async choose(modelId: string): Promise<void> {
    await this.#client.models.choose({ modelId });
  }

  async unload(): Promise<void> {
    await this.#client.models.unload({});
  }

  /** @throws AppError the codes of `models.addFile` */
  async addFile(file: FileRef, projector?: FileRef): Promise<InstalledModel> {
    return await this.#client.models.addFile(projector ? { file, projector } : { file });
  }

  /** @throws AppError `download.not-found`, `download.no-space` */
  async startDownload(catalogId: string): Promise<void> {
    await this.#client.models.download({ catalogId });
  }

  /** @throws AppError `download.not-found` */
  async pauseDownload(downloadId: string): Promise<void> {
    await this.#client.models.pauseDownload({ downloadId });
  }

  /** @throws AppError `download.not-found`, `download.no-space` */
  async resumeDownload(downloadId: string): Promise<void> {
    await this.#client.models.resumeDownload({ downloadId });
  }

  /** @throws AppError `download.not-found` */
  async cancelDownload(downloadId: string): Promise<void> {
    await this.#client.models.cancelDownload({ downloadId });
  }
}
