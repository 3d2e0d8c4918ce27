import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkFormat, checkTidy } from './cpp.mjs';
import { brokenLinks } from './doc-links.mjs';
import { oversizedFiles } from './file-sizes.mjs';
import { runGates } from './gates.mjs';

let root = '';
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-check-'));
});

describe('the gates', () => {
  it('all run, in order, even when an early one fails or cannot run', async () => {
    const ran: string[] = [];
    const gate = (name: string, passed: boolean) => ({
      name,
      run: async () => {
        ran.push(name);
        return { passed, output: `${name} says` };
      },
    });
    const broken = { name: 'broken', run: () => Promise.reject(new Error('no such file')) };
    const gates = [gate('one', true), gate('two', false), broken, gate('three', true)];
    const counts = await runGates(gates);
    expect(ran).toEqual(['one', 'two', 'three']);
    expect(counts).toEqual({ passed: 2, failed: 2 });
  });
});

describe('file sizes', () => {
  it('allow 400 lines of code and 200 of a component, and count no other files', () => {
    write('a.ts', 'x\n'.repeat(400));
    write('b.ts', 'x\n'.repeat(401));
    write('A.svelte', 'x\n'.repeat(200));
    write('B.svelte', 'x\n'.repeat(201));
    write('long.md', 'x\n'.repeat(900));
    expect(oversizedFiles(root, ['a.ts', 'b.ts', 'A.svelte', 'B.svelte', 'long.md'])).toEqual([
      'b.ts has 401 lines; 400 are allowed',
      'B.svelte has 201 lines; 200 are allowed',
    ]);
  });
});

describe('links in documents', () => {
  it('must lead to a file, relative to the document', () => {
    write(
      'docs/a.md',
      '[up](../README.md#part) ![p](images/p.png) [web](https://x.org) [here](#a) `[c](d)`',
    );
    write('README.md', '```\n[in code](nowhere)\n```\n[gone](docs/gone.md)');
    expect(brokenLinks(root, ['docs/a.md', 'README.md'])).toEqual([
      'docs/a.md links to images/p.png, which is not there',
      'README.md links to docs/gone.md, which is not there',
    ]);
  });
});

describe('C++ layout', () => {
  const place = () => ({ root, cache: root, addonDir: root, env: process.env });

  it('fails on a file that is laid out otherwise, and on no file at all', async () => {
    write('.clang-format', 'BasedOnStyle: LLVM\n');
    write('native/addon/src/good.cpp', 'int a = 1;\n');
    write('native/addon/src/bad.cpp', 'int   a=1;\n');
    expect((await checkFormat(place(), ['native/addon/src/good.cpp'])).passed).toBe(true);
    const bad = await checkFormat(place(), ['native/addon/src/bad.cpp']);
    expect(bad.passed).toBe(false);
    expect(bad.output).toContain('bad.cpp');
    expect((await checkFormat(place(), ['main/a.ts'])).passed).toBe(false);
  });
});

describe('C++ lint', () => {
  const place = () => ({ root, cache: root, addonDir: join(root, 'build'), env: process.env });

  /** A build that was made from another clone, as a shared cache holds it. */
  const writeBuild = (source: string): void => {
    copyFileSync(
      fileURLToPath(new URL('../../.clang-tidy', import.meta.url)),
      join(root, '.clang-tidy'),
    );
    write('native/addon/src/a.cpp', source);
    write('build/CMakeCache.txt', 'CMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere/native/addon\n');
    const file = '/elsewhere/native/addon/src/a.cpp';
    const command = `/usr/bin/ccache /usr/bin/c++ -std=gnu++17 -c ${file}`;
    write('build/compile_commands.json', JSON.stringify([{ directory: root, command, file }]));
  };
  const lint = () => checkTidy(place(), ['native/addon/src/a.cpp']);

  it('fails on a name that is not ours and says which, until it is mended', async () => {
    writeBuild('int BadName() { return 1; }\n');
    const bad = await lint();
    expect(bad.passed).toBe(false);
    expect(bad.output).toContain("invalid case style for function 'BadName'");
    expect((await lint()).passed).toBe(false);
    writeBuild('int good_name() { return 1; }\n');
    expect(await lint()).toEqual({ passed: true, output: '' });
  }, 60_000);

  it('reads a file that passed again only when something changed', async () => {
    const stamps = (): number => readdirSync(join(root, 'clang-tidy')).length;
    writeBuild('int good_name() { return 1; }\n');
    await lint();
    await lint();
    expect(stamps()).toBe(1);
    write('native/addon/src/a.h', 'int other();\n');
    await lint();
    expect(stamps()).toBe(2);
  }, 60_000);
});
