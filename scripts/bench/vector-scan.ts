// How long an exact scan over int8 vectors takes with each kernel, beside a scalar loop over the same floats. On one
// core of an idle machine:
// taskset -c 0 node scripts/bench/vector-scan.ts [--rows 100000] [--dimensions 384] [--rounds 200]
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type * as Addon from '../../native/addon/index.d.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    dimensions: { type: 'string', default: '384' },
    rounds: { type: 'string', default: '200' },
  },
});
const rowCount = Number(values.rows);
const dimensions = Number(values.dimensions);
const rounds = Number(values.rounds);
const count = 80;

const addon: typeof Addon = createRequire(import.meta.url)(
  process.env['PARLEY_ADDON'] ?? join(import.meta.dirname, '../../dist/native/addon.node'),
);

/** The same numbers at every run. */
function randomVectors(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** What a scan would be without this addon: no kernel, no int8, and not even a list of the best. */
function floatLoop(query: Float32Array, rows: Float32Array): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let start = 0; start < rows.length; start += dimensions) {
    let sum = 0;
    for (let index = 0; index < dimensions; index += 1) {
      sum += (query[index] ?? 0) * (rows[start + index] ?? 0);
    }
    best = Math.max(best, sum);
  }
  return best;
}

interface Times {
  medianMs: number;
  bestMs: number;
}

async function measure(times: number, work: () => unknown): Promise<Times> {
  await work();
  const tookMs: number[] = [];
  for (let round = 0; round < times; round += 1) {
    const startedMs = performance.now();
    await work();
    tookMs.push(performance.now() - startedMs);
  }
  tookMs.sort((left, right) => left - right);
  return { medianMs: tookMs[tookMs.length >> 1] ?? Number.NaN, bestMs: tookMs[0] ?? Number.NaN };
}

const folder = mkdtempSync(join(tmpdir(), 'parley-vectors-'));
try {
  const vectors = randomVectors(rowCount * dimensions);
  const query = randomVectors(dimensions).map((value, index) => value + (vectors[index] ?? 0));
  const index = await addon.VectorIndex.open({ path: join(folder, 'bench.vectors'), dimensions });
  await index.append(vectors);
  const plain = await measure(Math.min(rounds, 20), () => floatLoop(query, vectors));
  console.log(
    `${rowCount} rows of ${dimensions}, the best ${count}, median of ${rounds}; with the way to the pool and back`,
  );
  console.log(
    `${''.padEnd(14)}${'median'.padStart(11)}${'best'.padStart(11)}  times the float loop`,
  );
  const line = (name: string, { medianMs, bestMs }: Times): void => {
    const figures = [medianMs, bestMs].map((ms) => `${ms.toFixed(2)} ms`.padStart(11)).join('');
    console.log(
      `${name.padEnd(14)}${figures}${(plain.medianMs / medianMs).toFixed(1).padStart(22)}`,
    );
  };
  for (const kernel of addon.vectorKernels()) {
    line(kernel, await measure(rounds, () => index.scan(query, { count, kernel })));
  }
  line('float loop', plain);
  await index.close();
} finally {
  rmSync(folder, { recursive: true });
}
