import { AppError } from '../../../contract/errors/app-error.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Log } from '../../ports/log.ts';
import type { ModelRuntime } from '../models/index.ts';
import type { CacheFolder } from './cache-folder.ts';
import type { CachePlace, CachePlacesStore } from './cache-places-store.ts';

/** What `Forgetting` needs. */
export interface ForgettingOptions {
  models: Pick<ModelRuntime, 'current' | 'isLoading' | 'onSettled'>;
  places: CachePlacesStore;
  folder: Pick<CacheFolder, 'clearModel' | 'place' | 'trim'>;
  engine: Pick<Engine, 'client'>;
  log: Log;
}

/**
 * Drops what the engine keeps of conversations that went to the trash, and what is too much of models that are
 * not used any more. What must be dropped is noted in
 * the database first, so that a death loses none of it: it is done as soon as the engine can, at the latest
 * after the next start. The text of a removed conversation does not wait for its model: where that is not
 * loaded the engine opens its folder without it, and where that fails all of the folder goes.
 */
export class Forgetting {
  readonly #options: ForgettingOptions;
  readonly #stopListening: () => void;
  #working: Promise<void> = Promise.resolve();

  /** @throws AppError `storage.full`, `storage.failed` */
  constructor(options: ForgettingOptions) {
    this.#options = options;
    options.places.forgetAbsent();
    this.#stopListening = options.models.onSettled(() => void this.#process());
  }

  /** Resolves when it is dropped, or noted for when it can be. @throws AppError as storage does */
  async forget(conversationId: string): Promise<void> {
    this.#options.places.forget(conversationId);
    // Also what is in the engine's memory only, of which nothing is noted.
    const model = this.#options.models.current();
    await model?.client.run.forget({ sequenceKey: conversationId }).catch(this.#report);
    await this.#process();
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.#working;
  }

  #process(): Promise<void> {
    this.#working = this.#working.then(() => this.#processNow()).catch(this.#report);
    return this.#working;
  }

  async #processNow(): Promise<void> {
    const { models, places } = this.#options;
    // Whose folder is being opened is not known before the load has ended; then this is called again.
    if (models.isLoading()) return;
    for (const place of places.forgotten()) await this.#drop(place);
    await this.#trim();
  }

  /** What models keep that were not used for long goes, where all of it together is too much. */
  async #trim(): Promise<void> {
    const { models, places, folder } = this.#options;
    const model = models.current();
    if (!model || models.isLoading()) return;
    await folder.trim(model.loaded.fingerprint, (gone) => places.doneWith(gone));
  }

  async #drop(place: CachePlace): Promise<void> {
    const { models, places, folder } = this.#options;
    if (models.isLoading()) return;
    const model = models.current();
    if (model?.loaded.fingerprint === place.fingerprint) {
      await model.client.run.forget({ sequenceKey: place.conversationId });
      places.done(place);
    } else if (await this.#forgetKept(place)) {
      places.done(place);
    } else {
      await folder.clearModel(place.fingerprint);
      places.doneWith(place.fingerprint);
    }
  }

  /** Whether the state of one conversation is gone, and that of the others is left. */
  async #forgetKept({ conversationId, fingerprint }: CachePlace): Promise<boolean> {
    try {
      const { engine, folder } = this.#options;
      const client = await engine.client();
      const sequenceKeys = [conversationId];
      const request = { ...(await folder.place()), fingerprint, sequenceKeys };
      return (await client.engine.forgetKept(request)).isDone;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  readonly #report = (error: unknown): void => {
    // An engine that died, or storage without room: what is noted is done another time.
    if (error instanceof AppError)
      this.#options.log.warn(`cache: not forgotten yet: ${error.code}`);
    else this.#options.log.incident(error, 'warmth.forget');
  };
}
