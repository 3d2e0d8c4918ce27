import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Port } from '../../contract/rpc/port.ts';
import { bundlePaths } from '../adapters/bundle-paths.ts';
import { startOptions } from '../adapters/start-options.ts';
import type { App, AppPorts } from '../app-ports.ts';
import { type FakeMessagePort, fakeElectron } from './fake-electron.fixture.ts';
import { runElectronShell } from './shell.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-electron-'));
  mkdirSync(join(folder, 'dist', 'renderer'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'renderer', 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'package.json'), '{"version":"1.2.3"}');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

async function start(
  args: string[] = [],
  given: Parameters<typeof fakeElectron>[0] & {
    platform?: NodeJS.Platform;
    failsWith?: Error;
  } = {},
) {
  const electron = fakeElectron(given);
  const told = {
    served: [] as Port[],
    opened: [] as unknown[],
    complained: [] as string[],
    closed: 0,
    isBusy: false,
    ports: undefined as AppPorts | undefined,
  };
  const app: App = {
    serve: (port) => told.served.push(port),
    isBusy: () => told.isBusy,
    openModel: async (path, projectorPath) => {
      told.opened.push([path, projectorPath]);
    },
    close: async () => {
      told.closed += 1;
    },
  };
  const done = runElectronShell({
    electron: electron.parts,
    options: startOptions(['--data-dir', join(folder, 'data'), ...args], folder),
    platform: given.platform ?? 'linux',
    env: {},
    home: folder,
    paths: bundlePaths(join(folder, 'dist', 'main')),
    createApp: async (ports) => {
      if (given.failsWith) throw given.failsWith;
      told.ports = ports;
      return app;
    },
    openStore: () => ({ store: {} }),
    complain: (line) => told.complained.push(line),
  });
  const beforeReady = [...electron.calls];
  electron.becomeReady();
  await done;
  return { ...electron, told, beforeReady };
}

test('before Electron is ready all is sandboxed, the scheme known and Chromium kept off the network', async () => {
  const { beforeReady, switches } = await start();
  const order = ['enableSandbox', 'registerSchemes app', 'requestSingleInstanceLock', 'whenReady'];
  expect(beforeReady.filter((call) => order.includes(call))).toEqual(order);
  expect(beforeReady).not.toContain('BrowserWindow');
  expect(beforeReady).toContain(`setPath userData ${join(folder, 'data', 'window-profile')}`);
  expect(switches.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND');
  for (const name of [
    'disable-background-networking',
    'disable-component-update',
    'disable-quic',
  ]) {
    expect(switches.has(name)).toBe(true);
  }
  for (const name of switches.keys()) expect(name).not.toMatch(/sandbox|remote-debugging|inspect/);
});

test('one window is opened at our page, with the hardened rights and its guards', async () => {
  const { windows } = await start();
  expect(windows).toHaveLength(1);
  const [window] = windows;
  expect(window?.loaded).toEqual(['app://parley/index.html']);
  expect(window?.options['webPreferences']).toMatchObject({
    sandbox: true,
    contextIsolation: true,
  });
  expect(window?.webContents.listenerCount('will-navigate')).toBe(1);
  expect(window?.webContents.openHandler?.({ url: 'https://a.example' })).toEqual({
    action: 'deny',
  });
});

test('the session is closed before a window is opened, and only our scheme is served', async () => {
  const { session } = await start();
  expect([...session.handlers.keys()].sort()).toEqual([
    'bluetooth',
    'check',
    'device',
    'display',
    'protocol:app',
    'request',
    'usb',
    'web-request',
  ]);
});

test('a window that asks is served until it goes', async () => {
  const { ipcMain, windows, told } = await start();
  const sender = windows[0]?.webContents;
  ipcMain.emit('parley:connect', { sender, senderFrame: sender?.mainFrame });
  expect(told.served).toHaveLength(1);
  const port = sender?.mainFrame.posted[0]?.[2] as [FakeMessagePort];
  const heard: unknown[] = [];
  port[0].on('message', ({ data }: { data: unknown }) => heard.push(data));
  port[0].start();
  port[0].postMessage({ early: 1 });
  told.served[0]?.onFrame((frame) => told.served[0]?.post({ echo: frame }));
  expect(heard).toEqual([{ echo: { early: 1 } }]);
  let closes = 0;
  told.served[0]?.onClose(() => {
    closes += 1;
  });
  port[0].close();
  told.served[0]?.post('late');
  told.served[0]?.close();
  expect([closes, heard.length]).toEqual([1, 1]);
});

test('a second start hands over its wish and ends without an app', async () => {
  const { app, told, windows } = await start(['--model', '/m.gguf'], { hasLock: false });
  expect(app.wish).toEqual({ modelPath: '/m.gguf', projectorPath: null });
  expect([app.exitCode, told.ports, windows.length]).toEqual([0, undefined, 0]);
  expect(existsSync(join(folder, 'data', 'uploads'))).toBe(false);
});

test('the first start focuses its window and opens what the second wished, if that is a wish', async () => {
  const { app, windows, told } = await start();
  app.emit('second-instance', {}, [], '', { modelPath: '/m.gguf', projectorPath: '/p.gguf' });
  for (const nonsense of [null, 7, {}, { modelPath: 7, projectorPath: null }]) {
    app.emit('second-instance', {}, [], '', nonsense);
  }
  expect(windows[0]?.focused).toBe(5);
  expect(told.opened).toEqual([['/m.gguf', '/p.gguf']]);
});

describe('the end', () => {
  test('waits for the app to close, once', async () => {
    const { app, windows, told } = await start();
    windows[0]?.shut();
    app.quit();
    await vi.waitFor(() => expect(app.exitCode).toBe(0));
    expect(told.closed).toBe(1);
    expect(JSON.parse(readFileSync(join(folder, 'data', 'window.json'), 'utf8'))).toEqual({
      x: 10,
      y: 20,
      width: 900,
      height: 700,
      isMaximized: false,
    });
  });

  test('waits for an answer that is being written', async () => {
    const { app, windows, told } = await start();
    vi.useFakeTimers();
    told.isBusy = true;
    windows[0]?.shut();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told.closed).toBe(0);
    told.isBusy = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect([told.closed, app.exitCode]).toEqual([1, 0]);
  });

  test('does not come with the last window on macOS, where the app opens it again', async () => {
    const { app, windows, told } = await start([], { platform: 'darwin' });
    windows[0]?.shut();
    expect(told.closed).toBe(0);
    app.emit('activate');
    expect(windows).toHaveLength(1);
  });

  test('comes with 1 when the app does not start', async () => {
    const { app, told } = await start([], { failsWith: new Error('storage.newer') });
    expect([app.exitCode, told.complained]).toEqual([1, ['Error: storage.newer']]);
  });
});

test('a page that crashes is loaded again, one that keeps crashing is left', async () => {
  const { windows } = await start();
  const contents = windows[0]?.webContents ?? new EventEmitter();
  contents.emit('render-process-gone', {}, { reason: 'clean-exit', exitCode: 0 });
  expect(windows[0]?.webContents.reloads).toBe(0);
  for (let crash = 0; crash < 10; crash += 1) {
    contents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 11 });
  }
  expect(windows[0]?.webContents.reloads).toBe(3);
});

test('a packaged app has no tools for its insides', async () => {
  const packaged = await start([], { isPackaged: true });
  expect(packaged.windows[0]?.options['webPreferences']).toMatchObject({ devTools: false });
  expect(JSON.stringify(packaged.session.values.get('menu'))).not.toMatch(/DevTools|"reload"/);
});

test('the app is given real parts of this shell', async () => {
  const { told } = await start(['--temperature', '0', '--model', 'm.gguf']);
  expect(told.ports).toMatchObject({ version: '1.2.3', sampling: { temperature: 0 } });
  expect(told.opened).toEqual([[join(folder, 'm.gguf'), null]]);
  expect(() => told.ports?.engineLauncher.launch()).toThrow('engine.unavailable');
  await expect(told.ports?.desktop.openLink('file:///etc/passwd')).rejects.toThrow('link.refused');
});
