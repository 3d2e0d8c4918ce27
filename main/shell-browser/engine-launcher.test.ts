/** The host over real forked processes that a script plays (scripted-engine.fixture.ts). */
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { EngineClient } from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { EngineHost } from '../engine-host/engine-host.ts';
import { watchForSilence } from '../engine-host/engine-watchdog.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineDeath } from '../ports/engine.ts';
import { ForkLauncher } from './engine-launcher.ts';

const entryPath = join(import.meta.dirname, '../engine-host/scripted-engine.fixture.ts');

/** The real clock, but nobody waits for a restart. */
const impatientClock: Clock = {
  ...systemClock,
  after: (delayMs, callback) => systemClock.after(delayMs > 10_000 ? delayMs : 1, callback),
};

/** For tests that start many processes: a busy computer takes a second for each. */
const manyStartsMs = 120_000;

const hosts: EngineHost[] = [];

function setUp(options: { env?: Record<string, string>; clock?: Clock } = {}) {
  const { env = {}, clock = systemClock } = options;
  const warnings: string[] = [];
  const host = new EngineHost({
    launcher: new ForkLauncher({ entryPath, env }),
    clock,
    log: { info: () => {}, warn: (line) => warnings.push(line), incident: () => 'incident' },
  });
  hosts.push(host);
  const deaths: EngineDeath[] = [];
  host.onDeath((death) => deaths.push(death));
  return { host, deaths, warnings };
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

function run(client: EngineClient, text: string, signal?: AbortSignal) {
  return client.run.generate(
    {
      sequenceKey: 'a',
      messages: [{ role: 'user', text }],
      sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
      enableThinking: false,
    },
    signal ? { signal } : {},
  );
}

async function read(stream: ReturnType<typeof run>): Promise<string> {
  let text = '';
  for await (const chunk of stream) if (chunk.type === 'text') text += chunk.text;
  return text;
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

test('an answer streams from the process', async () => {
  const { host, deaths } = setUp();
  expect(await read(run(await host.client(), 'count 500'))).toMatch(/^1 2 3 .* 500 $/);
  expect(deaths).toEqual([]);
});

test('the engine says its log to ours, and knows only the variables that it needs', async () => {
  process.env['PARLEY_TEST_SECRET'] = 'secret';
  const { host, warnings } = setUp();
  const client = await host.client();
  const { systemInfo } = await client.engine.describe({});
  delete process.env['PARLEY_TEST_SECRET'];
  expect(systemInfo.split(' ')).not.toContain('PARLEY_TEST_SECRET');
  expect(systemInfo.split(' ')).toContain('PATH');
  expect(warnings).toContain('engine: asked who it is');
});

test('a crash in the middle of a stream is engine.crashed after the chunks that came, and the next request works', async () => {
  const { host, deaths } = setUp();
  const stream = run(await host.client(), 'crash 3');
  let text = '';
  const error = await failure(
    (async () => {
      for await (const chunk of stream) if (chunk.type === 'text') text += chunk.text;
    })(),
  );
  expect(text).toBe('1 2 3 ');
  expect(error.toWire()).toEqual({
    code: 'engine.crashed',
    data: { exitCode: null, lastLogLines: ['scripted engine starts'] },
  });
  expect(deaths).toEqual([
    { exitCode: null, signal: 'SIGSEGV', lastLogLines: ['scripted engine starts'] },
  ]);
  expect(await read(run(await host.client(), 'count 2'))).toBe('1 2 ');
});

test('an exit in the middle of a stream tells its code', async () => {
  const { host, deaths } = setUp();
  const error = await failure(read(run(await host.client(), 'exit 1')));
  expect(error.data).toMatchObject({ exitCode: 3 });
  expect(deaths).toMatchObject([{ exitCode: 3, signal: null }]);
});

test('a process that dies at its start tells the last forty lines it wrote', async () => {
  const { host, deaths } = setUp({ env: { SCRIPTED_START: 'dies' } });
  const error = await failure(host.client());
  const lastLogLines = Array.from({ length: 40 }, (_, at) => `line ${at + 21}`);
  expect(error.toWire()).toEqual({ code: 'engine.crashed', data: { exitCode: 3, lastLogLines } });
  expect(deaths).toHaveLength(1);
});

test('a process without its addon is engine.unavailable', async () => {
  const { host, deaths } = setUp({ env: { SCRIPTED_START: 'unavailable' } });
  const error = await failure(host.client());
  expect(error.toWire()).toEqual({
    code: 'engine.unavailable',
    data: { reason: 'no addon here' },
  });
  expect(deaths).toEqual([]);
});

test('an entry file that is not there is engine.unavailable', () => {
  const launcher = new ForkLauncher({ entryPath: '/nowhere/engine.js' });
  expect(() => launcher.launch()).toThrow(AppError);
});

test(
  'killed with SIGKILL at twenty random moments, each next request works',
  async () => {
    const { host, deaths } = setUp({ clock: impatientClock });
    for (let round = 1; round <= 20; round += 1) {
      const client = await host.client();
      const { pid } = await client.engine.describe({});
      const stream = run(client, 'slowly 100000');
      setTimeout(() => process.kill(pid, 'SIGKILL'), Math.random() * 60);
      expect((await failure(read(stream))).code).toBe('engine.crashed');
      expect(deaths).toHaveLength(round);
      expect(await read(run(await host.client(), 'count 2'))).toBe('1 2 ');
    }
    expect(deaths.every(({ signal }) => signal === 'SIGKILL')).toBe(true);
  },
  manyStartsMs,
);

test('a closed port makes the process end by itself, and close waits for that without a death', async () => {
  const exits: unknown[] = [];
  const forks = new ForkLauncher({ entryPath });
  const launcher = {
    launch: () => {
      const engine = forks.launch();
      engine.onExit((...how) => exits.push(how));
      return engine;
    },
  };
  const log = { info: () => {}, warn: () => {}, incident: () => 'incident' };
  const host = new EngineHost({ launcher, clock: systemClock, log });
  const deaths: EngineDeath[] = [];
  host.onDeath((death) => deaths.push(death));
  const { pid } = await (await host.client()).engine.describe({});
  await host.close();
  expect(exits).toEqual([[0, null]]);
  expect(() => process.kill(pid, 0)).toThrow();
  expect(deaths).toEqual([]);
});

test('close kills a process that stays', async () => {
  const { host } = setUp({ env: { SCRIPTED_END: 'stays' }, clock: impatientClock });
  const { pid } = await (await host.client()).engine.describe({});
  await host.close();
  expect(() => process.kill(pid, 0)).toThrow();
});

test('close kills a process that is frozen while it starts', async () => {
  const { host } = setUp({ env: { SCRIPTED_START: 'frozen' }, clock: impatientClock });
  const starting = failure(host.client());
  await new Promise((resolve) => setTimeout(resolve, 100));
  await host.close();
  expect((await starting).code).toBe('engine.unavailable');
});

interface Patience {
  signal?: AbortSignal;
  silentMs?: number;
  graceMs?: number;
}

function watched(host: EngineHost, client: EngineClient, text: string, patience: Patience = {}) {
  return watchForSilence({
    open: (inner) => run(client, text, inner),
    client,
    kill: () => host.kill(),
    clock: systemClock,
    silentMs: 600,
    graceMs: 600,
    ...patience,
  });
}

const isWindows = process.platform === 'win32';

test.skipIf(isWindows)(
  'a stopped process is killed by the watchdog, and the next request works',
  async () => {
    const { host, deaths } = setUp();
    const client = await host.client();
    const { pid } = await client.engine.describe({});
    const stream = watched(host, client, 'slowly 100000');
    let count = 0;
    const error = await failure(
      (async () => {
        for await (const _ of stream) {
          count += 1;
          if (count === 5) process.kill(pid, 'SIGSTOP');
        }
      })(),
    );
    expect(error.toWire()).toEqual({ code: 'engine.silent', data: { silentMs: 600 } });
    expect(count).toBeGreaterThanOrEqual(5);
    await expect.poll(() => deaths).toMatchObject([{ signal: 'SIGKILL' }]);
    expect(await read(run(await host.client(), 'count 2'))).toBe('1 2 ');
  },
);

test('a frozen process is killed by the watchdog', async () => {
  const { host, deaths } = setUp();
  const client = await host.client();
  expect((await failure(read(watched(host, client, 'freeze 1')))).code).toBe('engine.silent');
  await expect.poll(() => deaths).toMatchObject([{ signal: 'SIGKILL' }]);
});

test('a silent run that ends when cancelled costs no process', async () => {
  const { host, deaths } = setUp();
  const client = await host.client();
  expect((await failure(read(watched(host, client, 'dawdle 1', { graceMs: 10_000 })))).code).toBe(
    'engine.silent',
  );
  expect(await host.client()).toBe(client);
  expect(deaths).toEqual([]);
});

test('the watchdog lets a run that says something go on, and gives its result', async () => {
  const { host } = setUp();
  const client = await host.client();
  expect(await read(watched(host, client, 'slowly 600', { silentMs: 2500 }))).toMatch(/ 600 $/);
});

test('the watchdog passes on a crash, and the cancel of its caller', async () => {
  const { host } = setUp();
  const crash = await failure(
    read(watched(host, await host.client(), 'crash 1', { silentMs: 60_000 })),
  );
  expect(crash.code).toBe('engine.crashed');
  const caller = new AbortController();
  const stream = watched(host, await host.client(), 'dawdle 1', {
    signal: caller.signal,
    silentMs: 60_000,
  });
  await stream.next();
  await stream.next();
  const rest = stream.next();
  caller.abort();
  await expect(rest).rejects.toMatchObject({ name: 'AbortError' });
});
