/**
 * First-run calibration in the bundled process, with the real addon and the tiny model. Needs `npm run build`
 * and the native build. The tests take the seconds of quiet that measuring waits for.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import type { LoadedModel } from '../../contract/engine-contract.ts';
import { forkEngine } from './forked-engine.fixture.ts';

const root = join(import.meta.dirname, '../..');
const entryPath = join(root, 'dist/engine/engine.js');
const tinyPath = join(root, 'e2e/fixtures/models/parley-tiny.gguf');
const folder = mkdtempSync(join(tmpdir(), 'parley-calibration-'));
const notesPath = join(folder, 'notes.json');
const engines: Engine[] = [];

type Engine = ReturnType<typeof forkEngine>;

function start(env: Record<string, string> = {}): Engine {
  const engine = forkEngine(entryPath, env);
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const { child } of engines) child.kill('SIGKILL');
  await Promise.all(engines.splice(0).map(({ ended }) => ended));
});

after(() => rmSync(folder, { recursive: true }));

async function finish<C, R>(stream: AsyncGenerator<C, R, void>): Promise<R> {
  for (;;) {
    const step = await stream.next();
    if (step.done) return step.value;
  }
}

const load = ({ client }: Engine): Promise<LoadedModel> =>
  finish(client.model.load({ path: tinyPath, projectorPath: null, notesPath }));

/** Resolves with the first log line that `pattern` matches. */
function logged({ client }: Engine, pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    client.engine.logged(({ line }) => {
      if (pattern.test(line)) resolve(line);
    });
  });
}

async function answer({ client }: Engine, text: string): Promise<string> {
  let all = '';
  const chunks = client.run.generate({
    sequenceKey: 'conversation',
    messages: [{ role: 'user', text }],
    sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
    enableThinking: false,
  });
  for await (const chunk of chunks) if (chunk.type === 'text') all += chunk.text;
  return all;
}

test('a model is measured once while nobody waits; what was found is used, told and noted', async (t) => {
  const engine = start();
  const line = logged(engine, /calibrated: |calibration ended/);
  const told = new Promise<number>((resolve) => {
    engine.client.model.calibrated(({ threads }) => resolve(threads));
  });
  const loaded = await load(engine);
  assert.equal(loaded.threads, availableParallelism());
  if (/other programs|ended early: cancelled/.test(await line)) {
    t.skip('this computer is too busy for measuring');
    return;
  }
  assert.match(await line, /^calibrated: \d+ threads of \d+, steps of \d+ tokens \(prompt\/answer/);
  const threads = await told;
  assert.equal((await engine.client.engine.counters({})).threads, threads);
  assert.equal(await answer(engine, 'Hello'), 'Hello! How can I help you?');
  const { calibrations } = JSON.parse(readFileSync(notesPath, 'utf8'));
  const [noted] = Object.values(calibrations) as { threads: number }[];
  assert.equal(noted?.threads, threads);

  const next = start();
  assert.equal((await load(next)).threads, threads);
});

test('who says how many threads gets those', async () => {
  const engine = start({ PARLEY_ENGINE_THREADS: '1' });
  assert.equal((await load(engine)).threads, 1);
});
