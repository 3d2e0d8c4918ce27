import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { VectorIndex, VectorKernel } from '../index.d.ts';
import { addon, rejection } from './harness.ts';
import {
  bitmap,
  clustered,
  nearest,
  randomNumbers,
  scattered,
  vectorOf,
  vectorsOf,
} from './vectors.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-vectors-'));
after(() => rmSync(folder, { recursive: true }));

let fileCount = 0;

/** A new index with these vectors; closed with its scope. */
async function indexOf(
  vectors: Float32Array,
  dimensions: number,
): Promise<VectorIndex & AsyncDisposable> {
  fileCount += 1;
  const index = await addon.VectorIndex.open({
    path: join(folder, `${fileCount}.vectors`),
    dimensions,
  });
  await index.append(vectors);
  return Object.assign(index, { [Symbol.asyncDispose]: () => index.close() });
}

/** What documents do: four times as many by int8, then the best of those by their floats. */
async function search(
  index: VectorIndex,
  vectors: Float32Array,
  query: Float32Array,
  options: { count: number; filter?: Uint8Array },
): Promise<number[]> {
  const hits = await index.scan(query, { ...options, count: options.count * 4 });
  const chosen = vectorsOf(hits, vectors, index.dimensions);
  const { rows } = addon.rerankVectors(query, {
    rows: hits.rows,
    vectors: chosen,
    count: options.count,
  });
  return [...rows];
}

test('a scan finds the rows that point the way of the query, the closest first', async () => {
  const vectors = Float32Array.of(1, 0, 0, 0, 9, 0, 3, 3, 0, -1, 0, 0);
  await using index = await indexOf(vectors, 3);
  assert.equal(index.rowCount, 4);
  assert.equal(index.dimensions, 3);
  const hits = await index.scan(Float32Array.of(0.2, 0.1, 0), { count: 3 });
  assert.deepEqual([...hits.rows], [2, 0, 1]);
  const expected = [0.3 / Math.sqrt(0.1), 0.2 / Math.sqrt(0.05), 0.1 / Math.sqrt(0.05)];
  for (const [place, score] of hits.scores.entries()) {
    assert.ok(Math.abs(score - (expected[place] ?? Number.NaN)) < 0.01, `${score}`);
  }
});

describe('the best after re-ranking four times as many are the nearest by float', () => {
  const shapes = { scattered, clustered };
  for (const [name, make] of Object.entries(shapes)) {
    for (const dimensions of [3, 64, 100, 384, 1000]) {
      test(`${name}, ${dimensions} dimensions`, async () => {
        const rowCount = 2_000;
        const vectors = make(dimensions, rowCount, dimensions);
        await using index = await indexOf(vectors, dimensions);
        const random = randomNumbers(dimensions);
        for (let round = 0; round < 10; round += 1) {
          const row = Math.floor(random() * rowCount);
          const noise = scattered(round, 1, dimensions);
          const query = vectorOf(vectors, row, dimensions).map(
            (value, place) => value * (1 + (noise[place] ?? 0)),
          );
          const isIn = (at: number): boolean => round % 2 === 0 || (at * 7) % 10 < round;
          const options = { count: 20, filter: bitmap(rowCount, isIn) };
          const found = await search(index, vectors, query, options);
          assert.deepEqual(found, nearest(query, vectors, { count: 20, isIn }), `round ${round}`);
        }
      });
    }
  }
});

test('fewer rows than asked for are all of them', async () => {
  const vectors = scattered(5, 7, 100);
  await using index = await indexOf(vectors, 100);
  const query = scattered(6, 1, 100);
  assert.deepEqual(
    await search(index, vectors, query, { count: 50 }),
    nearest(query, vectors, { count: 50 }),
  );
  await using empty = await indexOf(new Float32Array(), 100);
  const hits = await empty.scan(query, { count: 5 });
  assert.deepEqual([hits.rows.length, hits.scores.length], [0, 0]);
});

test('of equally close rows the lower comes first, also where the list ends between them', async () => {
  const one = scattered(1, 1, 40);
  const vectors = new Float32Array(300 * 40);
  for (let row = 0; row < 300; row += 1)
    vectors.set(row === 250 ? one : one.map(Math.abs), row * 40);
  await using index = await indexOf(vectors, 40);
  const { rows } = await index.scan(one, { count: 5 });
  assert.deepEqual([...rows], [250, 0, 1, 2, 3]);
  assert.deepEqual(await search(index, vectors, one, { count: 5 }), [250, 0, 1, 2, 3]);
});

test('length does not matter, only direction', async () => {
  const one = scattered(3, 1, 70);
  const vectors = new Float32Array([1e-30, 1, 1e30].flatMap((by) => [...one.map((x) => x * by)]));
  await using index = await indexOf(vectors, 70);
  const { rows, scores } = await index.scan(one, { count: 3 });
  assert.deepEqual([...rows].sort(), [0, 1, 2]);
  for (const score of scores) assert.ok(Math.abs(score - 1) < 0.005, `${score}`);
});

test('a vector of zeros is as close to everything as one at a right angle', async () => {
  const vectors = Float32Array.of(0, 0, 1, 0, -1, 0, 0, 0);
  await using index = await indexOf(vectors, 2);
  const hits = await index.scan(Float32Array.of(1, 0), { count: 4 });
  assert.deepEqual([...hits.rows], [1, 0, 3, 2]);
  assert.deepEqual(hits.scores[1], 0);
  const none = await index.scan(new Float32Array(2), { count: 3 });
  assert.deepEqual([...none.rows], [0, 1, 2]);
  assert.deepEqual([...none.scores], [0, 0, 0]);
  const { rows, scores } = addon.rerankVectors(new Float32Array(2), {
    rows: Uint32Array.of(9, 4),
    vectors: Float32Array.of(1, 2, 0, 0),
    count: 2,
  });
  assert.deepEqual(
    [[...rows], [...scores]],
    [
      [4, 9],
      [0, 0],
    ],
  );
});

test('a filter leaves out rows, whole blocks and what lies beyond its end', async () => {
  const vectors = scattered(9, 500, 20);
  await using index = await indexOf(vectors, 20);
  const query = scattered(10, 1, 20);
  const rowsWith = async (filter: Uint8Array): Promise<number[]> => {
    const { rows } = await index.scan(query, { count: 1_000, filter });
    return [...rows].sort((left, right) => left - right);
  };
  assert.deepEqual(await rowsWith(new Uint8Array()), []);
  assert.deepEqual(await rowsWith(new Uint8Array(100)), []);
  assert.deepEqual(await rowsWith(bitmap(500, (row) => row === 499)), [499]);
  assert.deepEqual(await rowsWith(Uint8Array.of(0b1000_0001, 2)), [0, 7, 9]);
  assert.deepEqual(await rowsWith(bitmap(300, (row) => row >= 256 && row < 259)), [256, 257, 258]);
  assert.equal((await rowsWith(new Uint8Array(1_000).fill(255))).length, 500);
});

describe('every kernel that runs here gives the same integers', () => {
  const plain = (query: Int8Array, rows: Int8Array): Int32Array =>
    Int32Array.from({ length: rows.length / query.length }, (_, row) =>
      query.reduce((sum, value, at) => sum + value * (rows[row * query.length + at] ?? 0), 0),
    );
  const random = randomNumbers(11);
  const bytes = (length: number, lowest: number): Int8Array =>
    Int8Array.from({ length }, () => lowest + Math.floor(random() * (128 - lowest)));

  for (const kernel of addon.vectorKernels()) {
    test(`${kernel}: on random values`, () => {
      for (const length of [64, 128, 192, 384, 1024, 8192]) {
        for (const rowCount of [0, 1, 2, 63, 64, 65]) {
          const request = {
            kernel,
            query: bytes(length, -127),
            rows: bytes(length * rowCount, -128),
          };
          assert.deepEqual(addon.int8Dots(request), plain(request.query, request.rows));
        }
      }
    });

    test(`${kernel}: on values at the border, which overflow where an instruction saturates`, () => {
      for (const value of [-128, -127, 127]) {
        for (const factor of [-127, 127]) {
          const query = new Int8Array(8192).fill(factor);
          const rows = new Int8Array(8192 * 3).fill(value);
          const dots = addon.int8Dots({ kernel, query, rows });
          assert.deepEqual([...dots], new Array(3).fill(value * factor * 8192));
        }
      }
    });

    test(`${kernel}: the same rows and scores as plain code`, async () => {
      const vectors = clustered(12, 1_000, 130);
      await using index = await indexOf(vectors, 130);
      const query = scattered(13, 1, 130);
      assert.deepEqual(
        await index.scan(query, { count: 100, kernel }),
        await index.scan(query, { count: 100, kernel: 'scalar' }),
      );
    });
  }
});

test('the kernels are named from the fastest to plain code', () => {
  const kernels = addon.vectorKernels();
  assert.equal(kernels.at(-1), 'scalar');
  assert.equal(new Set(kernels).size, kernels.length);
  const request = { query: new Int8Array(64), rows: new Int8Array(64) };
  assert.throws(() => addon.int8Dots({ ...request, kernel: 'abacus' as VectorKernel }), TypeError);
});

test('numbers that are none are refused with their row, and nothing is added', async () => {
  await using index = await indexOf(scattered(14, 3, 5), 5);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const vectors = scattered(15, 4, 5);
    vectors[2 * 5 + 4] = bad;
    const error = await rejection(index.append(vectors));
    assert.deepEqual([error.code, error.data], ['vectors.not-finite', { row: 2 }]);
    const query = Float32Array.of(1, 2, 3, 4, bad);
    assert.equal((await rejection(index.scan(query, { count: 1 }))).code, 'vectors.not-finite');
    const candidates = { rows: Uint32Array.of(0), vectors: query, count: 1 };
    assert.throws(() => addon.rerankVectors(new Float32Array(5), candidates), {
      code: 'vectors.not-finite',
    });
  }
  assert.equal(index.rowCount, 3);
});

test('a mistake of the caller is a TypeError', async () => {
  await using index = await indexOf(scattered(16, 3, 5), 5);
  const query = new Float32Array(5);
  const open = (dimensions: number) => () =>
    addon.VectorIndex.open({ path: join(folder, 'never'), dimensions });
  for (const wrong of [
    open(0),
    open(8193),
    open(1.5),
    () => index.append(new Float32Array(7)),
    () => index.append([1, 2, 3, 4, 5] as unknown as Float32Array),
    () => index.append(new Float64Array(5) as unknown as Float32Array),
    () => index.scan(new Float32Array(4), { count: 1 }),
    () => index.scan(query, { count: 0 }),
    () => index.scan(query, { count: 1e9 }),
    () => index.scan(query, { count: 1, filter: new Uint32Array(1) as unknown as Uint8Array }),
    () => index.scan(query, { count: 1, kernel: 'abacus' as VectorKernel }),
    () => new (addon.VectorIndex as unknown as new () => VectorIndex)(),
    () =>
      addon.rerankVectors(query, {
        rows: Uint32Array.of(1),
        vectors: new Float32Array(10),
        count: 1,
      }),
    () =>
      addon.rerankVectors(new Float32Array(), {
        rows: new Uint32Array(),
        vectors: query,
        count: 1,
      }),
    () => addon.int8Dots({ kernel: 'scalar', query: new Int8Array(5), rows: new Int8Array(5) }),
    () =>
      addon.int8Dots({
        kernel: 'scalar',
        query: new Int8Array(64).fill(-128),
        rows: new Int8Array(),
      }),
  ]) {
    assert.throws(wrong, TypeError, String(wrong));
  }
});
