import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../contract/errors/app-error.ts';
import {
  closeCase,
  expectFailed,
  expectGood,
  good,
  openCase,
  rig,
  server,
  useRig,
  withServer,
} from './testing/download-case.fixture.ts';
import { entryFor, fileFor, until } from './testing/ports.fixture.ts';

beforeEach(openCase);
afterEach(closeCase);

describe('what a person does', () => {
  const drip = { dripBytes: 4000, dripPauseMs: 10 };
  const isUnderWay = () => (rig.view()?.doneBytes ?? 0) > 40_000;

  it('pauses and resumes', async () => {
    await withServer([drip]);
    await rig.downloads.start('tiny');
    await until(isUnderWay);
    await rig.downloads.pause('tiny');
    const paused = rig.view();
    expect(paused).toMatchObject({ state: 'paused', error: null, bytesPerSecond: null });
    await rig.downloads.resume('tiny');
    await rig.downloads.settled('tiny');
    await expectGood();
    expect(server.requests[1]?.headers.range).toBe(`bytes=${paused?.doneBytes}-`);
  });
  it('cancels: nothing is left', async () => {
    await withServer([drip]);
    await rig.downloads.start('tiny');
    await until(isUnderWay);
    await rig.downloads.cancel('tiny');
    expect(rig.view()).toBeUndefined();
    expect(await rig.leftovers()).toEqual([]);
    await expect(rig.downloads.resume('tiny')).rejects.toMatchObject({
      code: 'download.not-found',
    });
  });
  it('closes the app and opens it: it is there, paused, and goes on', async () => {
    await withServer([drip]);
    await rig.downloads.start('tiny');
    await until(isUnderWay);
    await rig.downloads.close();
    const entries = [entryFor(fileFor(good))];
    const { folder } = rig;
    await useRig({ entries, hubOrigin: server.origin, folder });
    expect(rig.view()).toMatchObject({ state: 'paused', totalBytes: good.length });
    expect(rig.view()?.doneBytes).toBeGreaterThan(40_000);
    await rig.run();
    await expectGood();
    expect(server.requests[1]?.headers.range).toMatch(/^bytes=\d+-$/);
  });
  it('is killed between the note that a file is whole and its renaming: nothing is fetched again', async () => {
    await withServer([]);
    const { folder } = rig;
    const partial = join(folder, '.partial');
    const placed = join(folder, 'model.gguf');
    const record = { id: 'tiny', finished: { 'model.gguf': placed }, hasPackageBegun: false };
    await writeFile(join(partial, 'tiny.download.json'), JSON.stringify(record));
    await writeFile(join(partial, 'model.gguf.part'), good);
    const note = { etag: '"1"', totalBytes: good.length };
    await writeFile(join(partial, 'model.gguf.part.json'), JSON.stringify(note));
    const entries = [entryFor(fileFor(good))];
    await useRig({ entries, hubOrigin: server.origin, folder });
    expect(rig.view()).toMatchObject({ state: 'paused', doneBytes: good.length });
    await rig.run();
    await expectGood();
    expect(server.requests).toEqual([]);
  });
  it('is killed just after the renaming: what is whole is used, also without a pin', async () => {
    const file = fileFor(good, { sha256: null });
    await withServer([], { sha256: null });
    const { folder } = rig;
    const placed = join(folder, 'model.gguf');
    const record = { id: 'tiny', finished: { 'model.gguf': placed }, hasPackageBegun: false };
    await writeFile(join(folder, '.partial', 'tiny.download.json'), JSON.stringify(record));
    await writeFile(placed, good);
    await useRig({ entries: [entryFor(file)], hubOrigin: server.origin, folder });
    await rig.run();
    await expectGood();
    expect(server.requests).toEqual([]);
  });
  it('asks twice for the same: it is fetched once', async () => {
    await withServer([]);
    await Promise.all([rig.downloads.start('tiny'), rig.downloads.start('tiny')]);
    await rig.downloads.settled('tiny');
    await until(() => rig.view() === undefined);
    await expectGood();
    expect(server.requests).toHaveLength(1);
  });
  it('asks for what is not in the catalogue', async () => {
    await withServer([]);
    for (const ask of ['start', 'pause', 'resume', 'cancel'] as const) {
      await expect(rig.downloads[ask]('nothing')).rejects.toMatchObject({
        code: 'download.not-found',
        data: { downloadId: 'nothing' },
      });
    }
  });
});

describe('the disk', () => {
  it('with too little room: nothing is fetched and nothing stays', async () => {
    await withServer([], {}, { freeBytes: 256_399_999 });
    await expect(rig.downloads.start('tiny')).rejects.toMatchObject({
      code: 'download.no-space',
      data: { neededBytes: 256_400_000, freeBytes: 256_399_999 },
    });
    expect(server.requests).toEqual([]);
    expect(rig.view()).toBeUndefined();
    expect(await rig.leftovers()).toEqual([]);
  });
  it('with just enough room serves', async () => {
    await withServer([], {}, { freeBytes: 256_400_000 });
    await rig.run();
    await expectGood();
  });
});

it('a whole file that the engine refuses fails with the engine’s reason and is removed', async () => {
  const broken = { path: 'x', fault: 'version' as const, detail: '' };
  await withServer(
    [],
    {},
    { finish: () => Promise.reject(new AppError('model.file-broken', broken)) },
  );
  await rig.run();
  await expectFailed('model.file-broken');
});
