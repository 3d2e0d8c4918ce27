import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MachineNotes } from './machine-notes.ts';

const newPath = (): string => join(mkdtempSync(join(tmpdir(), 'parley-notes-')), 'a', 'notes.json');
const some = { modelBytes: 1, contextBytes: 2, computeBytes: 3, projectorBytes: 0 };
const fast = { threads: 2, batchTokens: 256, isFinal: true };

test('what was noted is there after a restart and is not found out again', async () => {
  const path = newPath();
  const first = new MachineNotes(path);
  expect(await first.estimate('m', () => Promise.resolve(some))).toEqual(some);
  first.noteCalibration('m', fast);
  await first.saved();
  const second = new MachineNotes(path);
  expect(await second.estimate('m', () => Promise.reject(new Error('asked again')))).toEqual(some);
  expect(second.calibration('m')).toEqual(fast);
  expect(second.calibration('other')).toBeUndefined();
});

test('an estimate that fails is not noted', async () => {
  const notes = new MachineNotes(undefined);
  await expect(notes.estimate('m', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await notes.estimate('m', () => Promise.resolve(some))).toEqual(some);
});

test.each(['', '{', '{"version":2}', '{"version":1,"estimates":{"m":{}},"calibrations":{}}'])(
  'a broken file is as good as none: %s',
  async (text) => {
    const path = join(mkdtempSync(join(tmpdir(), 'parley-notes-')), 'notes.json');
    writeFileSync(path, text);
    const notes = new MachineNotes(path);
    expect(notes.calibration('m')).toBeUndefined();
    notes.noteCalibration('m', fast);
    await notes.saved();
    expect(new MachineNotes(path).calibration('m')).toEqual(fast);
  },
);

test('a place that cannot be written costs only time', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'parley-notes-')), 'file');
  writeFileSync(file, '');
  const notes = new MachineNotes(join(file, 'notes.json'));
  notes.noteCalibration('m', fast);
  await notes.saved();
  expect(notes.calibration('m')).toEqual(fast);
});

test('the oldest notes go when there are very many', async () => {
  const path = newPath();
  const notes = new MachineNotes(path);
  for (let number = 0; number < 250; number += 1) notes.noteCalibration(`m${number}`, fast);
  await notes.saved();
  expect(notes.calibration('m49')).toBeUndefined();
  expect(notes.calibration('m50')).toEqual(fast);
  expect(readFileSync(path, 'utf8').length).toBeLessThan(20_000);
});
