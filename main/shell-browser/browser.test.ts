import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { browserArguments, canOpenWindow, findBrowser, launchBrowser } from './browser.ts';

describe('which browser', () => {
  test.each([
    ['linux', { PATH: '/usr/bin:/snap/bin' }, ['/snap/bin/chromium'], '/snap/bin/chromium'],
    [
      'linux',
      { PATH: '/usr/bin' },
      ['/usr/bin/chromium', '/usr/bin/google-chrome'],
      '/usr/bin/google-chrome',
    ],
    ['linux', { PATH: 'bin:/usr/bin' }, ['bin/chromium'], undefined],
    ['linux', { PATH: '/usr/bin' }, ['/usr/bin/firefox'], undefined],
    [
      'darwin',
      { HOME: '/Users/mei' },
      ['/Users/mei/Applications/Chromium.app/Contents/MacOS/Chromium'],
      '/Users/mei/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    [
      'win32',
      { 'ProgramFiles(x86)': 'C:\\Program Files (x86)' },
      ['C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe'],
      'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    ],
    [
      'linux',
      { PATH: '/usr/bin', PARLEY_BROWSER: '/opt/b' },
      ['/opt/b', '/usr/bin/chromium'],
      '/opt/b',
    ],
    ['linux', { PATH: '/usr/bin', PARLEY_BROWSER: '/opt/b' }, ['/usr/bin/chromium'], undefined],
  ] as const)(
    'on %s with %j, where %j is there',
    (platform, env, there: readonly string[], found) => {
      expect(findBrowser({ platform, env, exists: (path) => there.includes(path) })).toBe(found);
    },
  );
});

test.each([
  ['linux', { DISPLAY: ':0' }, 1000, true],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 1000, true],
  ['linux', {}, 1000, false],
  ['linux', { DISPLAY: ':0' }, 0, false],
  ['darwin', {}, 501, true],
  ['win32', {}, undefined, true],
] as const)('on %s with %j as user %s a window can be opened: %s', (platform, env, userId, can) => {
  expect(canOpenWindow({ platform, env, userId })).toBe(can);
});

describe('the arguments', () => {
  const base = { url: 'http://127.0.0.1:1/#token=t', dataFolder: '/data', home: '/home/mei' };
  const given = browserArguments({ ...base, browserPath: '/usr/bin/chromium' });

  test('open one app window with a profile of its own', () => {
    expect(given[0]).toBe('--app=http://127.0.0.1:1/#token=t');
    expect(given).toContain('--user-data-dir=/data/browser-profile');
  });

  test('keep the browser off the network', () => {
    expect(given).toContain('--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1');
    for (const flag of [
      '--no-proxy-server',
      '--no-pings',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-domain-reliability',
      '--disable-quic',
      '--disable-sync',
    ]) {
      expect(given).toContain(flag);
    }
  });

  test('never weaken it', () => {
    for (const argument of given) {
      expect(argument).not.toMatch(/sandbox|disable-web-security|remote-debugging|allow-/);
    }
  });

  test('put the profile where a snap can write', () => {
    const snap = browserArguments({ ...base, browserPath: '/snap/bin/chromium' });
    expect(snap).toContain('--user-data-dir=/home/mei/snap/chromium/common/parley-profile');
  });
});

describe('starting it', () => {
  test('a program that is not there has failed', async () => {
    await new Promise<void>((resolve) => launchBrowser('/no/such/browser', [], resolve));
  });

  test('one that ends with an error has failed, one that hands over has not', async () => {
    await new Promise<void>((resolve) => {
      launchBrowser(process.execPath, ['-e', 'process.exit(3)'], resolve);
    });
    let hasFailed = false;
    const child = launchBrowser(process.execPath, ['-e', ''], () => {
      hasFailed = true;
    });
    await once(child, 'exit');
    expect(hasFailed).toBe(false);
    expect(existsSync(process.execPath)).toBe(true);
  });
});
