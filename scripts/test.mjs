/** `npm test`: sets up, checks, runs every suite, and closes with one line `N passed, N failed`. */
import { check } from './check.mjs';
import { duration, exitWith } from './setup/say.mjs';
import { ROOT, setup } from './setup.mjs';
import { sumCounts } from './testing/counts.mjs';
import { runSuite } from './testing/run-suite.mjs';
import { suites } from './testing/suites.mjs';

await exitWith(async () => {
  const startedMs = Date.now();
  const ready = await setup('test');
  const counts = [await check(ready)];
  for (const suite of suites(ROOT, ready.env)) counts.push(await runSuite(ready.nodePath, suite));
  const { passed, failed } = sumCounts(counts);
  process.stdout.write(`\nAll of it took ${duration(Date.now() - startedMs)}.\n`);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}, '0 passed, 1 failed');
