import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AppError } from '../../../contract/errors/app-error.ts';
import { convertEmbedder } from './convert-embedder.ts';
import { readContainer } from './e5-container.ts';
import { containerBytes, tinySpec } from './testing/container.fixture.ts';

let folder: string;
let path: string;
let targetPath: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-convert-'));
  path = join(folder, 'e5.bin');
  targetPath = join(folder, 'e5.gguf');
  await writeFile(path, containerBytes(tinySpec()));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function convert(signal = new AbortController().signal) {
  const steps = convertEmbedder({ format: 'e5s1', path, targetPath }, signal);
  const fractions: number[] = [];
  for (;;) {
    const step = await steps.next();
    if (step.done) return { fractions, ...step.value };
    fractions.push(step.value.fraction);
  }
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

it('copies every weight byte for byte, each at a multiple of 32', async () => {
  const { fileBytes, fractions } = await convert();
  const made = await readFile(targetPath);
  expect(made.length).toBe(fileBytes);
  expect(made.toString('latin1', 0, 4)).toBe('GGUF');
  expect(fractions.at(-1)).toBe(1);
  expect(fractions).toEqual(fractions.toSorted((left, right) => left - right));
  const source = await readFile(path);
  const { tensors } = readContainer(source, { path, fileBytes: source.length });
  const total = tensors.reduce((sum, { byteLength }) => sum + Math.ceil(byteLength / 32) * 32, 0);
  let at = fileBytes - total;
  expect(at % 32).toBe(0);
  for (const { name, offset, byteLength } of tensors) {
    const copied = made.subarray(at, at + byteLength);
    expect(copied.equals(source.subarray(offset, offset + byteLength)), name).toBe(true);
    at += Math.ceil(byteLength / 32) * 32;
  }
  expect(at).toBe(fileBytes);
});

it('gives the same bytes at every run, and leaves nothing beside them', async () => {
  await convert();
  const first = await readFile(targetPath);
  await convert();
  expect((await readFile(targetPath)).equals(first)).toBe(true);
  expect((await readdir(folder)).toSorted()).toEqual(['e5.bin', 'e5.gguf']);
});

it('leaves what was there when it is cancelled', async () => {
  await writeFile(targetPath, 'the old one');
  const abort = new AbortController();
  const steps = convertEmbedder({ format: 'e5s1', path, targetPath }, abort.signal);
  await steps.next();
  abort.abort();
  expect(await errorOf(steps.next())).toBe(abort.signal.reason);
  expect(await readFile(targetPath, 'utf8')).toBe('the old one');
  expect((await readdir(folder)).toSorted()).toEqual(['e5.bin', 'e5.gguf']);
});

it('says when the container is not there', async () => {
  await rm(path);
  expect(AppError.is(await errorOf(convert()), 'model.file-missing')).toBe(true);
});

it('says when the container is cut in its weights, and leaves nothing', async () => {
  await writeFile(path, containerBytes(tinySpec()).subarray(0, -1));
  expect(AppError.is(await errorOf(convert()), 'model.file-broken')).toBe(true);
  expect(await readdir(folder)).toEqual(['e5.bin']);
});

it.skipIf(process.platform !== 'linux')(
  'says when the disk is full, and leaves nothing',
  async () => {
    await symlink('/dev/full', `${targetPath}.new`);
    expect(AppError.is(await errorOf(convert()), 'storage.full')).toBe(true);
    expect(await readdir(folder)).toEqual(['e5.bin']);
  },
);
