import type { EngineClient, LoadedModel } from '../../../contract/engine-contract.ts';

/** A model that is loaded now, and the engine that holds it. */
export interface ReadyModel {
  readonly client: EngineClient;
  readonly modelId: string;
  readonly name: string;
  readonly loaded: LoadedModel;
}

/** What a run needs of the models service. */
export interface ModelRuntime {
  /**
   * The chosen model, loaded first if it is not. `onProgress` gets fractions in [0, 1] while it loads.
   * Aborting leaves the load to whoever else waits for it.
   * @throws AppError `model.not-loaded` when none is chosen, `model.set-aside`, and all errors of
   * `model.load` and of the engine's process
   */
  ready(options: {
    signal: AbortSignal;
    onProgress: (fraction: number) => void;
  }): Promise<ReadyModel>;
  /** The model that is loaded now; nothing is loaded for asking. */
  current(): ReadyModel | undefined;
  isLoading(): boolean;
  /** Begins to load a model again that made way because nobody used it: somebody is about to. */
  wake(): void;
  /**
   * `listener` is called each time a load has ended, well or not, and when the model was freed or died.
   * The function returned stops it.
   */
  onSettled(listener: () => void): () => void;
  /** An answer ended well: the count of deaths in a row on this model starts again at nought. */
  noteSuccess(modelId: string): void;
}
