import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const harness = new URL('./harness.ts', import.meta.url).href;
const mebibyte = 2 ** 20;

/** Runs JavaScript in a Node of its own, under `limits` of prlimit where given. */
function run(body: string, limits: string[] = []) {
  const code = `
    const { addon, answer, contextTokens, modelPath, openEngine, rejection, user } = await import(${JSON.stringify(harness)});
    const load = { path: modelPath, projectorPath: null, contextTokens };
    ${body}
  `;
  const node = [process.execPath, '--expose-gc', '--input-type=module', '--eval', code];
  const [program = '', ...args] = limits.length > 0 ? ['prlimit', ...limits, ...node] : node;
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  return spawnSync(program, args, { encoding: 'utf8', cwd, timeout: 120_000 });
}

/** The sanitizer keeps freed memory for a while, and reserves more addresses than any limit allows. */
const isSanitized = (process.env['ASAN_OPTIONS'] ?? '') !== '';
const isLinux = process.platform === 'linux' && !isSanitized;
const hasLimits = isLinux && spawnSync('prlimit', ['--version']).status === 0;

test('after unloading, memory is back to within 30 MB, however often it is loaded', {
  skip: !isLinux,
}, () => {
  const ended = run(`
    const engine = new addon.Engine({ threads: 1 });
    const round = async () => {
      await engine.load({ ...load, contextTokens: 16384 }, () => {}).done;
      await answer(engine, [user('Hello')]);
      await engine.unload();
      globalThis.gc();
    };
    globalThis.gc();
    const before = process.memoryUsage.rss();
    await round();
    const once = process.memoryUsage.rss();
    for (let count = 0; count < 5; count += 1) await round();
    const often = process.memoryUsage.rss();
    console.log(JSON.stringify({ before, once, often }));
    await engine.dispose();
  `);
  assert.equal(ended.status, 0, ended.stderr);
  const { before, once, often } = JSON.parse(ended.stdout);
  assert.ok(once - before < 30 * mebibyte, ended.stdout);
  assert.ok(often - before < 30 * mebibyte, ended.stdout);
});

test('a context for which there is no memory is an error that says so; a smaller one then loads', {
  skip: !hasLimits,
}, () => {
  const ended = run(
    `
    const engine = new addon.Engine({ threads: 1 });
    const error = await rejection(engine.load({ ...load, contextTokens: 1048576 }, () => {}).done);
    console.log(error.code, /alloc|memory/i.test(error.data.lastLogLines.join(' ')));
    await engine.load({ ...load, contextTokens: 512 }, () => {}).done;
    console.log((await answer(engine, [user('Hello')])).text);
    await engine.dispose();
  `,
    ['--data=1500000000'],
  );
  assert.equal(ended.status, 0, ended.stderr);
  assert.equal(ended.stdout, 'model.load-failed true\nHello! How can I help you?\n');
});
