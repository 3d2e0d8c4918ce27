import type { AppClient } from '../../../contract/app-contract.ts';

/** What `models.browse` answers. */
export type Listing = Awaited<ReturnType<AppClient['models']['browse']>>;
export type ListingEntry = Listing['entries'][number];

/** What is looked for. */
export type Wanted = 'models' | 'folders';

/** Looks through the folders of this computer for a model file, or for a folder. */
export class PathBrowser {
  readonly #client: AppClient;
  #listing = $state.raw<Listing | null>(null);
  #error = $state.raw<unknown>(null);
  #isLoading = $state(false);
  #cursor = $state(0);
  #newest = 0;
  #wanted = $state<Wanted>('models');

  constructor(client: AppClient) {
    this.#client = client;
  }

  /** Null until the first folder came. */
  get listing(): Listing | null {
    return this.#listing;
  }

  get entries(): readonly ListingEntry[] {
    const entries = this.#listing?.entries ?? [];
    return this.#wanted === 'models' ? entries : entries.filter(({ kind }) => kind === 'folder');
  }

  /** Why the last folder could not be opened; the one before stays on show. */
  get error(): unknown {
    return this.#error;
  }

  get isLoading(): boolean {
    return this.#isLoading;
  }

  /** The row the keyboard is on. */
  get cursor(): number {
    return this.#cursor;
  }

  get current(): ListingEntry | undefined {
    return this.entries[this.#cursor];
  }

  /** Begins at the home folder. */
  async begin(wanted: Wanted): Promise<void> {
    this.#wanted = wanted;
    await this.open(null);
  }

  /** Opens a folder; null is the home folder. Only the newest request shows. */
  async open(folder: string | null): Promise<void> {
    this.#newest += 1;
    const request = this.#newest;
    this.#isLoading = true;
    try {
      const listing = await this.#client.models.browse({ folder });
      if (request !== this.#newest) return;
      this.#listing = listing;
      this.#error = null;
      this.#cursor = 0;
    } catch (error) {
      if (request === this.#newest) this.#error = error;
    } finally {
      if (request === this.#newest) this.#isLoading = false;
    }
  }

  /** One folder up, where there is one. */
  async up(): Promise<void> {
    const parent = this.#listing?.parentFolder;
    if (parent) await this.open(parent);
  }

  moveTo(index: number): void {
    this.#cursor = Math.min(Math.max(0, index), Math.max(0, this.entries.length - 1));
  }

  /** Moves to the next entry that begins with `letter`, from where the keyboard is, around the end. */
  moveToLetter(letter: string): void {
    const { length } = this.entries;
    for (let step = 1; step <= length; step += 1) {
      const index = (this.#cursor + step) % length;
      if (this.entries[index]?.name.toLowerCase().startsWith(letter.toLowerCase())) {
        this.#cursor = index;
        return;
      }
    }
  }
}
