import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CatalogFile } from '../../../../contract/models/models.ts';
import { downloadRig, type RigOptions } from './download-rig.fixture.ts';
import { type HostileServer, type Manner, startHostileServer } from './hostile-server.fixture.ts';
import { entryFor, fileFor, pseudoModel, sha256Of } from './ports.fixture.ts';

/** What the server has, and something else of the same length. */
export const good = pseudoModel(400_000);
export const other = pseudoModel(400_000, 7);

/** One test's server and downloads; they change as the test goes on. */
export let server: HostileServer;
export let rig: Awaited<ReturnType<typeof downloadRig>>;

/** Before each test. */
export async function openCase(): Promise<void> {
  server = await startHostileServer(() => ({}));
}

/** After each test. */
export async function closeCase(): Promise<void> {
  await rig.remove();
  await server.close();
}

export async function useRig(options: RigOptions): Promise<void> {
  rig = await downloadRig(options);
}

/** A connection is cut only when what was sent has arrived: else chance decides what a test sees. */
export function hasArrived(sentBytes: number): boolean {
  return (rig.view()?.doneBytes ?? 0) >= sentBytes;
}

/** A rig whose server answers request n by `manners[n]`, and rightly from then on. */
export async function withServer(
  manners: Manner[],
  file: Partial<CatalogFile> = {},
  options: Partial<RigOptions> = {},
): Promise<void> {
  server.answer = (count) => ({ bytes: good, hasArrived, ...manners[count] });
  const entries = [entryFor(fileFor(good, file))];
  await useRig({ entries, hubOrigin: server.origin, ...options });
}

/** The download ended well and the file is the right one, byte for byte. */
export async function expectGood(): Promise<void> {
  expect(rig.view()).toBeUndefined();
  expect(rig.finished.map(({ modelPath }) => modelPath)).toEqual([join(rig.folder, 'model.gguf')]);
  expect(sha256Of(await readFile(join(rig.folder, 'model.gguf')))).toBe(sha256Of(good));
  expect(await rig.leftovers()).toEqual([]);
}

/** It failed with `code`, and nothing was put in place. */
export async function expectFailed(code: string): Promise<void> {
  expect(rig.view()).toMatchObject({ state: 'failed', error: { code } });
  expect((await readdir(rig.folder)).filter((name) => name.endsWith('.gguf'))).toEqual([]);
  expect(rig.finished).toEqual([]);
}
