import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isInstalled, npmCommand, npmFailure, requireNpmPackages } from './npm-packages.mjs';

const LOCK = JSON.stringify({
  packages: {
    '': {},
    'node_modules/zod': { version: '4.6.7' },
    'node_modules/node-other-cpu': { version: '24.0.0', optional: true },
  },
});

let root = '';
let env: NodeJS.ProcessEnv = {};

/** An npm that logs its arguments and does what `body` says. */
const fakeNpm = (body: string, name = 'npm'): void => {
  const path = join(root, 'bin', name);
  writeFileSync(
    path,
    `#!/bin/sh\n[ "$1" = --version ] || echo ${name} "$@" >> "${root}/calls"\n${body}\n`,
  );
  chmodSync(path, 0o755);
};
const calls = (): string => readFileSync(join(root, 'calls'), 'utf8');
const sentence = (): Promise<string> =>
  requireNpmPackages(root, env).then(
    () => 'ready',
    (error: Error) => error.message,
  );

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-npm-'));
  env = { PATH: `${join(root, 'bin')}:/usr/bin:/bin` };
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'package-lock.json'), LOCK);
});

describe('installing the packages', () => {
  it('happens once: the second run calls no npm at all', async () => {
    fakeNpm('case "$1" in --version) echo 11.19.1;; *) mkdir -p node_modules;; esac');
    expect(await sentence()).toBe('ready');
    expect(calls()).toBe('npm ci --ignore-scripts --no-audit --no-fund --loglevel=error\n');
    expect(await sentence()).toBe('ready');
    expect(calls().split('\n')).toHaveLength(2);
  });

  it('happens again when the lockfile changed', async () => {
    fakeNpm('case "$1" in --version) echo 11.19.1;; *) mkdir -p node_modules;; esac');
    await sentence();
    writeFileSync(join(root, 'package-lock.json'), LOCK.replace('4.6.7', '4.6.8'));
    await sentence();
    expect(calls().split('\n')).toHaveLength(3);
  });

  it('goes through npx where npm is older than 11', async () => {
    fakeNpm('echo 10.8.2');
    fakeNpm('mkdir -p node_modules', 'npx');
    expect(await sentence()).toBe('ready');
    expect(calls()).toBe(
      'npx --yes npm@11 ci --ignore-scripts --no-audit --no-fund --loglevel=error\n',
    );
  });

  it('without a network stops with one sentence', async () => {
    fakeNpm(
      'case "$1" in --version) echo 11.19.1;; *) echo "npm error code EAI_AGAIN" >&2; exit 1;; esac',
    );
    expect(await sentence()).toMatch(
      /there seems to be no network\.\n {2}To mend it: connect this computer/,
    );
    expect(await sentence()).toMatch(/no network/);
  });

  it('without npm stops with one sentence', async () => {
    env = { PATH: join(root, 'bin') };
    expect(await sentence()).toMatch(/^npm is not on the path\.\n {2}To mend it: install Node 24/);
  });
});

describe('what npm says when it fails', () => {
  it.each([
    ['npm error code ENOSPC', /^The disk is full\./],
    ['npm error code EINTEGRITY', /does not have the hash that the lockfile pins/],
    [
      'npm error something else',
      /^npm could not install the packages\.\n {2}To mend it: npx --yes npm@11 ci/,
    ],
  ])('%s becomes a sentence', (output, expected) => {
    expect(npmFailure(output, ['ci']).message).toMatch(expected);
  });
});

describe('packages that a person installed by hand', () => {
  const record = (version: string): void => {
    mkdirSync(join(root, 'node_modules', 'zod'), { recursive: true });
    const packages = { 'node_modules/zod': { version } };
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
  };

  it('are taken as they are, without those for other processors', () => {
    record('4.6.7');
    expect(isInstalled(root, LOCK)).toBe(true);
  });

  it('count as missing at another version, or with no record', () => {
    expect(isInstalled(root, LOCK)).toBe(false);
    record('4.0.0');
    expect(isInstalled(root, LOCK)).toBe(false);
  });
});

it('npm 11 and 12 are used as they are', () => {
  expect(npmCommand('11.19.1', 'npm', 'npx')).toEqual({ program: 'npm', args: [] });
  expect(npmCommand('12.0.0', 'npm', 'npx')).toEqual({ program: 'npm', args: [] });
});
