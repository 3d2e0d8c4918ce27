import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { importedPackages, reachable, shippedPackages } from './packages.mjs';
import { nativeParts, renderNotices } from './render.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('the checked-in notices are what the script writes', () => {
  const script = join(ROOT, 'scripts', 'notices.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('every shipped package names a licence that lets us ship it', () => {
  const free =
    /^\(?(MIT|MIT-0|ISC|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|0BSD|MPL-2\.0|BlueOak-1\.0\.0|Python-2\.0|PSF-2\.0|CC0-1\.0|Unlicense)\b/;
  // LGPL: shipped whole as files of their own beside the app, so that a person can put another build there.
  const replaceable = new Map([['libheif-js', 'LGPL-3.0']]);
  const others = shippedPackages(ROOT).filter(
    ({ name, licence }) => !free.test(licence) && replaceable.get(name) !== licence,
  );
  expect(others.map(({ name, licence }) => `${name}: ${licence}`)).toEqual([]);
});

it('the engine, the renderer and the run-time packages are all there', () => {
  const text = readFileSync(join(ROOT, 'THIRD-PARTY-NOTICES.md'), 'utf8');
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const name of ['llama.cpp', 'svelte', 'dompurify', ...Object.keys(dependencies)]) {
    expect(text).toContain(name);
  }
  expect(text).not.toMatch(/^### .*\bvitest\b/m);
});

it('a package that a dependency brings of its own is found before the shared one', () => {
  const packages = {
    'node_modules/a': { dependencies: { b: '2' } },
    'node_modules/b': { dependencies: {} },
    'node_modules/a/node_modules/b': { dependencies: { c: '1' } },
    'node_modules/c': {},
    'node_modules/unused': {},
  };
  expect([...reachable(packages, ['a'])].sort()).toEqual([
    'node_modules/a',
    'node_modules/a/node_modules/b',
    'node_modules/c',
  ]);
});

it('imports of product code count, those of tests, Node and relative paths do not', () => {
  const root = mkdtempSync(join(tmpdir(), 'parley-notices-'));
  mkdirSync(join(root, 'renderer'));
  writeFileSync(
    join(root, 'renderer', 'a.ts'),
    "import { x } from '@scope/one/deep';\nimport 'two/style.css';\nawait import('three');\nimport y from './four.ts';\nimport fs from 'node:fs';\n",
  );
  writeFileSync(join(root, 'renderer', 'a.test.ts'), "import z from 'five';\n");
  mkdirSync(join(root, 'renderer', 'testing'));
  writeFileSync(join(root, 'renderer', 'testing', 'parts.ts'), "import v from 'six';\n");
  expect(importedPackages(root).sort()).toEqual(['@scope/one', 'three', 'two']);
});

it('packages with the same licence text share a section', () => {
  const work = (name: string, text: string) => ({ name, version: '1.0.0', licence: 'MIT', text });
  const text = renderNotices([work('a', 'same'), work('b', 'same'), work('c', '')], []);
  expect(text).toContain('### a 1.0.0 (MIT), b 1.0.0 (MIT)');
  expect(text.match(/^### /gm)).toHaveLength(2);
  expect(
    nativeParts(join(ROOT, 'scripts', 'notices')).every((part) => part.text.length > 200),
  ).toBe(true);
});
