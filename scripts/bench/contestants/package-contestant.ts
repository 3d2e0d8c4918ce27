import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BenchChild } from '../child-process.ts';
import type { Answer, Ask, Contestant, Place, Prompt } from './contestant.ts';

/** The packages that are measured beside us, at the versions that `install-packages.ts` installs. */
export type PackageName = 'node-llama-cpp' | '@fugood/llama.node';

const scripts: Record<PackageName, string> = {
  'node-llama-cpp': 'node-llama-cpp-child.ts',
  '@fugood/llama.node': 'llama-node-child.ts',
};

/** A Node binding in a process of its own, with the binary that it is published with. */
export class PackageContestant implements Contestant {
  readonly name: PackageName;
  readonly #packages: string;
  readonly #place: Place;
  #child: BenchChild | null = null;

  /** @param packages the folder whose node_modules holds it */
  constructor(name: PackageName, packages: string, place: Place) {
    this.name = name;
    this.#packages = packages;
    this.#place = place;
  }

  get #started(): BenchChild {
    if (!this.#child) throw new Error('it was not started');
    return this.#child;
  }

  async start(): Promise<void> {
    mkdirSync(this.#place.folder, { recursive: true });
    const script = join(import.meta.dirname, scripts[this.name]);
    this.#child = new BenchChild(script, { PARLEY_BENCH_PACKAGES: this.#packages });
    await this.#child.call('load', this.#place);
  }

  answer(ask: Ask): Promise<Answer> {
    return this.#started.call('answer', ask);
  }

  async keep(conversation: string): Promise<void> {
    await this.#started.call('keep', { conversation, path: this.#file(conversation) });
  }

  async reopen(conversation: string): Promise<void> {
    await this.#started.call('reopen', { conversation, path: this.#file(conversation) });
  }

  #file(conversation: string): string {
    return join(this.#place.folder, `${conversation}.state`);
  }

  async stop(): Promise<void> {
    await this.#child?.end();
    this.#child = null;
  }

  tokensOf(prompt: Prompt): Promise<number[]> {
    return this.#started.call('tokensOf', prompt);
  }
}
