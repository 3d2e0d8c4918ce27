import { killDownload } from '../../main/services/models/testing/kill-download.fixture.ts';

/** Kills a downloading process 200 times; prints `N passed, N failed`, one for each kill. */
const kills = 200;
const report = await killDownload(kills, (count) => {
  if (count % 20 === 0) process.stdout.write(`  ${count} kills\n`);
});
for (const fault of report.faults) process.stdout.write(`  ${fault}\n`);
process.stdout.write(`  ${report.wholeFiles} files came whole, ${report.resumes} resumes\n`);
const failed = report.faults.length;
process.stdout.write(`${kills - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
