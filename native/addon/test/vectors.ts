import type { VectorHits } from '../index.d.ts';

/** A small generator, so that a failing case can be made again from its seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** About normally distributed: the sum of twelve uniform numbers less their mean. */
function normalNumber(random: () => number): number {
  let sum = -6;
  for (let round = 0; round < 12; round += 1) sum += random();
  return sum;
}

/** Vectors in all directions, of very different lengths. */
export function scattered(seed: number, rowCount: number, dimensions: number): Float32Array {
  const random = randomNumbers(seed);
  const vectors = new Float32Array(rowCount * dimensions);
  for (let row = 0; row < rowCount; row += 1) {
    const length = 10 ** (random() * 6 - 3);
    for (let index = 0; index < dimensions; index += 1) {
      vectors[row * dimensions + index] = normalNumber(random) * length;
    }
  }
  return vectors;
}

/** Groups of vectors that point almost the same way, as passages on one subject do. */
export function clustered(seed: number, rowCount: number, dimensions: number): Float32Array {
  const random = randomNumbers(seed);
  const centers = scattered(seed + 1, 10, dimensions);
  const vectors = new Float32Array(rowCount * dimensions);
  for (let row = 0; row < rowCount; row += 1) {
    const center = Math.floor(random() * 10);
    const spread = Math.hypot(...vectorOf(centers, center, dimensions)) / Math.sqrt(dimensions) / 3;
    for (let index = 0; index < dimensions; index += 1) {
      vectors[row * dimensions + index] =
        (centers[center * dimensions + index] ?? 0) + normalNumber(random) * spread;
    }
  }
  return vectors;
}

export function vectorOf(vectors: Float32Array, row: number, dimensions: number): Float32Array {
  return vectors.slice(row * dimensions, (row + 1) * dimensions);
}

function dot(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
}

function cosine(left: Float32Array, right: Float32Array): number {
  const lengths = Math.sqrt(dot(left, left)) * Math.sqrt(dot(right, right));
  return lengths > 0 ? dot(left, right) / lengths : 0;
}

/** The rows closest to `query` by float cosine: every row compared, nothing quantised. */
export function nearest(
  query: Float32Array,
  vectors: Float32Array,
  options: { count: number; isIn?(row: number): boolean },
): number[] {
  const dimensions = query.length;
  const hits = Array.from({ length: vectors.length / dimensions }, (_, row) => row)
    .filter((row) => options.isIn?.(row) ?? true)
    .map((row) => ({ row, score: cosine(query, vectorOf(vectors, row, dimensions)) }));
  hits.sort((left, right) => right.score - left.score || left.row - right.row);
  return hits.slice(0, options.count).map(({ row }) => row);
}

/** The float vectors of hits, one after another. */
export function vectorsOf(
  hits: VectorHits,
  vectors: Float32Array,
  dimensions: number,
): Float32Array {
  const chosen = new Float32Array(hits.rows.length * dimensions);
  for (const [index, row] of hits.rows.entries()) {
    chosen.set(vectorOf(vectors, row, dimensions), index * dimensions);
  }
  return chosen;
}

/** A bitmap of the rows for which `isIn` holds. */
export function bitmap(rowCount: number, isIn: (row: number) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(rowCount / 8));
  for (let row = 0; row < rowCount; row += 1) {
    if (isIn(row)) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return bits;
}
