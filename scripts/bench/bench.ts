/** What every cell works with. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contestant, Place } from './contestants/contestant.ts';
import { LlamaServer, type ServerMode } from './contestants/llama-server.ts';
import { PackageContestant, type PackageName } from './contestants/package-contestant.ts';
import { Parley, type ParleyOptions } from './contestants/parley.ts';
import type { BenchModel } from './models.ts';
import { PromptWriter } from './prompt-writer.ts';
import type { CellFigures } from './results.ts';
import type { Sizes } from './sizes.ts';
import type { BenchTools } from './tools.ts';

/** What a run of cells was asked for. */
export interface BenchSettings {
  model: BenchModel;
  modelFile: string;
  tools: BenchTools;
  /** Folder with node_modules of the Node bindings; null where they could not be installed. */
  packages: string | null;
  sizes: Sizes;
  threads: number;
  rounds: number;
}

/** One cell of the table. */
export interface Cell {
  number: number;
  title: string;
  /** Models whose state it is about; absent: all. */
  stateKinds?: BenchModel['stateKind'][];
  /** Models that it is about; absent: all. */
  modelIds?: string[];
  /** Says nothing of random weights. */
  needsRealWeights?: boolean;
  /** Part of the deciding ones, which `--quick` runs. */
  isDeciding: boolean;
  run(bench: Bench): Promise<CellFigures>;
}

/** Makes contestants for one cell; what they keep is gone when it is over. */
export class Bench {
  readonly settings: BenchSettings;
  readonly #folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  #writing: Parley | null = null;
  #made: Contestant[] = [];
  #folders = 0;

  constructor(settings: BenchSettings) {
    this.settings = settings;
  }

  get sizes(): Sizes {
    return this.settings.sizes;
  }

  /** Numbers of the rounds. */
  get rounds(): number[] {
    return Array.from({ length: this.settings.rounds }, (_, round) => round);
  }

  /** The writer of prompts, in a process that measures nothing. */
  async writer(): Promise<PromptWriter> {
    if (!this.#writing) {
      const noCache = { ramBytes: 0, diskBytes: 0 };
      this.#writing = new Parley({ ...this.#place(512), threads: 1 }, noCache);
      await this.#writing.start();
    }
    return new PromptWriter(this.#writing);
  }

  parley(contextTokens = this.sizes.context, options: ParleyOptions = {}): Parley {
    const { hasRandomWeights } = this.settings.model;
    return this.#add(new Parley(this.#place(contextTokens), { hasRandomWeights, ...options }));
  }

  server(
    mode: ServerMode,
    contextTokens = this.sizes.context,
    flags: readonly string[] = [],
  ): LlamaServer {
    const { llamaServer } = this.settings.tools;
    return this.#add(new LlamaServer(llamaServer, this.#place(contextTokens), mode, flags));
  }

  /** The Node bindings that are installed. */
  bindings(contextTokens = this.sizes.context): PackageContestant[] {
    const { packages } = this.settings;
    if (packages === null) return [];
    const names: PackageName[] = ['node-llama-cpp', '@fugood/llama.node'];
    return names.map((name) =>
      this.#add(new PackageContestant(name, packages, this.#place(contextTokens))),
    );
  }

  #place(contextTokens: number): Place {
    this.#folders += 1;
    const folder = join(this.#folder, String(this.#folders));
    return {
      model: this.settings.modelFile,
      threads: this.settings.threads,
      contextTokens,
      folder,
    };
  }

  #add<Made extends Contestant>(contestant: Made): Made {
    this.#made.push(contestant);
    return contestant;
  }

  /** Ends every process and removes every file. */
  async close(): Promise<void> {
    const all = [...this.#made, ...(this.#writing ? [this.#writing] : [])];
    this.#made = [];
    this.#writing = null;
    await Promise.allSettled(all.map((contestant) => contestant.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
