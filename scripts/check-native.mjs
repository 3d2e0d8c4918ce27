/**
 * `npm run check:native`: the native specs, one file after another, against an addon with address and
 * undefined-behaviour sanitizers. `npm run check:native -- NAME…` runs the spec files whose paths hold a name.
 * The last line is `N passed, N failed`; a report of a sanitizer is a failure, whatever its spec says.
 */
import { join } from 'node:path';
import {
  clearReports,
  readReports,
  requireSanitizedBuild,
  sanitizedEnv,
  sanitizerRuntime,
} from './setup/sanitized-build.mjs';
import { exitWith, SetupError } from './setup/say.mjs';
import { ROOT, setup } from './setup.mjs';
import { sumCounts } from './testing/counts.mjs';
import { runSuite } from './testing/run-suite.mjs';
import { nativeSuite } from './testing/suites.mjs';

await exitWith(async () => {
  const names = process.argv.slice(2);
  const runtime = sanitizerRuntime();
  const ready = await setup('test');
  const folder = await requireSanitizedBuild({ root: ROOT, ...ready });
  const reportDir = join(ROOT, 'test-results', 'sanitizers');
  clearReports(reportDir);
  const env = {
    ...sanitizedEnv(ready.env, runtime, reportDir),
    PARLEY_ADDON: join(folder, 'addon.node'),
    PARLEY_NATIVE_TESTS: folder,
  };
  const suite = nativeSuite(ROOT, env, names);
  if (suite.files.length === 0) {
    throw new SetupError(`No native spec is called ${names.join(', ')}.`, 'ls native/addon/test');
  }
  const counts = await runSuite(ready.nodePath, { ...suite, name: 'native specs, sanitized' });
  const reports = readReports(reportDir);
  for (const report of reports) process.stdout.write(`\n${report.trimEnd()}\n`);
  const { passed, failed } = sumCounts([counts, { passed: 0, failed: reports.length }]);
  process.stdout.write(
    `\n${reports.length} reports of sanitizers\n${passed} passed, ${failed} failed\n`,
  );
  return failed === 0 ? 0 : 1;
}, '0 passed, 1 failed');
