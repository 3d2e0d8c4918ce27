import { expect, test } from 'vitest';
import { type EngineClient, engineContract } from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import { type Port, portPair } from '../../contract/rpc/port.ts';
import { serve } from '../../contract/rpc/serve.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineDeath } from '../ports/engine.ts';
import type { EngineLauncher, EngineProcess } from '../ports/engine-launcher.ts';
import type { Log } from '../ports/log.ts';
import { answerEnd, unscripted } from '../testing/engine-replies.fixture.ts';
import { EngineHost, restartDelayMs } from './engine-host.ts';

const description = { llamaVersion: 'x', systemInfo: '', threads: 1, pid: 1, devices: [] };

/** A process in this one: dies when told to, answers unless it is `mute`. */
class ScriptedProcess implements EngineProcess {
  readonly pid = 1;
  readonly port: Port;
  killCount = 0;
  #exits: ((exitCode: number | null, signal: string | null) => void)[] = [];
  #lines: ((line: string) => void)[] = [];

  constructor(options: { isMute?: boolean; ignoresClose?: boolean } = {}) {
    const [ours, theirs] = portPair();
    this.port = ours;
    if (!options.ignoresClose) ours.onClose(() => queueMicrotask(() => this.die(0, null)));
    if (options.isMute) return;
    serve(
      engineContract,
      {
        ...unscripted,
        engine: { ...unscripted.engine, describe: () => description },
        model: {
          ...unscripted.model,
          inspect: () => new Promise(() => {}),
          load: async function* () {
            yield { fraction: 0.5 };
            await new Promise(() => {});
            throw new Error('unreachable');
          },
          unload: () => ({}),
        },
        run: {
          ...unscripted.run,
          generate: async function* () {
            yield { type: 'text', text: 'one' };
            await new Promise(() => {});
            return answerEnd();
          },
        },
      },
      theirs,
      () => 'incident',
    );
  }

  say(line: string): void {
    for (const listener of this.#lines) listener(line);
  }

  die(exitCode: number | null, signal: string | null): void {
    for (const exit of this.#exits.splice(0)) exit(exitCode, signal);
    this.port.close();
  }

  onLogLine(listener: (line: string) => void): void {
    this.#lines.push(listener);
  }

  onExit(listener: (exitCode: number | null, signal: string | null) => void): void {
    this.#exits.push(listener);
  }

  kill(): void {
    this.killCount += 1;
    this.die(null, 'SIGKILL');
  }
}

/** Time that stands until moved. */
class HandClock implements Clock {
  #nowMs = 0;
  #timers: { atMs: number; callback: () => void }[] = [];
  nowMs = () => this.#nowMs;
  monotonicMs = () => this.#nowMs;

  get waitsMs(): number[] {
    return this.#timers.map(({ atMs }) => atMs - this.#nowMs);
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  move(byMs: number): void {
    this.#nowMs += byMs;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { callback } of due) callback();
  }
}

const silentLog: Log = { info: () => {}, warn: () => {}, incident: () => 'incident' };

function setUp(make: () => ScriptedProcess = () => new ScriptedProcess()) {
  const clock = new HandClock();
  const launched: ScriptedProcess[] = [];
  const launcher: EngineLauncher = {
    launch: () => {
      const process = make();
      launched.push(process);
      return process;
    },
  };
  const host = new EngineHost({ launcher, clock, log: silentLog });
  const deaths: EngineDeath[] = [];
  host.onDeath((death) => deaths.push(death));
  const last = (): ScriptedProcess => launched.at(-1) as ScriptedProcess;
  return { host, clock, launched, last, deaths };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

test('nothing starts before it is asked for, and many who ask share one process', async () => {
  const { host, launched } = setUp();
  expect(launched).toHaveLength(0);
  const [first, second] = await Promise.all([host.client(), host.client()]);
  expect(first).toBe(second);
  expect(await host.client()).toBe(first);
  expect(launched).toHaveLength(1);
});

test('a death rejects calls and streams as engine.crashed, and is told once with the last lines', async () => {
  const { host, last, deaths } = setUp();
  const client = await host.client();
  const call = failure(client.model.inspect({ path: '/x' }));
  const stream = client.run.generate({
    sequenceKey: 'a',
    messages: [{ role: 'user', text: 'x' }],
    sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
    enableThinking: false,
  });
  await stream.next();
  const rest = failure(stream.next());
  last().say('GGML_ASSERT failed');
  last().die(null, 'SIGABRT');
  for (const error of [await call, await rest]) {
    expect(error.toWire()).toEqual({
      code: 'engine.crashed',
      data: { exitCode: null, lastLogLines: ['GGML_ASSERT failed'] },
    });
  }
  expect(deaths).toEqual([
    { exitCode: null, signal: 'SIGABRT', lastLogLines: ['GGML_ASSERT failed'] },
  ]);
});

test('services hear of the death before their pending calls reject', async () => {
  const { host, last } = setUp();
  const client = await host.client();
  const order: string[] = [];
  host.onDeath(() => order.push('death'));
  const pending = client.model.inspect({ path: '/x' }).catch(() => order.push('rejected'));
  last().die(1, null);
  await pending;
  expect(order).toEqual(['death', 'rejected']);
});

test('after a death the next who asks gets a new process at once, also from inside the listener', async () => {
  const { host, launched, last } = setUp();
  await host.client();
  let fromListener: Promise<EngineClient> | undefined;
  host.onDeath(() => {
    fromListener = host.client();
  });
  last().die(1, null);
  await settle();
  expect(launched).toHaveLength(2);
  expect(await host.client()).toBe(await fromListener);
  expect(launched).toHaveLength(2);
});

test('a death in the middle of the start does not take the next start with it', async () => {
  let isMute = true;
  const { host, launched, last } = setUp(() => new ScriptedProcess({ isMute }));
  const first = failure(host.client());
  let second: Promise<EngineClient> | undefined;
  host.onDeath(() => {
    isMute = false;
    second = host.client();
  });
  await settle();
  last().die(3, null);
  expect((await first).code).toBe('engine.crashed');
  expect(await host.client()).toBe(await second);
  expect(launched).toHaveLength(2);
});

test('short lives in a row make the next start wait longer; a long life makes it start at once', async () => {
  const { host, clock, launched, last } = setUp();
  const dieAtOnce = async () => {
    await host.client();
    last().die(1, null);
    await settle();
  };
  await dieAtOnce();
  await dieAtOnce();
  const third = host.client();
  await settle();
  expect(launched).toHaveLength(2);
  expect(clock.waitsMs).toContain(250);
  clock.move(250);
  await third;
  expect(launched).toHaveLength(3);
  clock.move(1000);
  last().die(1, null);
  await settle();
  await host.client();
  expect(launched).toHaveLength(4);
});

test('the wait doubles up to five seconds', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 50].map(restartDelayMs)).toEqual([
    0, 0, 250, 500, 1000, 2000, 4000, 5000, 5000,
  ]);
});

test('a process that never answers is killed after thirty seconds', async () => {
  const { host, clock, last, deaths } = setUp(() => new ScriptedProcess({ isMute: true }));
  const error = failure(host.client());
  await settle();
  clock.move(29_999);
  await settle();
  expect(last().killCount).toBe(0);
  clock.move(1);
  expect((await error).toWire()).toEqual({ code: 'engine.silent', data: { silentMs: 30_000 } });
  expect(last().killCount).toBe(1);
  expect(deaths).toHaveLength(1);
});

test('a load that says nothing for five minutes is cancelled; a thread that answers lives on', async () => {
  const { host, clock, last, deaths } = setUp();
  const client = await host.client();
  const load = client.model.load({ path: '/x', projectorPath: null });
  expect(await load.next()).toEqual({ done: false, value: { fraction: 0.5 } });
  const error = failure(load.next());
  for (let tick = 1; tick <= 11; tick += 1) clock.move(25_000);
  await settle();
  expect(clock.waitsMs).toContain(25_000);
  clock.move(25_000);
  expect((await error).toWire()).toEqual({ code: 'engine.silent', data: { silentMs: 300_000 } });
  expect(last().killCount).toBe(0);
  expect(deaths).toEqual([]);
  expect(await host.client()).toBe(client);
});

test('a missing addon is engine.unavailable with its reason, and no death', async () => {
  const { host, last, deaths } = setUp(() => new ScriptedProcess({ isMute: true }));
  const error = failure(host.client());
  await settle();
  last().say('cannot open addon.node');
  last().die(78, null);
  expect((await error).toWire()).toEqual({
    code: 'engine.unavailable',
    data: { reason: 'cannot open addon.node' },
  });
  expect(deaths).toEqual([]);
});

test('an error of the launcher reaches who asked, and the next who asks tries again', async () => {
  let isThere = false;
  const { host } = setUp(() => {
    if (!isThere) throw new AppError('engine.unavailable', { reason: 'missing' });
    return new ScriptedProcess();
  });
  expect((await failure(host.client())).code).toBe('engine.unavailable');
  isThere = true;
  await host.client();
});

test('close ends the process without a death, and nothing starts again', async () => {
  const { host, launched, deaths } = setUp();
  const client = await host.client();
  const pending = failure(client.model.inspect({ path: '/x' }));
  await host.close();
  expect((await pending).code).toBe('connection.lost');
  expect((await failure(host.client())).toWire()).toEqual({
    code: 'engine.unavailable',
    data: { reason: 'closed' },
  });
  expect(launched).toHaveLength(1);
  expect(deaths).toEqual([]);
});

test('a process that does not end when asked is killed after three seconds', async () => {
  const { host, clock, last } = setUp(() => new ScriptedProcess({ ignoresClose: true }));
  await host.client();
  const closing = host.close();
  await settle();
  expect(last().killCount).toBe(0);
  clock.move(3000);
  await closing;
  expect(last().killCount).toBe(1);
});

test('close while a start waits ends the wait', async () => {
  const { host, launched, last } = setUp();
  for (const _ of [1, 2]) {
    await host.client();
    last().die(1, null);
    await settle();
  }
  const waiting = failure(host.client());
  await settle();
  await host.close();
  expect((await waiting).code).toBe('engine.unavailable');
  expect(launched).toHaveLength(2);
});
