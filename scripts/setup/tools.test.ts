import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { installLine, missingTools, packageTool, requireTools, TOOLS } from './tools.mjs';

const ALL = [
  'git',
  'c++',
  'cmake',
  'ninja',
  'pip3',
  'ccache',
  'chromium',
  'clang-format',
  'clang-tidy',
];
const noFiles = (): boolean => false;

let folder = '';
let env: NodeJS.ProcessEnv = {};

/** A path that holds nothing but the named programs. */
const install = (name: string, script = '#!/bin/sh\nexit 0\n'): void => {
  writeFileSync(join(folder, name), script);
  chmodSync(join(folder, name), 0o755);
};
const sentence = (need: 'start' | 'test'): Promise<string> =>
  requireTools(need, { env, canInstall: false, exists: noFiles, platform: 'linux' }).then(
    () => 'ready',
    (error: Error) => error.message,
  );

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-tools-'));
  env = { PATH: folder };
  for (const name of [...ALL, 'apt-get']) install(name);
});

describe.each([
  ['git', 'git', 'git'],
  ['c++', 'a C++ compiler', 'g++'],
  ['cmake', 'cmake', 'cmake'],
  ['ninja', 'ninja', 'ninja-build'],
])('a machine without %s', (program, name, aptPackage) => {
  it('is told what is missing and the one line that brings it', async () => {
    rmSync(join(folder, program));
    expect(await sentence('start')).toBe(
      `Missing on this machine: ${name}.\n  To mend it: sudo apt-get update && sudo apt-get install -y ${aptPackage}`,
    );
  });
});

describe('a machine without pip', () => {
  it('is told so, and starts: the first source needs none', async () => {
    rmSync(join(folder, 'pip3'));
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(await sentence('start')).toBe('ready');
    const text = written.mock.calls.join('');
    written.mockRestore();
    expect(text).toContain('Missing: pip');
    expect(text).toContain('install -y python3-pip');
  });

  it('cannot run the tests', async () => {
    rmSync(join(folder, 'pip3'));
    expect(await sentence('test')).toContain('install -y python3-pip');
  });
});

describe('tools that only the tests need', () => {
  it('do not stop a start', async () => {
    for (const name of ['clang-tidy', 'clang-format', 'chromium', 'ccache'])
      rmSync(join(folder, name));
    expect(await sentence('start')).toBe('ready');
    expect(await sentence('test')).toContain('install -y chromium clang-format clang-tidy');
  });
});

describe('a Debian machine as root', () => {
  const apt = (body: string): void => install('apt-get', `#!/bin/sh\n${body}\n`);
  const asRoot = (): Promise<string> =>
    requireTools('start', { env, canInstall: true, exists: () => true, platform: 'linux' }).then(
      () => 'ready',
      (error: Error) => error.message,
    );

  it('gets exactly what is missing, after an update', async () => {
    rmSync(join(folder, 'cmake'));
    apt(
      `echo "$@" >> ${folder}/log; case "$1" in install) : > ${folder}/cmake; /bin/chmod 755 ${folder}/cmake;; esac`,
    );
    expect(await asRoot()).toBe('ready');
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe(
      'update -q\ninstall -y -q --no-install-recommends cmake\n',
    );
  });

  it('without a network is told that the lists could not be read', async () => {
    rmSync(join(folder, 'cmake'));
    apt('echo "Could not resolve"; exit 100');
    expect(await asRoot()).toMatch(
      /could not read its package lists.*\n.*apt-get install -y cmake/,
    );
  });

  it('whose mirror lacks a package is told which', async () => {
    rmSync(join(folder, 'cmake'));
    apt('case "$1" in install) exit 100;; esac');
    expect(await asRoot()).toMatch(/^apt-get could not install cmake\./);
  });
});

describe('the line to type', () => {
  const everything = TOOLS.filter((tool) => tool.need !== 'wish');

  it('fits each package tool', () => {
    expect(installLine(everything, 'dnf')).toBe(
      'sudo dnf install -y git gcc-c++ cmake ninja-build python3-pip chromium clang-tools-extra',
    );
    expect(installLine(everything, 'brew')).toBe(
      'xcode-select --install && brew install git cmake ninja python clang-format llvm && brew install --cask google-chrome',
    );
    expect(installLine(everything, 'winget')).toContain('winget install --id Kitware.CMake -e && ');
    expect(installLine(everything, undefined)).toContain("with your system's package tool");
  });

  it('is for the package tool that is there', () => {
    expect(packageTool(env, 'linux')).toBe('apt');
    rmSync(join(folder, 'apt-get'));
    expect(packageTool(env, 'linux')).toBeUndefined();
    install('dnf');
    expect(packageTool(env, 'linux')).toBe('dnf');
    expect(packageTool(env, 'darwin')).toBe('brew');
    expect(packageTool(env, 'win32')).toBe('winget');
  });
});

it('every tool that must be there can be installed with apt', () => {
  expect(TOOLS.map((tool) => tool.packages.apt)).not.toContain('');
  expect(missingTools({ PATH: '' }, noFiles, 'linux')).toEqual(TOOLS);
});
