import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import type { Job, MeasuredSpeed } from '../addon/index.d.ts';
import { type CalibrationSubject, Calibrator, type MeasureSize } from './calibrator.ts';
import type { Calibration } from './machine-notes.ts';

/** Tokens a second of a prompt in whole steps of 256; answers are a tenth as fast. */
type Speeds = (size: MeasureSize) => number;

/** Two threads of four are the fastest, and the size of a step does not matter. */
const bestOfTwo: Speeds = ({ threads }) => (threads === 2 ? 800 : 400);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function setUp(speedOf: Speeds, special: Partial<CalibrationSubject> = {}) {
  const machine = { nowMs: 0, measureMs: 0, isBusy: false, othersShare: 0.1 };
  const faults: Error[] = [];
  const measured: MeasureSize[] = [];
  const lines: string[] = [];
  const noted: Calibration[] = [];
  const threads: string[] = [];
  let isHanging = false;
  const measure = (size: MeasureSize): Job<MeasuredSpeed> => {
    measured.push(size);
    machine.nowMs += machine.measureMs;
    const fault = faults.shift();
    const { promise, resolve, reject } = Promise.withResolvers<MeasuredSpeed>();
    const speed = speedOf(size);
    if (fault) reject(fault);
    else if (!isHanging)
      resolve({ promptTokensPerSecond: speed, answerTokensPerSecond: speed / 10 });
    return { done: promise, cancel: () => reject(new AppError('cancelled', {})) };
  };
  const calibrator = new Calibrator({
    engine: {
      measure,
      setThreads: async ({ threads: count }) => void threads.push(`set ${count}`),
    },
    nowMs: () => machine.nowMs,
    isBusy: () => machine.isBusy,
    watchOthers: () => () => machine.othersShare,
    log: (line) => lines.push(line),
    onThreads: (count) => threads.push(`told ${count}`),
  });
  const subject: CalibrationSubject = {
    ...{ threads: 4, mostThreads: 4, batchTokens: 256, contextTokens: 8192 },
    ...{ gpu: null, isSecond: false },
    note: async (calibration) => void noted.push(calibration),
    ...special,
  };
  calibrator.begin(subject);
  const after = async (seconds: number): Promise<void> => {
    machine.nowMs += seconds * 1000;
    await calibrator.look();
  };
  const hang = (): void => {
    isHanging = true;
  };
  return { machine, faults, measured, lines, noted, threads, calibrator, after, hang };
}

test('the fastest number of threads is used at once, told, logged and noted', async () => {
  const { after, threads, noted, lines } = setUp(bestOfTwo);
  await after(3);
  expect(threads).toEqual(['set 2', 'told 2']);
  expect(noted).toEqual([{ threads: 2, batchTokens: 256, isFinal: true }]);
  expect(lines).toEqual([
    'calibrated: 2 threads of 4, steps of 256 tokens (prompt/answer tokens per second: ' +
      '4: 400.0/40.0, 2: 800.0/80.0, 3: 400.0/40.0)',
  ]);
});

test('it is done once for a load', async () => {
  const { after, measured } = setUp(bestOfTwo);
  await after(3);
  const count = measured.length;
  await after(3600);
  expect(measured).toHaveLength(count);
});

test('where the usual setting is the best, nothing is changed but noted', async () => {
  const { after, threads, noted } = setUp(({ threads: count }) => count * 100);
  await after(3);
  expect(threads).toEqual(['told 4']);
  expect(noted).toEqual([{ threads: 4, batchTokens: 256, isFinal: true }]);
});

test('it waits until nobody has asked for anything for three seconds', async () => {
  const { after, machine, calibrator, measured } = setUp(bestOfTwo);
  await after(2);
  machine.isBusy = true;
  await after(10);
  machine.isBusy = false;
  await after(2);
  calibrator.noteWork();
  await after(2);
  expect(measured).toEqual([]);
  await after(1);
  expect(measured).not.toEqual([]);
});

test('who comes meanwhile ends it at once; it is done later', async () => {
  const { after, machine, calibrator, measured, noted, lines, hang } = setUp(bestOfTwo);
  hang();
  const looking = after(3);
  calibrator.noteWork();
  await looking;
  expect([measured.length, noted.length]).toEqual([1, 0]);
  expect(lines).toEqual(['calibration ended early: cancelled']);
  machine.nowMs += 29_000;
  await calibrator.look();
  expect(measured).toHaveLength(1);
  const again = after(1);
  expect(measured).toHaveLength(2);
  calibrator.noteWork();
  await again;
});

test('after five times in vain it is left alone until the next load', async () => {
  const { after, calibrator, measured, hang } = setUp(bestOfTwo);
  hang();
  for (let round = 0; round < 10; round += 1) {
    const looking = after(60);
    calibrator.noteWork();
    await looking;
  }
  expect(measured).toHaveLength(5);
});

test('it takes ten seconds at most', async () => {
  const { after, noted, hang } = setUp(bestOfTwo);
  hang();
  const looking = after(3);
  await vi.advanceTimersByTimeAsync(10_000);
  await looking;
  expect(noted).toEqual([]);
});

test('where there is no time for all settings, those that were measured decide', async () => {
  const { after, machine, measured, noted } = setUp(bestOfTwo);
  machine.measureMs = 3000;
  await after(3);
  expect(new Set(measured.map(({ threads }) => threads))).toEqual(new Set([4, 2]));
  expect(noted).toEqual([{ threads: 2, batchTokens: 256, isFinal: true }]);
});

test('what was measured while other programs were busy does not count, and is done again', async () => {
  const { after, machine, noted, threads, lines } = setUp(bestOfTwo);
  machine.othersShare = 0.4;
  await after(3);
  expect([noted, threads]).toEqual([[], []]);
  expect(lines).toEqual(["not calibrated: other programs took 40 % of the cores' time"]);
  machine.othersShare = 0;
  await after(29);
  expect(noted).toEqual([]);
  await after(1);
  expect(noted).toHaveLength(1);
});

test('a model that goes is not measured any more', async () => {
  const { after, calibrator, measured } = setUp(bestOfTwo);
  calibrator.end();
  await after(60);
  expect(measured).toEqual([]);
});

test('a context without room is tried again later; a bug is not hidden', async () => {
  const { after, faults, noted, lines } = setUp(bestOfTwo);
  faults.push(new AppError('prompt.too-long', { promptTokens: 1, contextTokens: 1 }));
  await after(3);
  expect(lines).toEqual(['calibration ended early: prompt.too-long']);
  faults.push(new Error('a bug'));
  await expect(after(30)).rejects.toThrow('a bug');
  await after(30);
  expect(noted).toHaveLength(1);
});

test('larger steps that pay are used from the next load on, and measured once more there', async () => {
  const grows: Speeds = ({ batchTokens }) => batchTokens * 2;
  const first = setUp(grows);
  await first.after(3);
  expect(first.noted).toEqual([{ threads: 4, batchTokens: 512, isFinal: false }]);
  const second = setUp(grows, { batchTokens: 512, isSecond: true });
  await second.after(3);
  expect(second.noted).toEqual([{ threads: 4, batchTokens: 512, isFinal: true }]);
});

test('a slow computer measures few tokens, and no sizes of steps', async () => {
  const { after, measured, noted } = setUp(() => 20);
  await after(3);
  expect(Math.max(...measured.map(({ promptTokens }) => promptTokens))).toBe(16);
  expect(new Set(measured.map(({ batchTokens }) => batchTokens))).toEqual(new Set([256]));
  expect(noted).toEqual([{ threads: 4, batchTokens: 256, isFinal: true }]);
});

test.each([
  ['faster', 9000, { threads: 4, batchTokens: 256, isFinal: true, gpuLayers: 0 }],
  ['slower', 10, { threads: 4, batchTokens: 256, isFinal: true }],
])('a CPU that is %s than the GPU', async (_name, cpu, calibration) => {
  const speed = { promptTokensPerSecond: cpu, answerTokensPerSecond: cpu };
  const { after, noted } = setUp(() => 800, { gpu: { measureOnCpu: async () => speed } });
  await after(3);
  expect(noted).toEqual([calibration]);
});

test('where the CPU cannot be measured, the GPU stays', async () => {
  const { after, noted } = setUp(() => 800, { gpu: { measureOnCpu: async () => undefined } });
  await after(3);
  expect(noted).toEqual([{ threads: 4, batchTokens: 256, isFinal: true }]);
});
