/** `npm run check`: every gate, fast to slow. `--fast` leaves out what takes longer than a few seconds. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFormat, checkTidy } from './check/cpp.mjs';
import { brokenLinks } from './check/doc-links.mjs';
import { oversizedFiles } from './check/file-sizes.mjs';
import { programGate, runGates } from './check/gates.mjs';
import { trackedFiles } from './check/tracked-files.mjs';
import { duration, exitWith } from './setup/say.mjs';
import { ROOT, setup } from './setup.mjs';

/** @typedef {import('./setup.mjs').Ready} Ready */
/** @typedef {import('./check/gates.mjs').Gate} Gate */

/** Every tsconfig but the renderer's, which svelte-check reads, Svelte or not. */
const TYPED_FOLDERS = [
  'contract',
  'main',
  'preload',
  'native/engine',
  'native/extractor',
  'native/process',
  'native/addon',
  'e2e',
  'scripts',
];

/** What dependency-cruiser reads. */
const WALLED_FOLDERS = ['contract', 'main', 'native', 'preload', 'renderer', 'e2e', 'scripts'];

/**
 * Runs the gates.
 * @param {Ready} ready
 * @param {{ isFast?: boolean }} [options]
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function check(ready, { isFast = false } = {}) {
  const startedMs = Date.now();
  process.stdout.write('\nChecks\n');
  const counts = await runGates([...fastGates(ready), ...(isFast ? [] : slowGates(ready))]);
  const time = duration(Date.now() - startedMs);
  process.stdout.write(`checks: ${counts.passed} passed, ${counts.failed} failed in ${time}\n`);
  return counts;
}

/**
 * A tool of node_modules on the project's Node.
 * @param {Ready} ready
 * @param {string} name
 * @param {string} script path in node_modules
 * @param {readonly string[]} args
 * @returns {Gate}
 */
function toolGate(ready, name, script, args) {
  const options = { cwd: ROOT, env: ready.env };
  return programGate(name, ready.nodePath, [join(ROOT, 'node_modules', script), ...args], options);
}

/**
 * A gate that passes when `find` has nothing to say.
 * @param {string} name
 * @param {() => string[]} find
 * @returns {Gate}
 */
function findingGate(name, find) {
  return {
    name,
    run: async () => {
      const found = find();
      return { passed: found.length === 0, output: found.join('\n') };
    },
  };
}

/**
 * @param {Ready} ready
 * @returns {Gate[]}
 */
function fastGates(ready) {
  const paths = trackedFiles(ROOT);
  const place = { root: ROOT, ...ready };
  return [
    findingGate('file sizes', () => oversizedFiles(ROOT, paths)),
    findingGate('links in the documents', () => brokenLinks(ROOT, paths)),
    { name: 'C++ layout (clang-format)', run: () => checkFormat(place, paths) },
    toolGate(ready, 'layout and lint (Biome)', '@biomejs/biome/bin/biome', [
      'ci',
      '--colors=off',
      '--error-on-warnings',
    ]),
    toolGate(ready, 'third-party notices are current', '../scripts/notices.mjs', ['--check']),
    toolGate(ready, 'Svelte rules (ESLint)', 'eslint/bin/eslint.js', [
      '--max-warnings',
      '0',
      'renderer',
    ]),
  ];
}

/**
 * @param {Ready} ready
 * @returns {Gate[]}
 */
function slowGates(ready) {
  const place = { root: ROOT, ...ready };
  const projects = TYPED_FOLDERS.map((folder) => ({ name: folder, project: folder }));
  return [
    ...[...projects, { name: 'tests beside', project: 'tsconfig.tests.json' }]
      .filter(({ project }) => existsSync(join(ROOT, project)))
      .map(({ name, project }) =>
        toolGate(ready, `types: ${name} (tsc)`, 'typescript/bin/tsc', ['-p', project]),
      ),
    toolGate(ready, 'types: renderer (svelte-check)', 'svelte-check/bin/svelte-check', [
      '--tsconfig',
      'renderer/tsconfig.json',
      '--fail-on-warnings',
      '--output',
      'human',
    ]),
    toolGate(ready, 'walls (dependency-cruiser)', 'dependency-cruiser/bin/dependency-cruiser.mjs', [
      '--config',
      '.dependency-cruiser.cjs',
      ...WALLED_FOLDERS,
    ]),
    toolGate(ready, 'unused code (knip)', 'knip/bin/knip.js', ['--no-progress']),
    programGate(
      'package layout (electron-builder)',
      ready.nodePath,
      [join(ROOT, 'scripts/pack-test.mjs')],
      { cwd: ROOT, env: ready.env },
    ),
    { name: 'C++ lint (clang-tidy)', run: () => checkTidy(place, trackedFiles(ROOT)) },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await exitWith(async () => {
    const ready = await setup('test');
    const { failed } = await check(ready, { isFast: process.argv.includes('--fast') });
    return failed === 0 ? 0 : 1;
  });
}
