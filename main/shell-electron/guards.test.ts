import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentPolicyHeader } from '../adapters/content-policy.ts';
import { drawnFiles } from '../adapters/drawn-files.ts';
import { rendererAssets } from '../adapters/renderer-assets.ts';
import { traversalPaths } from '../adapters/traversal-paths.fixture.ts';
import { isWindowUrl } from './app-origin.ts';
import { appProtocolHandler, appSchemes } from './app-protocol.ts';
import { FakeChannel, FakeContents, FakeFrame, fakeSession } from './fake-electron.fixture.ts';
import { hostileUrls } from './hostile-urls.fixture.ts';
import { guardNavigation } from './navigation.ts';
import { closeSession } from './permissions.ts';
import { connectChannel, electronRendererPorts } from './renderer-ports.ts';
import { webPreferences } from './web-preferences.ts';

const drawnName = `${'ab'.repeat(32)}-1-256.png`;

test('a window is given exactly these rights', () => {
  const packaged = webPreferences({ preloadPath: '/app/preload.cjs', isPackaged: true });
  expect(packaged).toStrictEqual({
    preload: '/app/preload.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    enableBlinkFeatures: '',
    webviewTag: false,
    plugins: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    spellcheck: false,
    devTools: false,
  });
  expect(Object.isFrozen(packaged)).toBe(true);
  expect(webPreferences({ preloadPath: '', isPackaged: false }).devTools).toBe(true);
});

describe('navigation', () => {
  const prevented = (name: string, url: string): boolean => {
    const contents = new FakeContents();
    guardNavigation(contents as never);
    let isPrevented = false;
    const event = {
      url,
      preventDefault: () => {
        isPrevented = true;
      },
    };
    expect(contents.listenerCount(name)).toBe(1);
    contents.emit(name, event);
    return isPrevented;
  };

  test.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])(
    '%s leads nowhere but to our own page',
    (name) => {
      expect(hostileUrls.length).toBeGreaterThanOrEqual(80);
      for (const url of hostileUrls) expect([url, prevented(name, url)]).toEqual([url, true]);
      expect(prevented(name, 'app://parley/index.html')).toBe(false);
      expect(prevented(name, 'app://parley/index.html#c1')).toBe(false);
    },
  );

  test('no page is held inside, whatever its address', () => {
    expect(prevented('will-attach-webview', 'app://parley/index.html')).toBe(true);
  });

  test('no window is opened, not even by our own page and under any name', () => {
    const contents = new FakeContents();
    guardNavigation(contents as never);
    for (const url of [...hostileUrls, 'app://parley/index.html']) {
      for (const frameName of ['', '_blank', '_top', 'named']) {
        const details = { url, frameName } as { url: string };
        expect(contents.openHandler?.(details)).toEqual({ action: 'deny' });
      }
    }
  });
});

describe('permissions', () => {
  const names = [
    'ar',
    'automatic-fullscreen',
    'background-fetch',
    'background-sync',
    'captured-surface-control',
    'clipboard-read',
    'deprecated-sync-clipboard-read',
    'display-capture',
    'fileSystem',
    'fullscreen',
    'geolocation',
    'geolocation-approximate',
    'hand-tracking',
    'hid',
    'idle-detection',
    'keyboardLock',
    'local-fonts',
    'local-network',
    'local-network-access',
    'loopback-network',
    'media',
    'mediaKeySystem',
    'midi',
    'midiSysex',
    'nfc',
    'notifications',
    'openExternal',
    'payment-handler',
    'periodic-background-sync',
    'persistent-storage',
    'pointerLock',
    'screen-wake-lock',
    'serial',
    'speaker-selection',
    'storage-access',
    'system-wake-lock',
    'top-level-storage-access',
    'usb',
    'vr',
    'web-app-installation',
    'web-printing',
    'window-management',
    'unknown',
    '',
    'constructor',
  ];
  const session = fakeSession();
  closeSession(session as never);
  const ask = (contents: FakeContents | null, permission: string) => {
    let reply: unknown;
    if (contents)
      session.handlers.get('request')?.(contents, permission, (given: unknown) => {
        reply = given;
      });
    return [reply ?? false, session.handlers.get('check')?.(contents, permission, 'app://parley')];
  };

  test('every one is refused', () => {
    for (const name of names) {
      expect([name, ...ask(new FakeContents(), name)]).toEqual([name, false, false]);
    }
  });

  test('text can be put on the clipboard, by our own page only', () => {
    expect(ask(new FakeContents(), 'clipboard-sanitized-write')).toEqual([true, true]);
    const foreign = new FakeContents();
    for (const url of hostileUrls) {
      foreign.url = url;
      expect(ask(foreign, 'clipboard-sanitized-write')).toEqual([false, false]);
    }
    expect(ask(null, 'clipboard-sanitized-write')).toEqual([false, false]);
  });

  test('no device, no screen, no pairing, no dictionary', () => {
    expect(session.handlers.get('device')?.({ deviceType: 'hid' })).toBe(false);
    const replies: unknown[] = [];
    session.handlers.get('display')?.({}, (streams: unknown) => replies.push(streams));
    session.handlers.get('bluetooth')?.({}, (reply: unknown) => replies.push(reply));
    expect(replies).toEqual([null, { confirmed: false }]);
    expect(session.handlers.get('usb')?.({ protectedClasses: ['hid'] })).toEqual(['hid']);
    expect(session.values.get('spellcheck')).toBe(false);
  });

  test('no request leaves this computer', () => {
    const isCancelled = (url: string): unknown => {
      let reply: unknown;
      session.handlers.get('web-request')?.({ url }, (given: { cancel: boolean }) => {
        reply = given.cancel;
      });
      return reply;
    };
    for (const url of [
      'https://a.example/',
      'http://127.0.0.1/',
      'ws://a',
      'wss://a',
      'ftp://a',
      'file:///x',
    ]) {
      expect([url, isCancelled(url)]).toEqual([url, true]);
    }
    for (const url of ['app://parley/main.js', 'blob:app://parley/1', 'data:image/png;base64,']) {
      expect([url, isCancelled(url)]).toEqual([url, false]);
    }
  });
});

describe('who may ask for a port', () => {
  function ask(change: (sender: FakeContents, event: { senderFrame: FakeFrame | null }) => void) {
    const listeners = new Map<string, (event: unknown) => void>();
    const warnings: string[] = [];
    let connected = 0;
    electronRendererPorts({
      ipcMain: {
        on: (channel: string, listener: unknown) => listeners.set(channel, listener as never),
      } as never,
      openChannel: () => new FakeChannel() as never,
      warn: (line) => warnings.push(line),
    }).onConnect(() => {
      connected += 1;
    });
    const sender = new FakeContents();
    const event = { sender, senderFrame: sender.mainFrame as FakeFrame | null };
    change(sender, event);
    listeners.get(connectChannel)?.(event);
    return {
      connected,
      warnings,
      posted: sender.mainFrame.posted,
      channels: [...listeners.keys()],
    };
  }

  test('our own page gets one end of a new channel', () => {
    const { connected, posted, warnings, channels } = ask(() => {});
    expect([connected, warnings]).toEqual([1, []]);
    expect(posted).toEqual([['parley:port', null, [expect.any(Object)]]]);
    expect(channels).toEqual(['parley:connect']);
  });

  test.each<[string, Parameters<typeof ask>[0]]>([
    [
      'no frame',
      (_sender, event) => {
        event.senderFrame = null;
      },
    ],
    [
      'a frame inside',
      (sender) => {
        sender.mainFrame.parent = new FakeFrame();
      },
    ],
    [
      'a frame beside',
      (_sender, event) => {
        event.senderFrame = new FakeFrame();
      },
    ],
    [
      'another origin',
      (sender) => {
        sender.mainFrame.origin = 'app://parley.evil';
      },
    ],
    [
      'an opaque origin',
      (sender) => {
        sender.mainFrame.origin = 'null';
      },
    ],
    [
      'about:blank',
      (sender) => {
        sender.mainFrame.url = 'about:blank';
      },
    ],
    [
      'the tools',
      (sender) => {
        sender.mainFrame.origin = 'devtools://devtools';
        sender.mainFrame.url = 'devtools://devtools/x.html';
      },
    ],
    [
      'a frame that is gone',
      (sender) => {
        sender.mainFrame.isGone = true;
      },
    ],
    [
      'a window that is gone',
      (sender) => {
        sender.isGone = true;
      },
    ],
  ])('%s gets none', (_title, change) => {
    const { connected, posted, warnings } = ask(change);
    expect([connected, posted, warnings.length]).toEqual([0, [], 1]);
  });
});

describe('the protocol of the window', () => {
  let root = '';
  let handle: ReturnType<typeof appProtocolHandler>;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'parley-protocol-'));
    writeFileSync(join(root, 'index.html'), '<!doctype html>');
    writeFileSync(join(root, 'main.js'), 'export {}');
    mkdirSync(join(root, 'data', 'drawn'), { recursive: true });
    writeFileSync(join(root, 'data', 'drawn', drawnName), 'a picture');
    writeFileSync(join(root, 'data', 'parley.sqlite'), 'secret');
    handle = appProtocolHandler(rendererAssets(root), drawnFiles(join(root, 'data')));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test('serves the built files under the strict policy', async () => {
    for (const url of [
      'app://parley/index.html',
      'app://parley/index.html#x',
      'app://parley/main.js?v=1',
    ]) {
      const reply = await handle({ url, method: 'GET' });
      expect(reply.status).toBe(200);
      expect(reply.headers.get('content-security-policy')).toBe(contentPolicyHeader());
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    }
    const script = await handle({ url: 'app://parley/main.js', method: 'GET' });
    expect([await script.text(), script.headers.get('content-type')]).toEqual([
      'export {}',
      'text/javascript; charset=utf-8',
    ]);
  });

  test('serves drawn pictures by their names, and nothing else beside them', async () => {
    const reply = await handle({ url: `app://parley/drawn/${drawnName}?x`, method: 'GET' });
    expect([reply.status, await reply.text()]).toEqual([200, 'a picture']);
    expect(reply.headers.get('content-type')).toBe('image/png');
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    expect(reply.headers.get('content-security-policy')).toBe(contentPolicyHeader());
    const hostile = [
      '../parley.sqlite',
      '..%2fparley.sqlite',
      `${drawnName}%00`,
      `x/../${drawnName}`,
    ];
    for (const path of [...hostile, ...traversalPaths.map((one) => one.slice(1))]) {
      const refused = await handle({ url: `app://parley/drawn/${path}`, method: 'GET' });
      expect([refused.status, await refused.text()], path).toEqual([404, '']);
    }
  });

  test('finds nothing else', async () => {
    for (const path of traversalPaths) {
      if (!path.startsWith('/')) continue;
      const reply = await handle({ url: `app://parley${path}`, method: 'GET' });
      expect([path.slice(0, 60), reply.status, await reply.text()]).toEqual([
        path.slice(0, 60),
        404,
        '',
      ]);
    }
    for (const host of ['parley.evil', 'evil', 'parley@evil', 'parley:80', 'PARLEY']) {
      expect((await handle({ url: `app://${host}/index.html`, method: 'GET' })).status).toBe(404);
    }
  });

  test('only reads', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD']) {
      expect((await handle({ url: 'app://parley/index.html', method })).status).toBe(405);
    }
  });

  test('is a secure origin of its own that no policy is passed by', () => {
    expect(appSchemes).toHaveLength(1);
    expect(appSchemes[0]).toMatchObject({
      scheme: 'app',
      privileges: { standard: true, secure: true, bypassCSP: false, corsEnabled: false },
    });
  });
});

test('our own page is ours', () => {
  expect(isWindowUrl('app://parley/index.html')).toBe(true);
  for (const url of hostileUrls) expect([url, isWindowUrl(url)]).toEqual([url, false]);
});
