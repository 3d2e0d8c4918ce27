/**
 * `npm run test:long`: what takes too long for every run. `npm run test:long -- NAME…` runs the named parts,
 * without a name all of them; `-- --list` says what there is.
 */
import { join } from 'node:path';
import { duration, exitWith, SetupError } from './setup/say.mjs';
import { ROOT, setup } from './setup.mjs';
import { lineCounts, sumCounts } from './testing/counts.mjs';
import { PARTS } from './testing/long-parts.mjs';
import { runSuite } from './testing/run-suite.mjs';
import { endToEndSuite } from './testing/suites.mjs';

/** @typedef {import('./testing/long-parts.mjs').Part} Part */

/** @param {readonly string[]} names */
function chosenParts(names) {
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) {
    throw new SetupError(`There is no part ${unknown.join(', ')}.`, 'npm run test:long -- --list');
  }
  return names.length === 0 ? PARTS : PARTS.filter((part) => names.includes(part.name));
}

/**
 * @param {Part} part
 * @param {NodeJS.ProcessEnv} env
 */
function partSuite(part, env) {
  const longEnv = { ...env, PARLEY_LONG: '1', PARLEY_ENGINE_THREADS: '1' };
  if (part.file.startsWith('e2e/')) {
    return { ...endToEndSuite(ROOT, longEnv, [part.file]), name: part.name };
  }
  return {
    name: part.name,
    args: [join(ROOT, part.file)],
    env: longEnv,
    cwd: ROOT,
    count: lineCounts,
  };
}

await exitWith(async () => {
  const words = process.argv.slice(2);
  if (words.includes('--list')) {
    for (const part of PARTS) {
      process.stdout.write(
        `${part.name.padEnd(16)}${`${part.minutes} min`.padEnd(9)}${part.what}\n`,
      );
    }
    return 0;
  }
  const parts = chosenParts(words);
  const startedMs = Date.now();
  const ready = await setup('test');
  const counts = [];
  for (const part of parts) counts.push(await runSuite(ready.nodePath, partSuite(part, ready.env)));
  const { passed, failed } = sumCounts(counts);
  process.stdout.write(`\nAll of it took ${duration(Date.now() - startedMs)}.\n`);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}, '0 passed, 1 failed');
