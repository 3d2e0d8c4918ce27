/** The host over real processes that restrict themselves and whose reader does what its file says. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { ExtractorHost } from '../extractor-host/extractor-host.ts';
import type { Clock } from '../ports/clock.ts';
import type { OpenedFile } from '../ports/extractor.ts';
import type { Sandbox, SandboxProcess } from '../ports/sandbox.ts';
import { forkSandbox } from './fork-sandbox.ts';

const root = join(import.meta.dirname, '../..');
const start = {
  entryPath: join(root, 'native/extractor/scripted-entry.fixture.ts'),
  sandboxPath: join(root, 'dist/native/sandbox.node'),
};
/** A process that fills its memory, or computes until it is ended, on a busy computer. */
const slowMs = 120_000;

let folder = '';
let warnings: string[] = [];
const hosts: ExtractorHost[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-extractor-'));
  warnings = [];
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
  rmSync(folder, { recursive: true });
});

function setUp(given: { clock?: Clock; sandbox?: Sandbox } = {}) {
  const launched: SandboxProcess[] = [];
  const sandbox = given.sandbox ?? forkSandbox(start);
  const host = new ExtractorHost({
    sandbox: {
      launch: (limits) => {
        const process = sandbox.launch(limits);
        launched.push(process);
        return process;
      },
    },
    clock: given.clock ?? systemClock,
    log: { info: () => {}, warn: (line) => warnings.push(line), incident: () => 'incident' },
    folders: { models: folder, data: folder },
  });
  hosts.push(host);
  return { host, launched };
}

function fileOf(script: string) {
  const path = join(folder, `${script.replace(/\W/g, '-')}.txt`);
  writeFileSync(path, script);
  return { path, name: `${script}.txt`, modules: [], languages: [], isPatient: false };
}

async function read({ file }: OpenedFile, signal?: AbortSignal): Promise<string> {
  let text = '';
  const chunks = file.extract({ maxChars: 100_000 }, signal ? { signal } : {});
  for await (const { blocks } of chunks) text += blocks.map((block) => block.text).join('\n');
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

async function readScript(host: ExtractorHost, script: string): Promise<string> {
  const opened = await host.open(fileOf(script));
  return await read(opened).finally(() => opened.close());
}

describe('what an extractor may do', () => {
  test('all eight forbidden acts are refused, and nothing is left of the attempts', async () => {
    const { host } = setUp();
    const { restrictions, acts } = await host.sandbox();
    expect(restrictions).toMatchObject({ limits: true, files: true, calls: true });
    expect(acts.map(({ act }) => act)).toEqual([
      ...['read-other-file', 'write-models', 'write-profile', 'connect'],
      ...['resolve-name', 'exec', 'ptrace', 'open-device'],
    ]);
    expect(acts.filter(({ isRefused }) => !isRefused)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('the probe runs once', async () => {
    const { host, launched } = setUp();
    expect(await host.sandbox()).toEqual(await host.sandbox());
    expect(launched).toHaveLength(1);
  });

  test('a reader that connects to a listener of this computer reaches nobody', async () => {
    let visits = 0;
    const server = createServer(() => {
      visits += 1;
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const { host } = setUp();
    expect(await readScript(host, `connect ${port}`)).toMatch(/EPERM|EACCES/);
    expect(visits).toBe(0);
    server.close();
  });

  test('it knows none of our variables', () => {
    process.env['PARLEY_TEST_SECRET'] = 'secret';
    const child = forkSandbox(start).launch({ heapBytes: 2 ** 28 });
    const variables = readFileSync(`/proc/${child.pid}/environ`, 'utf8');
    child.kill();
    delete process.env['PARLEY_TEST_SECRET'];
    expect(variables).not.toContain('secret');
    expect(variables).not.toContain('HOME=');
  });
});

describe('a file', () => {
  test('is read, and its pages come as pictures', async () => {
    const { host } = setUp();
    const opened = await host.open(fileOf('plain'));
    expect(await opened.file.identify({})).toEqual({ format: 'text' });
    expect(await read(opened)).toBe('plain begins');
    const { png, widthPx, heightPx } = await opened.file.draw({ page: 1, maxPx: 40 });
    expect([widthPx, heightPx]).toEqual([40, 2]);
    expect(Buffer.from(png).subarray(1, 4).toString()).toBe('PNG');
    const { rgb } = await opened.file.pixels({ page: 1, maxPx: 40 });
    expect(rgb).toHaveLength(240);
    await opened.close();
  });

  test('that is not there is said to be so, and the next one is read', async () => {
    const { host } = setUp();
    const gone = { ...fileOf('gone'), path: join(folder, 'nowhere') };
    expect(await failure(host.open(gone))).toMatchObject({
      code: 'file.not-found',
      data: { name: 'gone.txt' },
    });
    expect(await readScript(host, 'next')).toBe('next begins');
  });

  test('that a parser stumbles over is broken; where is told, and not a word of it', async () => {
    const { host } = setUp();
    const error = await failure(readScript(host, 'throw secret'));
    expect(error).toMatchObject({ code: 'document.broken', data: { name: 'throw secret.txt' } });
    expect(JSON.stringify(error.data)).toContain('TypeError');
    expect(JSON.stringify({ ...error.data, name: '' })).not.toContain('secret');
    expect(warnings.join()).not.toContain('secret');
  });

  test("keeps a reader's own error", async () => {
    const { host } = setUp();
    expect(await failure(readScript(host, 'refuse'))).toMatchObject({ code: 'document.encrypted' });
  });

  test('that comes in many pieces waits for whoever takes them', async () => {
    const { host } = setUp();
    const opened = await host.open(fileOf('many 150'));
    let chars = 0;
    for await (const { blocks } of opened.file.extract({ maxChars: 10_000_000 })) {
      for (const block of blocks) chars += block.text.length;
    }
    expect(chars).toBe(150 * 60_000 + 'many begins'.length);
    await opened.close();
  });

  test('that gives far more text than was asked for is ended', async () => {
    const { host } = setUp();
    expect(await failure(readScript(host, 'too-much'))).toMatchObject({
      code: 'extractor.crashed',
    });
  });
});

describe('limits', () => {
  test(
    'a reader that computes for ever is ended by its processor time',
    async () => {
      const { host } = setUp({ sandbox: withFrames(forkSandbox(start), { cpuSeconds: 1 }) });
      const error = await failure(readScript(host, 'loop'));
      expect(error).toMatchObject({ code: 'document.too-slow', data: { limitMs: 30_000 } });
      expect(await readScript(host, 'next')).toBe('next begins');
    },
    slowMs,
  );

  test.each(['heap', 'buffers'])(
    'a reader that fills its memory (%s) is ended',
    async (script) => {
      const { host } = setUp();
      expect(await failure(readScript(host, script))).toMatchObject({
        code: 'document.too-heavy',
        data: { name: `${script}.txt` },
      });
      expect(await readScript(host, 'next')).toBe('next begins');
    },
    slowMs,
  );

  test('a process that grows past what main sees of it is ended by main', async () => {
    const fork = forkSandbox(start);
    const sandbox: Sandbox = {
      launch: (limits) => ({ ...fork.launch(limits), residentBytes: () => 2 ** 40 }),
    };
    const { host } = setUp({ sandbox });
    expect(await failure(readScript(host, 'wait'))).toMatchObject({ code: 'document.too-heavy' });
  });

  test('a process that says nothing is ended by main', async () => {
    const hurried: Clock = {
      ...systemClock,
      after: (_delayMs, callback) => systemClock.after(1, callback),
    };
    const { host } = setUp({ clock: hurried });
    const error = await failure(readScript(host, 'wait'));
    expect(error).toMatchObject({ code: 'document.too-slow' });
  });

  test('two run at once and a third waits its turn', async () => {
    const { host, launched } = setUp();
    const first = await host.open(fileOf('wait a'));
    await host.open(fileOf('wait b'));
    const third = host.open(fileOf('plain c'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(launched).toHaveLength(2);
    await first.close();
    expect(await read(await third)).toBe('plain begins');
  });
});

describe('faults', () => {
  test('a process that is killed in the middle fails its file alone', async () => {
    const { host, launched } = setUp();
    const opened = await host.open(fileOf('wait'));
    const reading = read(opened);
    process.kill(launched[0]?.pid ?? 0, 'SIGKILL');
    expect(await failure(reading)).toMatchObject({
      code: 'extractor.crashed',
      data: { name: 'wait.txt', signal: 'SIGKILL' },
    });
    expect(await readScript(host, 'next')).toBe('next begins');
  });

  test('a batch goes on past a bad file', async () => {
    const { host } = setUp();
    const results = await Promise.allSettled(
      ['one', 'throw', 'two', 'refuse', 'three'].map((script) => readScript(host, script)),
    );
    expect(results.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
  });

  test('a cancel ends the process, however deep in the file it is', async () => {
    const { host, launched } = setUp();
    const opened = await host.open(fileOf('loop'));
    const abort = new AbortController();
    const reading = read(opened, abort.signal);
    const ended = new Promise((resolve) => launched[0]?.onExit((...how) => resolve(how)));
    setTimeout(() => abort.abort(), 100);
    await expect(reading).rejects.toSatisfy(
      (error) => AppError.is(error, 'cancelled') || (error as Error).name === 'AbortError',
    );
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  test('whoever leaves the queue is never started', async () => {
    const { host, launched } = setUp();
    await host.open(fileOf('wait a'));
    await host.open(fileOf('wait b'));
    const abort = new AbortController();
    const third = host.open(fileOf('plain'), abort.signal);
    abort.abort();
    await expect(third).rejects.toMatchObject({ name: 'AbortError' });
    expect(launched).toHaveLength(2);
  });

  test('a missing bundle and a missing addon are told apart from a bad file', async () => {
    const noEntry = setUp({ sandbox: forkSandbox({ ...start, entryPath: '/nowhere/e.js' }) });
    expect(await failure(noEntry.host.open(fileOf('a')))).toMatchObject({
      code: 'extractor.unavailable',
      data: { reason: 'missing: /nowhere/e.js' },
    });
    const noAddon = setUp({ sandbox: forkSandbox({ ...start, sandboxPath: '/nowhere/s.node' }) });
    expect(await failure(noAddon.host.open(fileOf('a')))).toMatchObject({
      code: 'extractor.unavailable',
      data: { reason: "Cannot find module '/nowhere/s.node'" },
    });
    expect(await noAddon.host.sandbox()).toEqual({ restrictions: null, acts: [] });
  });

  test('closing the host ends what runs, and starts nothing again', async () => {
    const { host } = setUp();
    const reading = failure(read(await host.open(fileOf('wait'))));
    await host.close();
    expect((await reading).code).toBe('cancelled');
    expect((await failure(host.open(fileOf('a')))).code).toBe('extractor.unavailable');
  });
});

/** The same, asked to open with other limits than the host's. */
function withFrames(sandbox: Sandbox, limits: { cpuSeconds: number }): Sandbox {
  return {
    launch: (heap) => {
      const child = sandbox.launch(heap);
      const { port } = child;
      const post = (frame: unknown): void => {
        const { path, input } = frame as { path?: string; input?: object };
        const isOpen = path === 'extractor.open';
        port.post(isOpen ? { ...(frame as object), input: { ...input, ...limits } } : frame);
      };
      return { ...child, port: { ...port, post } };
    },
  };
}
