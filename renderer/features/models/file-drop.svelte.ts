import { AppError } from '../../../contract/errors/app-error.ts';
import type { FileRef } from '../../../contract/models/models.ts';
import { t } from '../../messages/messages.svelte.ts';
import { modelMessages } from '../../messages/models.ts';
import type { AppState } from '../../state/app-state.svelte.ts';

/** A file on its way in. `fraction` is null once it is copied and being opened. */
export interface DropProgress {
  readonly name: string;
  readonly fraction: number | null;
}

function isModelFile(file: File): boolean {
  return file.name.toLowerCase().endsWith('.gguf');
}

function isProjector(file: File): boolean {
  return /mmproj/iu.test(file.name);
}

/** Takes model files that are dropped on the window; a projector dropped with its model is paired with it. */
export class FileDropState {
  readonly #app: AppState;
  #progress = $state.raw<DropProgress | null>(null);
  #abort: AbortController | null = null;

  constructor(app: AppState) {
    this.#app = app;
  }

  /** Null while nothing is on its way. */
  get progress(): DropProgress | null {
    return this.#progress;
  }

  /** Ends the copy; nothing is left behind. */
  cancel(): void {
    this.#abort?.abort();
  }

  /**
   * Adds the models among what was dropped, one drop at a time; other files go to the room that takes them,
   * and are told as being no models where none does.
   */
  async take(files: readonly File[]): Promise<void> {
    const others = files.filter((file) => !isModelFile(file));
    const isTaken = others.length > 0 && this.#app.desk.incoming.take(others);
    if (this.#progress || files.length === 0) return;
    const models = files.filter(isModelFile);
    if (models.length === 0 && isTaken) return;
    const main = models.find((file) => !isProjector(file)) ?? models[0];
    if (!main) {
      this.#app.tell(new AppError('file.not-a-model', { name: files[0]?.name ?? '' }));
      return;
    }
    const projector = models.find((file) => file !== main && isProjector(file));
    this.#abort = new AbortController();
    await this.#app.attempt(() => this.#add(main, projector));
    this.#progress = null;
    this.#abort = null;
  }

  async #add(main: File, projector: File | undefined): Promise<void> {
    const mainRef = await this.#refer(main);
    const projectorRef = projector && (await this.#refer(projector));
    this.#progress = { name: main.name, fraction: null };
    const model = await this.#app.models.addFile(mainRef, projectorRef);
    this.#app.openRoom('chat');
    this.#app.toasts.show(t(modelMessages).added(model.name));
  }

  async #refer(file: File): Promise<FileRef> {
    const signal = this.#abort?.signal ?? AbortSignal.abort();
    this.#progress = { name: file.name, fraction: 0 };
    return await this.#app.link.refer(file, {
      signal,
      onProgress: (fraction) => {
        this.#progress = { name: file.name, fraction };
      },
    });
  }
}
