import { randomBytes } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';

/** Crockford's alphabet: in ASCII order, without letters that look like digits. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const timeDigits = 10;
const randomDigits = 16;

function timePart(timeMs: number): string {
  let rest = timeMs;
  let digits = '';
  for (let index = 0; index < timeDigits; index += 1) {
    digits = alphabet.charAt(rest % 32) + digits;
    rest = Math.floor(rest / 32);
  }
  return digits;
}

/** 80 random bits, as numbers below 32, most significant first. */
function freshDigits(): number[] {
  return [...randomBytes(randomDigits)].map((byte) => byte % 32);
}

/** The next larger number; a wrap after 2^80 ids in one millisecond does not happen. */
function increment(digits: number[]): void {
  for (let index = digits.length - 1; index >= 0; index -= 1) {
    const next = ((digits[index] ?? 0) + 1) % 32;
    digits[index] = next;
    if (next !== 0) return;
  }
}

/**
 * Ids of 26 characters: 48 bits of time, then 80 bits of chance. Inside one process they sort strictly by
 * the order they were made in, also within a millisecond and when the clock goes back.
 */
export function sortableIds(clock: Pick<Clock, 'nowMs'>): Ids {
  let lastMs = -1;
  let digits: number[] = [];
  return {
    next() {
      const nowMs = Math.floor(clock.nowMs());
      if (nowMs > lastMs) {
        lastMs = nowMs;
        digits = freshDigits();
      } else {
        increment(digits);
      }
      return timePart(lastMs) + digits.map((digit) => alphabet.charAt(digit)).join('');
    },
  };
}
