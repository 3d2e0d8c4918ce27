import { describe, expect, test } from 'vitest';
import { extractorExitCode } from '../../contract/extractor-contract.ts';
import { whyEnded } from './how-ended.ts';
import { Slots } from './slots.ts';

/** Takes a place and notes when it has it. */
function taker(slots: Slots, order: string[]) {
  return async (name: string, isInBackground = false) => {
    const give = await slots.take({ isInBackground });
    order.push(name);
    return give;
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('turns', () => {
  test('work that nobody waits for leaves a place free', async () => {
    const slots = new Slots({ all: 2, inBackground: 1 });
    const order: string[] = [];
    const take = taker(slots, order);
    await take('background 1', true);
    void take('background 2', true);
    await settled();
    await take('awaited');
    expect(order).toEqual(['background 1', 'awaited']);
  });

  test('whoever a person waits for goes first, and a place given twice is one place', async () => {
    const slots = new Slots({ all: 1, inBackground: 1 });
    const order: string[] = [];
    const take = taker(slots, order);
    const give = await take('first');
    void take('background', true);
    void take('second');
    void take('third');
    give();
    give();
    await settled();
    expect(order).toEqual(['first', 'second']);
  });
});

test.each([
  { exitCode: extractorExitCode.tooHeavy, signal: null, line: '', why: 'too-heavy' },
  { exitCode: extractorExitCode.tooSlow, signal: null, line: '', why: 'too-slow' },
  { exitCode: extractorExitCode.unavailable, signal: null, line: '', why: 'unavailable' },
  { exitCode: null, signal: 'SIGXCPU', line: '', why: 'too-slow' },
  { exitCode: 24 + 128, signal: null, line: '', why: 'too-slow' },
  { exitCode: null, signal: 'SIGABRT', line: 'JavaScript heap out of memory', why: 'too-heavy' },
  { exitCode: null, signal: 'SIGSEGV', line: '', why: 'crashed' },
  { exitCode: 0, signal: null, line: 'out of memory', why: 'crashed' },
])('exit code $exitCode and signal $signal mean $why', ({ exitCode, signal, line, why }) => {
  expect(whyEnded(exitCode, signal, [line])).toBe(why);
});
