/** What set-up prints, and how it stops. */

/**
 * A reason to stop that a person can mend. `sentence` says what is wrong, `command` is what to type.
 */
export class SetupError extends Error {
  /**
   * @param {string} sentence
   * @param {string} command
   * @param {{ cause?: unknown }} [options]
   */
  constructor(sentence, command, options) {
    super(`${sentence}\n  To mend it: ${command}`, options);
    this.name = 'SetupError';
    this.sentence = sentence;
    this.command = command;
  }
}

/**
 * Announces a step: what happens now and how long it may take.
 * @param {string} what
 * @param {string} [howLong]
 */
export function announce(what, howLong) {
  process.stdout.write(howLong ? `• ${what} (${howLong})\n` : `• ${what}\n`);
}

/**
 * Prints one line that belongs to the step before it.
 * @param {string} text
 */
export function note(text) {
  process.stdout.write(`  ${text}\n`);
}

/**
 * Runs an entry script: a SetupError ends it with its sentence and 1, anything else with its stack.
 * @param {() => Promise<number>} run resolves to the exit code
 * @param {string} [closingLine] printed last when the script stopped, for what reads the log
 */
export async function exitWith(run, closingLine) {
  try {
    process.exitCode = await run();
  } catch (error) {
    const text =
      error instanceof SetupError
        ? error.message
        : String((error instanceof Error && error.stack) || error);
    process.stderr.write(`\n${text}\n`);
    if (closingLine) process.stdout.write(`${closingLine}\n`);
    process.exitCode = 1;
  }
}

/**
 * Seconds or minutes, for people: `12 s`, `4 min 05 s`.
 * @param {number} ms
 */
export function duration(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
