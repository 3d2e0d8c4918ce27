/** The real process around an addon that a script plays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { forkEngine } from './forked-engine.fixture.ts';

const here = import.meta.dirname;
const entryPath = join(here, 'entry.ts');
const scripted = { PARLEY_ADDON: join(here, 'scripted-addon.fixture.cjs') };

const engines: ReturnType<typeof forkEngine>[] = [];

function start(env: Record<string, string> = {}) {
  const engine = forkEngine(entryPath, { ...scripted, PARLEY_ENGINE_THREADS: '1', ...env });
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const { child } of engines) child.kill('SIGKILL');
  await Promise.all(engines.splice(0).map(({ ended }) => ended));
});

const question = (text: string) => ({
  sequenceKey: 'a',
  messages: [{ role: 'user' as const, text }],
  sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
  enableThinking: false,
});

async function load(engine: ReturnType<typeof forkEngine>): Promise<void> {
  const { client } = engine;
  for await (const _ of client.model.load({ path: '/model.gguf', projectorPath: null }));
}

/** Gone, or dead and only waiting for whoever inherited it to notice. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

test('it answers, with the threads it was told, at low priority', async () => {
  const { client, child } = start({ PARLEY_ENGINE_THREADS: '3' });
  const description = await client.engine.describe({});
  expect(description).toMatchObject({ threads: 3, pid: child.pid });
  expect(getPriority(description.pid)).toBeGreaterThanOrEqual(10);
});

test('it serves an Electron parent port in the same way', async () => {
  const preload = ['--import', join(here, '../process/parent-port.fixture.ts')];
  const engine = forkEngine(entryPath, { ...scripted, PARLEY_ENGINE_THREADS: '1' }, preload);
  engines.push(engine);
  await load(engine);
  let text = '';
  for await (const chunk of engine.client.run.generate(question('3'))) {
    if (chunk.type === 'text') text += chunk.text;
  }
  expect(text).toBe('1 2 3 ');
});

test('log lines go to stderr and to whoever listens', async () => {
  const engine = start();
  const lines: string[] = [];
  engine.client.engine.logged(({ level, line }) => lines.push(`${level} ${line}`));
  await engine.client.engine.describe({});
  expect(lines).toContain('info scripted addon with 1 threads');
  await expect.poll(engine.stderr).toContain('info scripted addon with 1 threads\n');
});

test('an expected error crosses with its code; a bug crosses as internal, and no text is logged', async () => {
  const engine = start();
  const { client } = engine;
  await expect(client.model.inspect({ path: '/broken.gguf' })).rejects.toMatchObject({
    code: 'model.file-broken',
    data: { fault: 'not-gguf' },
  });
  await load(engine);
  const answer = client.run.generate(question('bug'));
  const error = await answer.next().catch((reason: unknown) => reason);
  expect(AppError.is(error, 'internal')).toBe(true);
  const { incidentId } = (error as AppError<'internal'>).data;
  await expect.poll(engine.stderr).toMatch(`incident ${incidentId} in run.generate: Error | at `);
  expect(engine.stderr()).not.toContain('secret words');
});

test('a request that does not fit the contract is refused before the addon sees it', async () => {
  const { client } = start();
  await expect(client.model.inspect({ path: '' })).rejects.toMatchObject({
    code: 'request.invalid',
  });
});

test('a missing addon ends it with its own exit code and the reason', async () => {
  const engine = start({ PARLEY_ADDON: '/nowhere/addon.node' });
  expect(await engine.ended).toEqual({ exitCode: 78, signal: null });
  expect(engine.stderr()).toBe("Cannot find module '/nowhere/addon.node'\n");
});

test('it ends itself when its port closes, also in the middle of an answer', async () => {
  const engine = start();
  await load(engine);
  const answer = engine.client.run.generate(question('forever'));
  await answer.next();
  engine.close();
  expect(await engine.ended).toEqual({ exitCode: 0, signal: null });
});

test('it ends itself even if the addon does not', async () => {
  const engine = start({ SCRIPTED_DISPOSE: 'hangs' });
  await engine.client.engine.describe({});
  engine.close();
  expect(await engine.ended).toEqual({ exitCode: null, signal: 'SIGKILL' });
});

test('Ctrl-C in the terminal leaves the end to its parent', async () => {
  const { client, child } = start();
  await client.engine.describe({});
  child.kill('SIGINT');
  child.kill('SIGHUP');
  expect(await client.engine.describe({})).toMatchObject({ pid: child.pid });
});

test('it ends itself when its parent is killed', async () => {
  const parent = spawn(process.execPath, [join(here, 'engine-parent.fixture.ts'), entryPath], {
    env: scripted,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  expect(isGone(pid)).toBe(false);
  parent.kill('SIGKILL');
  await expect.poll(() => isGone(pid), { timeout: 10_000 }).toBe(true);
});
