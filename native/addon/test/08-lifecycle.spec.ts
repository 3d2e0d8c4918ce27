import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import {
  addon,
  answer,
  endless,
  modelPath,
  openEngine,
  rejection,
  request,
  user,
} from './harness.ts';

const load = { path: modelPath, projectorPath: null, contextTokens: 2048 };
const babble = { sampling: { temperature: 2, topP: 1, topK: 0, minP: 0, seed: 5 } };

test('unloading ends what runs as cancelled, and then there is no model', async () => {
  await using engine = await openEngine();
  const running = engine.generate(request(endless, babble), () => {});
  const waiting = engine.generate(request([user('Hello')], { sequenceKey: 'b' }), () => {});
  await engine.unload();
  assert.equal((await running.done).stopReason, 'cancelled');
  assert.equal((await waiting.done).stopReason, 'cancelled');
  assert.equal((await rejection(answer(engine, [user('Hello')]))).code, 'model.not-loaded');
  assert.equal(
    (await rejection(engine.tokenizePrompt({ messages: [user('x')], enableThinking: false }))).code,
    'model.not-loaded',
  );
  await engine.unload();
});

test('disposing ends what runs as cancelled; later calls are rejected as cancelled', async () => {
  const engine = await openEngine();
  const running = engine.generate(request(endless, babble), () => {});
  const [first, second] = [engine.dispose(), engine.dispose()];
  assert.equal((await running.done).stopReason, 'cancelled');
  await Promise.all([first, second]);
  assert.equal((await rejection(engine.load(load, () => {}).done)).code, 'cancelled');
  assert.equal(
    (await engine.generate(request([user('x')]), () => {}).done).stopReason,
    'cancelled',
  );
  await engine.unload();
  await engine.dispose();
});

test('disposing while a model loads ends the load as cancelled', async () => {
  const engine = new addon.Engine({ threads: 1 });
  const job = engine.load(load, () => {});
  const [error] = await Promise.all([rejection(job.done), engine.dispose()]);
  assert.equal(error.code, 'cancelled');
});

test('two engines answer side by side', async () => {
  await using one = await openEngine();
  await using two = await openEngine();
  const answers = await Promise.all([
    answer(one, [user('Count to 20.')]),
    answer(two, [user('Count to 20.')]),
  ]);
  assert.equal(answers[0].text, answers[1].text);
  assert.ok(answers[0].text.endsWith('20.'));
});

test('an engine gives the memory of its model back', async () => {
  const engine = new addon.Engine({ threads: 1 });
  const large = { ...load, contextTokens: 65_536 };
  await engine.load(large, () => {}).done;
  await engine.unload();
  const before = process.memoryUsage().rss;
  const { memoryBytes } = await engine.load(large, () => {}).done;
  const loaded = process.memoryUsage().rss;
  await engine.unload();
  const after = process.memoryUsage().rss;
  assert.ok(memoryBytes > 200e6, `${memoryBytes} bytes`);
  assert.ok(loaded - before > 0.6 * memoryBytes, `${loaded - before} bytes more`);
  assert.ok(loaded - after > 0.9 * (loaded - before), `${loaded - after} bytes given back`);
  await engine.dispose();
});

test('20 loads and unloads do not grow the process', async () => {
  const engine = new addon.Engine({ threads: 1 });
  const cycle = async (times: number): Promise<number> => {
    for (let round = 0; round < times; round += 1) {
      await engine.load(load, () => {}).done;
      await answer(engine, [user('Hello')]);
      await engine.unload();
    }
    return process.memoryUsage().rss;
  };
  const before = await cycle(5);
  const after = await cycle(20);
  assert.ok(after - before < 30e6, `${after - before} bytes more`);
  await engine.dispose();
});

test('log lines reach the engine they belong to and hold no text of a conversation', async () => {
  const lines: string[] = [];
  const engine = new addon.Engine({ threads: 1, onLog: (_level, line) => lines.push(line) });
  await engine.load(load, () => {}).done;
  const loading = lines.length;
  await answer(engine, [user('A secret: xylophone-4711.')], { maxAnswerTokens: 8 });
  await engine.dispose();
  assert.ok(loading > 10);
  assert.ok(lines.every((line) => !line.includes('\n') && !line.includes('xylophone')));
});

/** Runs a script that has `addon` and `load` in another process. */
function run(script: string): { status: number | null; signal: string | null; output: string } {
  const start = `
    import { addon, endless, modelPath, openEngine, request, user } from ${JSON.stringify(
      new URL('./harness.ts', import.meta.url).href,
    )};
    const load = { path: modelPath, projectorPath: null, contextTokens: 2048 };
    const babble = { sampling: { temperature: 2, topP: 1, topK: 0, minP: 0, seed: 5 } };
  `;
  const child = spawnSync(
    process.execPath,
    ['--input-type=module', '--expose-gc', '-e', start + script],
    {
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  return { status: child.status, signal: child.signal, output: child.stdout + child.stderr };
}

test('a process may exit while its engine works', () => {
  const ends = run(`
    const engine = await openEngine();
    engine.generate(request(endless, babble), (batch) => { if (batch.text) process.exit(7); });
    await new Promise(() => setTimeout(() => {}, 10_000));
  `);
  assert.deepEqual([ends.status, ends.signal], [7, null], ends.output);
});

test('a process may exit while its model loads', () => {
  const ends = run(`
    new addon.Engine({ threads: 1 }).load(load, () => {});
    setImmediate(() => process.exit(7));
  `);
  assert.deepEqual([ends.status, ends.signal], [7, null], ends.output);
});

test('an idle engine does not keep its process alive', () => {
  const ends = run('const engine = await openEngine(); globalThis.engine = engine;');
  assert.deepEqual([ends.status, ends.signal, ends.output], [0, null, '']);
});

test('a running job keeps its engine and its process alive until it ends', () => {
  const ends = run(`
    const job = (await openEngine()).generate(request([user('Count to 20.')]), () => {});
    globalThis.gc();
    job.done.then((result) => console.log(result.stopReason));
  `);
  assert.deepEqual([ends.status, ends.output.trim()], [0, 'end']);
});

test('an engine that nobody holds is collected with its thread', () => {
  const ends = run(`
    const { readdirSync } = await import('node:fs');
    const threads = () => process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0;
    const before = threads();
    for (let round = 0; round < 20; round += 1) new addon.Engine({ threads: 1 });
    for (let round = 0; round < 20; round += 1) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    console.log(threads() - before <= 1);
  `);
  assert.deepEqual([ends.status, ends.output.trim()], [0, 'true']);
});

test('a worker thread of Node may use an engine and be terminated', () => {
  const ends = run(`
    const { Worker } = await import('node:worker_threads');
    const code = \`
      const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
      const { Engine } = process.getBuiltinModule('node:module').createRequire('/')(workerData.addonPath);
      const engine = new Engine({ threads: 1 });
      engine.load(workerData.load, () => {}).done.then(() => {
        engine.generate(workerData.request, (batch) => { if (batch.text) parentPort.postMessage('working'); });
      });
    \`;
    const { createRequire } = await import('node:module');
    const addonPath = Object.keys(createRequire(import.meta.url).cache).find((path) => path.endsWith('.node'));
    const worker = new Worker(code, { eval: true, workerData: { addonPath, load, request: request(endless, babble) } });
    await new Promise((resolve) => worker.once('message', resolve));
    await worker.terminate();
    console.log('terminated');
  `);
  assert.deepEqual([ends.status, ends.signal, ends.output.trim()], [0, null, 'terminated']);
});

test('no compute library is needed that a person may not have', {
  skip: process.platform !== 'linux',
}, () => {
  const path =
    process.env['PARLEY_ADDON'] ??
    new URL('../../../dist/native/addon.node', import.meta.url).pathname;
  const libraries = execFileSync('ldd', [path], { encoding: 'utf8' });
  for (const forbidden of ['libgomp', 'libcurl', 'libssl', 'libcrypto']) {
    assert.ok(!libraries.includes(forbidden), libraries);
  }
});
