import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineClient } from '../../../contract/engine-contract.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { Engine } from '../../ports/engine.ts';
import type { IndexThread } from '../passages/index.ts';

/** Vectors that are moved at once while a file is made anew. */
const movedAtOnce = 4096;
/** A file with more rows that nobody has than this, and than those that somebody has, is made anew. */
const mostDeadRows = 20_000;
const namePattern = /^vectors-[0-9a-f]{16}\.bin$/;

/** Whose vectors a file holds. */
export interface VectorKind {
  fingerprint: string;
  dimensions: number;
}

export interface VectorFileOptions {
  engine: Pick<Engine, 'client'>;
  index: IndexThread;
  folder: string;
}

/**
 * The engine's file of vectors for the model that is used, kept in line with the float vectors in the index:
 * one that is missing, broken or too short is made anew from those, without a model.
 */
export class VectorFile {
  readonly #options: VectorFileOptions;
  #checked: { client: EngineClient; fingerprint: string } | undefined;

  constructor(options: VectorFileOptions) {
    this.#options = options;
  }

  /**
   * Adds vectors and returns the row of the first.
   * @throws AppError as the engine's `vectors.append`, `storage.failed`
   */
  async append(kind: VectorKind, vectors: Float32Array): Promise<number> {
    const { client, ref } = await this.#open(kind);
    return (await client.vectors.append({ ...ref, vectors })).firstRow;
  }

  /** The rows closest to a question's vector. @throws AppError as the engine's `vectors.scan` */
  async scan(
    kind: VectorKind,
    request: { query: Float32Array; count: number; filter: Uint8Array; signal?: AbortSignal },
  ): Promise<Uint32Array> {
    const { signal, ...rest } = request;
    const { client, ref } = await this.#open(kind);
    const options = signal === undefined ? {} : { signal };
    return (await client.vectors.scan({ ...ref, ...rest }, options)).rows;
  }

  async #open(kind: VectorKind) {
    const { engine, folder } = this.#options;
    const { fingerprint, dimensions } = kind;
    const client = await engine.client();
    const path = join(folder, `vectors-${fingerprint.slice(0, 16)}.bin`);
    const ref = { path, dimensions };
    const isChecked = this.#checked?.client === client && this.#checked.fingerprint === fingerprint;
    if (!isChecked) {
      await this.#check(client, ref, fingerprint);
      this.#checked = { client, fingerprint };
    }
    return { client, ref };
  }

  async #check(
    client: EngineClient,
    ref: { path: string; dimensions: number },
    fingerprint: string,
  ): Promise<void> {
    const { index, folder } = this.#options;
    if ((await index.fingerprint()) !== fingerprint) await index.restartVectors(fingerprint);
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (!namePattern.test(name) || path === ref.path) continue;
      await client.vectors.close({ path });
      await rm(path, { force: true });
    }
    const rowCount = await this.#rowCount(client, ref);
    const { rows, alive } = await index.vectorCounts();
    const deadRows = rowCount - alive;
    const isSpacious = deadRows > mostDeadRows && deadRows > alive;
    if (rowCount < rows || isSpacious) await this.#rebuild(client, ref);
  }

  /** 0 for a file that is broken: it is made anew. */
  async #rowCount(
    client: EngineClient,
    ref: { path: string; dimensions: number },
  ): Promise<number> {
    try {
      return (await client.vectors.open(ref)).rowCount;
    } catch (error) {
      if (!AppError.is(error, 'vectors.broken')) throw error;
      await rm(ref.path, { force: true });
      return 0;
    }
  }

  async #rebuild(client: EngineClient, ref: { path: string; dimensions: number }): Promise<void> {
    const { index } = this.#options;
    await client.vectors.close({ path: ref.path });
    await rm(ref.path, { force: true });
    await index.renumberVectors();
    for (let row = -1; ; ) {
      const kept = await index.vectorsAfter(row, movedAtOnce);
      const last = kept.at(-1);
      if (!last) return;
      const vectors = new Float32Array(kept.length * ref.dimensions);
      for (const [at, { vector }] of kept.entries()) vectors.set(vector, at * ref.dimensions);
      await client.vectors.append({ ...ref, vectors });
      row = last.row;
    }
  }
}
