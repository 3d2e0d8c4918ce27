import { type AppClient, type Settings, settings } from '../../contract/app-contract.ts';

/** The person's settings. A change shows at once and is taken back when it cannot be stored. */
export class SettingsStore {
  readonly #client: AppClient;
  #value = $state.raw<Settings>(settings.parse({}));
  #isLoaded = $state(false);

  constructor(client: AppClient) {
    this.#client = client;
  }

  get value(): Settings {
    return this.#value;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  async load(): Promise<void> {
    this.#value = await this.#client.settings.get({});
    this.#isLoaded = true;
  }

  /** Follows changes made in other windows until the returned function is called. */
  follow(): () => void {
    return this.#client.settings.changed((value) => {
      this.#value = value;
    });
  }

  /** Rejects, with the old value back in place, when the app did not take the change. */
  async change(change: Partial<Settings>): Promise<void> {
    const before = this.#value;
    this.#value = { ...before, ...change };
    try {
      this.#value = await this.#client.settings.change(change);
    } catch (error) {
      this.#value = before;
      throw error;
    }
  }
}
