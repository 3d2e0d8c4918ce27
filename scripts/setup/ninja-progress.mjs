/** Turns ninja's `[64/185] Building …` lines into a progress line for people. */
import { duration } from './say.mjs';

/** On a terminal the line is rewritten; in a log a new one appears at most this often. */
const LOG_EVERY_MS = 20_000;

/**
 * Step and total of a ninja line, or undefined.
 * @param {string} line
 */
export function parseNinjaLine(line) {
  const match = /^\[(\d+)\/(\d+)\]/.exec(line);
  return match ? { step: Number(match[1]), total: Number(match[2]) } : undefined;
}

/**
 * A listener for ninja's lines that reports progress to `stream`.
 * @param {{ write: (text: string) => unknown, isTTY?: boolean }} stream
 * @param {() => number} [nowMs]
 * @returns {(line: string) => void}
 */
export function ninjaProgress(stream, nowMs = Date.now) {
  const startedMs = nowMs();
  let loggedMs = startedMs;
  return (line) => {
    const progress = parseNinjaLine(line);
    if (!progress) return;
    const text = `[${progress.step}/${progress.total}] ${duration(nowMs() - startedMs)}`;
    const isLast = progress.step === progress.total;
    if (stream.isTTY) {
      stream.write(`\r  ${text}   ${isLast ? '\n' : ''}`);
    } else if (isLast || nowMs() - loggedMs >= LOG_EVERY_MS) {
      loggedMs = nowMs();
      stream.write(`  ${text}\n`);
    }
  };
}
