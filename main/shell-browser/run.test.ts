import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { AppError } from '../../contract/errors/app-error.ts';
import { bundlePaths } from '../adapters/bundle-paths.ts';
import { startOptions } from '../adapters/start-options.ts';
import type { App, AppPorts } from '../app-ports.ts';
import { type RunningShell, runBrowserShell, type Surroundings } from './run.ts';

let folder = '';
const running: RunningShell[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-run-'));
  mkdirSync(join(folder, 'dist', 'main'), { recursive: true });
  mkdirSync(join(folder, 'dist', 'renderer'));
  writeFileSync(join(folder, 'dist', 'renderer', 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'package.json'), '{"version":"1.2.3"}');
});
afterEach(async () => {
  for (const shell of running.splice(0)) {
    shell.end();
    await shell.ended;
  }
  rmSync(folder, { recursive: true });
});

/** An app that notes what it was asked; a browser that notes its address. */
function surroundings(changes: Partial<Surroundings> = {}) {
  const told = {
    said: [] as string[],
    complained: [] as string[],
    opened: [] as unknown[],
    served: 0,
    closed: 0,
    ports: undefined as AppPorts | undefined,
  };
  const app: App = {
    serve: () => {
      told.served += 1;
    },
    isBusy: () => false,
    openModel: async (path, projectorPath) => {
      told.opened.push([path, projectorPath]);
      if (path.includes('broken')) throw new AppError('model.file-missing', { path });
    },
    close: async () => {
      told.closed += 1;
    },
  };
  const around: Surroundings = {
    platform: 'linux',
    env: {},
    userId: 1000,
    home: folder,
    paths: bundlePaths(join(folder, 'dist', 'main')),
    createApp: async (ports) => {
      told.ports = ports;
      return app;
    },
    say: (line) => told.said.push(line),
    complain: (line) => told.complained.push(line),
    ...changes,
  };
  return { around, told };
}

async function start(args: string[], changes: Partial<Surroundings> = {}) {
  const { around, told } = surroundings(changes);
  const options = startOptions(['--data-dir', join(folder, 'data'), ...args], folder);
  const shell = await runBrowserShell(options, around);
  running.push(shell);
  return { shell, told };
}

function urlIn(line: string | undefined): URL {
  return new URL((line ?? '').replace('Parley: ', ''));
}

async function openWindow(url: URL): Promise<WebSocket> {
  const token = new URLSearchParams(url.hash.slice(1)).get('token');
  const reply = await fetch(new URL('/session', url.origin), {
    method: 'POST',
    headers: { origin: url.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  expect(reply.status).toBe(204);
  const cookie = reply.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const socket = new WebSocket(`ws://${url.host}/rpc`, { headers: { origin: url.origin, cookie } });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return socket;
}

/** A program in the place of the browser: it writes its arguments down and stays, or fails. */
function fakeBrowser(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

test.each([
  ['asked to', ['--headless'], { env: { DISPLAY: ':0' } }],
  ['as root', [], { env: { DISPLAY: ':0' }, userId: 0 }],
  ['without a display', [], {}],
  ['without a browser', [], { env: { DISPLAY: ':0', PATH: '/none' } }],
])(
  '%s it says where it is, lets a window in, and ends well when told',
  async (_title, args, changes) => {
    const { shell, told } = await start(args, changes);
    expect(told.said).toHaveLength(1);
    const socket = await openWindow(urlIn(told.said[0]));
    expect(told.served).toBe(1);
    shell.end();
    shell.end();
    expect(await shell.ended).toBe(0);
    expect(told.closed).toBe(1);
    expect(existsSync(join(folder, 'data', 'instance.json'))).toBe(false);
    socket.terminate();
  },
);

test('the app is given real parts that belong together', async () => {
  const { told } = await start(['--headless', '--temperature', '0']);
  const { ports } = told;
  expect(ports?.version).toBe('1.2.3');
  expect(ports?.sampling).toEqual({ temperature: 0 });
  expect(ports?.folders.models).toBe(join(folder, 'data', 'models'));
  expect(ports?.settingsStore.read().theme).toBe('system');
  expect(() => ports?.engineLauncher.launch()).toThrow('engine.unavailable');
});

test('the address is written for tests, closed to others', async () => {
  const { told } = await start(['--headless', '--port-file', 'url']);
  const path = join(folder, 'url');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const url = urlIn(readFileSync(path, 'utf8'));
  expect(url.origin).toBe(urlIn(told.said[0]).origin);
  (await openWindow(url)).terminate();
});

test('a browser is opened on an address of its own, and closed at the end', async () => {
  const noted = join(folder, 'noted');
  const browser = fakeBrowser('browser', `echo "$1" > '${noted}'; exec sleep 60`);
  const { shell, told } = await start([], { env: { DISPLAY: ':0', PARLEY_BROWSER: browser } });
  await expect.poll(() => existsSync(noted) && readFileSync(noted, 'utf8')).toMatch(/^--app=http/);
  expect(told.said).toEqual([]);
  const url = new URL(readFileSync(noted, 'utf8').trim().replace('--app=', ''));
  const socket = await openWindow(url);
  socket.terminate();
  // Nobody told it to end: the last window did.
  expect(await shell.ended).toBe(0);
});

test('a browser that fails leaves the app running, and its address is said', async () => {
  const browser = fakeBrowser('browser', 'exit 1');
  const { told } = await start([], { env: { DISPLAY: ':0', PARLEY_BROWSER: browser } });
  await expect.poll(() => told.said).toHaveLength(1);
  (await openWindow(urlIn(told.said[0]))).terminate();
});

test('a second start hands its wish to the first and ends', async () => {
  const first = await start(['--headless']);
  const second = await start(['--headless', '--model', '/m.gguf', '--port-file', 'url2']);
  expect(await second.shell.ended).toBe(0);
  expect(second.told.ports).toBeUndefined();
  expect(first.told.opened).toEqual([['/m.gguf', null]]);
  const url = urlIn(second.told.said[0]);
  expect(url.origin).toBe(urlIn(first.told.said[0]).origin);
  expect(urlIn(readFileSync(join(folder, 'url2'), 'utf8')).hash).toBe(url.hash);
  (await openWindow(url)).terminate();
});

test('a second start does not touch the uploads of the first', async () => {
  await start(['--headless']);
  const path = join(folder, 'data', 'uploads', 'coming-in');
  writeFileSync(path, 'x');
  await (await start(['--headless'])).shell.ended;
  expect(existsSync(path)).toBe(true);
});

test('a model that cannot be opened is said, and the app stays', async () => {
  const { told } = await start(['--headless', '--model', 'broken.gguf', '--mmproj', 'p.gguf']);
  expect(told.opened).toEqual([[join(folder, 'broken.gguf'), join(folder, 'p.gguf')]]);
  await expect.poll(() => told.complained).toHaveLength(1);
  expect(told.complained[0]).toContain('model.file-missing');
  (await openWindow(urlIn(told.said[0]))).terminate();
});

test('an app that does not start gives the lock back and ends with 1', async () => {
  const { shell, told } = await start(['--headless'], {
    createApp: () =>
      Promise.reject(new AppError('storage.newer', { foundVersion: 9, knownVersion: 1 })),
  });
  expect(await shell.ended).toBe(1);
  expect(told.complained[0]).toContain('storage.newer');
  const again = await start(['--headless']);
  expect(again.told.said).toHaveLength(1);
});

test('without a built window it does not start', async () => {
  rmSync(join(folder, 'dist', 'renderer'), { recursive: true });
  await expect(start(['--headless'])).rejects.toThrow('ENOENT');
});
