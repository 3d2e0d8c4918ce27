/** What each test runner says about itself, as numbers. */

/** @typedef {{ passed: number, failed: number }} Counts */

/**
 * Vitest's JSON report. A file that could not be loaded counts as one failure.
 * @param {string} text
 * @returns {Counts}
 */
export function vitestCounts(text) {
  const report = JSON.parse(text);
  const unloaded = report.testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ file) =>
      file.status === 'failed' && file.assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}

/**
 * The summary that `node --test` prints last. A cancelled test counts as failed.
 * @param {string} output
 * @returns {Counts}
 */
export function nodeTestCounts(output) {
  /** @param {string} word */
  const last = (word) => {
    const matches = [...output.matchAll(new RegExp(`^(?:#|ℹ) ${word} (\\d+)\\s*$`, 'gm'))];
    return Number(matches.at(-1)?.[1] ?? 0);
  };
  return { passed: last('pass'), failed: last('fail') + last('cancelled') };
}

/**
 * Playwright's JSON report. A test that passed only on a second try counts as failed.
 * @param {string} text
 * @returns {Counts}
 */
export function playwrightCounts(text) {
  const { stats, errors = [] } = JSON.parse(text);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length };
}

/**
 * The last `N passed, N failed` that a program printed.
 * @param {string} output
 * @returns {Counts}
 */
export function lineCounts(output) {
  const matches = [...output.matchAll(/(\d+) passed, (\d+) failed/g)];
  const last = matches.at(-1);
  return { passed: Number(last?.[1] ?? 0), failed: Number(last?.[2] ?? 0) };
}

/**
 * Makes the exit status count: a runner that failed without naming a test, or that found no test at all,
 * is one failure, so that a suite cannot vanish unseen.
 * @param {Counts} counts
 * @param {number} exitCode
 * @returns {Counts}
 */
export function withExitCode(counts, exitCode) {
  const isSilentFailure = counts.failed === 0 && (exitCode !== 0 || counts.passed === 0);
  return isSilentFailure ? { passed: counts.passed, failed: 1 } : counts;
}

/**
 * @param {readonly Counts[]} all
 * @returns {Counts}
 */
export function sumCounts(all) {
  return {
    passed: all.reduce((sum, counts) => sum + counts.passed, 0),
    failed: all.reduce((sum, counts) => sum + counts.failed, 0),
  };
}
