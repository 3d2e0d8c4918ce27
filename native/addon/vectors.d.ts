/** The exact scan over vectors: part of the addon's surface, see `index.d.ts`. */

/** Rows and how close they are, the closest first. */
export interface VectorHits {
  rows: Uint32Array;
  /** About the cosine, in [-1, 1]; 0 where one of the two vectors is all zeros. */
  scores: Float32Array;
}

/** Instructions a scan is made with; all give the same result. */
export type VectorKernel = 'avx512-vnni' | 'avx2' | 'neon-dotprod' | 'neon' | 'scalar';

export interface VectorScanOptions {
  /** At most this many hits, 1 to 100,000. */
  count: number;
  /**
   * Looks only at rows whose bit is set: bit `row % 8` of byte `row / 8`. Rows beyond its end are left out.
   * It is also how rows are deleted: the file keeps no account of that, so that none can disagree with the
   * records that say what a row stands for.
   */
  filter?: Uint8Array;
  /** For tests and benchmarks; absent: the fastest. */
  kernel?: VectorKernel;
}

/**
 * An append-only file of vectors, kept as directions in int8 with one scale each, and searched exactly: a
 * scan looks at every row. It is mapped, not read into memory. Typed arrays are copied when handed over.
 * To get the true nearest by cosine, scan for four times as many as wanted and hand their float vectors to
 * `rerankVectors`. Reading and writing happen on Node's pool, never on the engine thread.
 */
export class VectorIndex {
  /** Use `open`. */
  private constructor();

  /**
   * Opens the file or makes it, for this process alone. What a write that never ended left behind its last
   * row is cut off. `dimensions`: 1 to 8192.
   * @throws `vectors.broken` where it is not such a file, of that width and whole; then it is left as it is
   * @throws `vectors.in-use`, `vectors.failed`, `storage.full`
   */
  static open(request: { path: string; dimensions: number }): Promise<VectorIndex>;

  readonly dimensions: number;
  /** Rows on disk: those of appends that have resolved. */
  readonly rowCount: number;

  /**
   * Adds whole vectors, one after another; resolves to the row of the first. They lie on the disk then,
   * whatever happens. Rows are numbered in the order of the calls. A failed append adds none.
   * @throws `vectors.not-finite`, `storage.full`, `vectors.failed`, `cancelled` after `close`
   */
  append(vectors: Float32Array): Promise<number>;

  /**
   * The rows closest to `query` among those there were at the call; of equally close ones the lower row.
   * @throws `vectors.not-finite`, `vectors.broken`, `vectors.failed`, `cancelled` after `close`
   */
  scan(query: Float32Array, options: VectorScanOptions): Promise<VectorHits>;

  /** Resolves once what was begun has ended and the file is closed. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * The `count` candidates closest to `query` by the cosine of their float vectors, in double precision; of
 * equally close ones the lower row. `vectors` holds one vector for each of `rows`.
 * Runs at once: some hundred candidates take well under a millisecond.
 * @throws `vectors.not-finite`
 */
export function rerankVectors(
  query: Float32Array,
  candidates: { rows: Uint32Array; vectors: Float32Array; count: number },
): VectorHits;

/** What this processor can run, the fastest first; `scalar` is always last. */
export function vectorKernels(): VectorKernel[];

/**
 * The multiplication by itself, for tests: the dot product of `query` with each row of its length. The
 * length is a multiple of 64; the query holds no -128.
 */
export function int8Dots(request: {
  kernel: VectorKernel;
  query: Int8Array;
  rows: Int8Array;
}): Int32Array;
