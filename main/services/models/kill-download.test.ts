import { expect, it } from 'vitest';
import { killDownload } from './testing/kill-download.fixture.ts';

it('a download killed 22 times at random moments is resumed and comes whole', async () => {
  const report = await killDownload(22);
  expect(report.faults).toEqual([]);
  expect(report.kills).toBe(22);
  expect(report.wholeFiles).toBeGreaterThanOrEqual(1);
  expect(report.resumes).toBeGreaterThan(3);
}, 300_000);
