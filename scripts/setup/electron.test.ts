import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  chooseWindow,
  electronProgram,
  fetchElectronLater,
  waitForElectron,
  wasElectronTried,
} from './electron.mjs';
import { isAlive } from './lock.mjs';

let root = '';
let cache = '';
const places = () => ({ root, cache, nodePath: process.execPath, env: process.env });

/** An installer that does what `body` says; `finish` is what the real one does last. */
const installer = (body: string): void => {
  writeFileSync(
    join(root, 'node_modules', 'electron', 'install.js'),
    `const fs = require('fs'), os = require('os'), path = require('path');
     const finish = () => {
       fs.mkdirSync(path.join(__dirname, 'dist'), { recursive: true });
       fs.writeFileSync(path.join(__dirname, 'dist', 'electron'), 'program');
       fs.writeFileSync(path.join(__dirname, 'path.txt'), 'electron');
     };
     const part = path.join(os.tmpdir(), 'electron.zip');
     ${body}`,
  );
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-electron-'));
  cache = join(root, 'cache');
  mkdirSync(join(root, 'node_modules', 'electron'), { recursive: true });
  mkdirSync(cache);
});

const FACTS = {
  isHeadless: false,
  isRoot: false,
  hasDisplay: true,
  isThere: false,
  wasTried: false,
};

describe('the window of a start', () => {
  it('is Electron as soon as its program is there', () => {
    expect(chooseWindow({ ...FACTS, isThere: true })).toMatchObject({
      window: 'electron',
      fetch: 'no',
    });
  });

  it('waits for Electron on the first start only', () => {
    expect(chooseWindow(FACTS)).toMatchObject({ window: 'browser', fetch: 'wait' });
    expect(chooseWindow({ ...FACTS, wasTried: true })).toMatchObject({
      window: 'browser',
      fetch: 'background',
    });
  });

  it('is the browser for root, without a display and when asked for no window, and says why in one line', () => {
    for (const facts of [
      { ...FACTS, isRoot: true },
      { ...FACTS, isRoot: true, isThere: true },
      { ...FACTS, hasDisplay: false, isThere: true },
      { ...FACTS, isHeadless: true, isThere: true },
    ]) {
      const choice = chooseWindow(facts);
      expect(choice).toMatchObject({ window: 'browser', fetch: 'no' });
      expect(choice.why).toMatch(/^[^\n]+\.$/);
    }
  });
});

describe('the first wait for Electron', () => {
  it('ends when no byte comes, ends the installer, and is remembered', async () => {
    installer(
      "fs.writeFileSync(path.join(__dirname, 'pid'), String(process.pid)); setInterval(() => {}, 1000);",
    );
    expect(await waitForElectron(places(), { silenceMs: 3_000, pollMs: 20 })).toBe(false);
    const pid = Number(readFileSync(join(root, 'node_modules', 'electron', 'pid'), 'utf8'));
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false));
    expect(wasElectronTried(root)).toBe(true);
  });

  it('goes on while bytes come, longer than the silence it allows', async () => {
    installer(`let n = 0; const timer = setInterval(() => {
      fs.appendFileSync(part, 'bytes');
      if (++n === 18) { clearInterval(timer); finish(); }
    }, 150);`);
    expect(await waitForElectron(places(), { silenceMs: 2_000, pollMs: 20 })).toBe(true);
    expect(electronProgram(root)).toBe(join(root, 'node_modules', 'electron', 'dist', 'electron'));
  });

  it('ends at once when the installer fails', async () => {
    installer("console.error('403 Forbidden'); process.exit(1);");
    expect(await waitForElectron(places(), { silenceMs: 60_000, pollMs: 20 })).toBe(false);
    expect(readFileSync(join(cache, 'electron-download.log'), 'utf8')).toContain('403');
  });

  it('ends at once when the installer cannot even be started', async () => {
    const broken = { ...places(), nodePath: join(root, 'absent') };
    expect(await waitForElectron(broken, { silenceMs: 60_000, pollMs: 20 })).toBe(false);
  });
});

describe('a later start', () => {
  it('fetches beside the app, one attempt at a time', async () => {
    const started = join(root, 'started');
    const gate = join(root, 'gate');
    installer(`fs.appendFileSync(${JSON.stringify(started)}, 'x');
      const timer = setInterval(() => {
        if (fs.existsSync(${JSON.stringify(gate)})) { clearInterval(timer); finish(); }
      }, 20);`);
    fetchElectronLater(places());
    await vi.waitFor(() => expect(existsSync(started)).toBe(true), 10_000);
    fetchElectronLater(places());
    expect(electronProgram(root)).toBeUndefined();
    appendFileSync(gate, '');
    await vi.waitFor(() => expect(electronProgram(root)).toBeDefined(), 10_000);
    expect(readFileSync(started, 'utf8')).toBe('x');
  });
});

it('a program whose installation was cut off does not count', () => {
  mkdirSync(join(root, 'node_modules', 'electron', 'dist'));
  writeFileSync(join(root, 'node_modules', 'electron', 'dist', 'electron'), 'half');
  expect(electronProgram(root)).toBeUndefined();
  writeFileSync(join(root, 'node_modules', 'electron', 'path.txt'), 'elsewhere');
  expect(electronProgram(root)).toBeUndefined();
});
