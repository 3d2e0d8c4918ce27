import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import Conf from 'conf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settings } from '../../contract/app-contract.ts';
import { fileSecrets } from '../adapters/file-secrets.ts';
import { electronDesktop } from './desktop.ts';
import { utilityLauncher } from './engine-launcher.ts';
import { menuTemplate } from './menu.ts';
import { electronPower } from './power.ts';
import { electronSecretCodec } from './secret-codec.ts';
import { electronSettingsStore } from './settings-store.ts';
import { unpacked } from './shell-ports.ts';
import { findable, readWindowState, writeWindowState } from './window-state.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-parts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('settings, over the store that electron-store is made of', () => {
  const defaults = settings.parse({});
  const warnings: string[] = [];
  const open = () =>
    electronSettingsStore({
      folder,
      log: { warn: (line) => warnings.push(line) },
      open: ({ cwd, name }) => new Conf({ cwd, configName: name }),
    });

  test('are kept for the next start', () => {
    open().write({ ...defaults, theme: 'dark' });
    expect(open().read()).toEqual({ ...defaults, theme: 'dark' });
    expect(JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'))).toMatchObject({
      theme: 'dark',
    });
  });

  test('that are broken are set aside, and can be written again', () => {
    writeFileSync(join(folder, 'settings.json'), '{"theme":');
    const store = open();
    expect([store.read(), warnings.length]).toEqual([defaults, 1]);
    expect(readFileSync(join(folder, 'settings.json.broken'), 'utf8')).toBe('{"theme":');
    store.write({ ...defaults, language: 'en' });
    expect(open().read().language).toBe('en');
  });
});

test('the battery is asked how full it is only where Electron says that it is used', async () => {
  const system = { state: async () => ({ isOnBattery: false, chargeFraction: 0.2 }) };
  const powerOf = (isOnBattery: boolean) =>
    electronPower({ isOnBatteryPower: () => isOnBattery }, system).state();
  expect(await powerOf(true)).toEqual({ isOnBattery: true, chargeFraction: 0.2 });
  expect(await powerOf(false)).toEqual({ isOnBattery: false, chargeFraction: null });
});

describe('secrets, over the system’s key store', () => {
  /** Turns bits over: what is on disk is not what was kept. */
  const keyStore = (isEncryptionAvailable: boolean) => ({
    isEncryptionAvailable: () => isEncryptionAvailable,
    encryptString: (text: string) => Buffer.from(text).map((byte) => byte ^ 0xff) as Buffer,
    decryptString: (bytes: Buffer) => {
      if (!isEncryptionAvailable) throw new Error('locked');
      return Buffer.from(bytes.map((byte) => byte ^ 0xff)).toString();
    },
  });
  const secrets = (isAvailable: boolean) =>
    fileSecrets(folder, electronSecretCodec(keyStore(isAvailable)));

  test('are encrypted where there is one', async () => {
    const key = await secrets(true).key('cache');
    expect(await secrets(true).key('cache')).toEqual(key);
    expect(readFileSync(join(folder, 'cache.key')).includes(Buffer.from(key))).toBe(false);
  });

  test('are kept by the file alone where there is none, and read once there is one', async () => {
    const key = await secrets(false).key('cache');
    expect(await secrets(true).key('cache')).toEqual(key);
  });

  test('that cannot be decrypted any more are made anew', async () => {
    const key = await secrets(true).key('cache');
    expect(await secrets(false).key('cache')).not.toEqual(key);
  });
});

describe('the place of the window', () => {
  const display = { x: 0, y: 0, width: 1920, height: 1040 };
  const state = { x: 100, y: 50, width: 900, height: 700, isMaximized: false };

  test('is kept', () => {
    const path = join(folder, 'window.json');
    writeWindowState(path, state);
    expect(readWindowState(path)).toEqual(state);
    writeWindowState(join(folder, 'none', 'window.json'), state);
  });

  test.each([
    '',
    '{}',
    '[]',
    JSON.stringify({ ...state, width: 1 }),
    JSON.stringify({ ...state, x: 1e9 }),
  ])('is not taken from a broken file (%j)', (text) => {
    writeFileSync(join(folder, 'window.json'), text);
    expect(readWindowState(join(folder, 'window.json'))).toBeUndefined();
  });

  test.each([
    [{}, true],
    [{ x: 1900 }, false],
    [{ x: -880 }, false],
    [{ y: -1 }, false],
    [{ y: 1000 }, false],
    [{ x: -800 }, true],
  ])('moved by %j can be found: %s', (change, isFound) => {
    expect(findable({ ...state, ...change }, [display]) !== undefined).toBe(isFound);
  });

  test('on a display that is gone is forgotten', () => {
    const beside = { ...state, x: 2500 };
    expect(findable(beside, [display, { ...display, x: 1920 }])).toEqual(beside);
    expect(findable(beside, [display])).toBeUndefined();
    expect(findable(undefined, [display])).toBeUndefined();
  });
});

describe('the engine as a utility process', () => {
  class FakeChild extends EventEmitter {
    readonly pid = 77;
    readonly stderr = new PassThrough();
    readonly sent: unknown[] = [];
    kills = 0;
    postMessage(frame: unknown): void {
      this.sent.push(frame);
    }
    kill(): boolean {
      this.kills += 1;
      this.emit('exit', 143);
      return true;
    }
  }

  function launch() {
    const child = new FakeChild();
    const forked: unknown[][] = [];
    const entryPath = join(folder, 'engine.js');
    writeFileSync(entryPath, '');
    const launcher = utilityLauncher({
      fork: ((...given: unknown[]) => {
        forked.push(given);
        return child;
      }) as never,
      entryPath,
      env: { PATH: '/bin' },
    });
    return { child, forked, engine: launcher.launch() };
  }

  test('is started with few variables and no flags', () => {
    const { forked, engine } = launch();
    expect(forked).toEqual([
      [
        join(folder, 'engine.js'),
        [],
        {
          serviceName: 'Parley engine',
          stdio: ['ignore', 'ignore', 'pipe'],
          env: { PATH: '/bin' },
          execArgv: [],
        },
      ],
    ]);
    expect(engine.pid).toBe(77);
  });

  test('carries frames both ways, tells its lines, and its end once', async () => {
    const { child, engine } = launch();
    const heard: unknown[] = [];
    const lines: string[] = [];
    const ends: unknown[] = [];
    engine.port.onFrame((frame) => heard.push(['old', frame]));
    engine.port.onFrame((frame) => heard.push(frame));
    engine.onLogLine((line) => lines.push(line));
    engine.onExit((exitCode, signal) => ends.push([exitCode, signal]));
    engine.port.onClose(() => ends.push('closed'));
    child.emit('message', { a: 1 });
    engine.port.post({ b: 2 });
    child.stderr.end('one\ntwo');
    await new Promise((resolve) => child.stderr.once('close', resolve));
    child.emit('exit', 6);
    engine.port.post('late');
    expect([heard, child.sent, lines]).toEqual([[{ a: 1 }], [{ b: 2 }], ['one', 'two']]);
    expect(ends).toEqual(['closed', [6, null]]);
  });

  test('ends when its port is closed', () => {
    const { child, engine } = launch();
    engine.port.close();
    expect(child.kills).toBe(1);
  });

  test('that is not there is unavailable', () => {
    const launcher = utilityLauncher({
      fork: (() => {
        throw new Error('not reached');
      }) as never,
      entryPath: join(folder, 'none.js'),
      env: {},
    });
    expect(() => launcher.launch()).toThrow('engine.unavailable');
  });
});

test.each([
  [
    '/opt/p/resources/app.asar/dist/native/addon.node',
    '/opt/p/resources/app.asar.unpacked/dist/native/addon.node',
  ],
  [
    'C:\\p\\resources\\app.asar\\dist\\addon.node',
    'C:\\p\\resources\\app.asar.unpacked\\dist\\addon.node',
  ],
  ['/src/dist/native/addon.node', '/src/dist/native/addon.node'],
])('native code of %s is loaded from %s', (path, expected) => {
  expect(unpacked(path)).toBe(expected);
});

test('the desktop opens checked addresses only, and says when a folder is not shown', async () => {
  const opened: string[] = [];
  const desktop = electronDesktop({
    openExternal: async (url) => {
      opened.push(url);
    },
    openPath: async (path) => (path === '/gone' ? 'no such folder' : ''),
  });
  await desktop.openLink('https://example.org');
  await expect(desktop.openLink('javascript:alert(1)')).rejects.toThrow('link.refused');
  expect(opened).toEqual(['https://example.org/']);
  await desktop.showFolder('/here');
  await expect(desktop.showFolder('/gone')).rejects.toThrow('no such folder');
});

test('on macOS the menu begins with the app, which copying and quitting need', () => {
  expect(menuTemplate({ platform: 'darwin', isPackaged: true })[0]).toEqual({ role: 'appMenu' });
  expect(menuTemplate({ platform: 'linux', isPackaged: true })[0]).toEqual({ role: 'editMenu' });
});
