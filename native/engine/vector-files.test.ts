import { expect, test } from 'vitest';
import type { VectorHits } from '../addon/index.d.ts';
import type { Addon, VectorFile } from './native-binding.ts';
import { VectorFiles } from './vector-files.ts';

const caller = { signal: new AbortController().signal };
const ref = { path: '/v', dimensions: 2 };

/** Files in memory, opened and closed as slowly as real ones may be. */
function setUp() {
  const did: string[] = [];
  const fails: { open?: Error } = {};
  const open = async (request: { path: string; dimensions: number }): Promise<VectorFile> => {
    did.push(`open ${request.path}`);
    await new Promise(setImmediate);
    if (fails.open) throw fails.open;
    let floats = 0;
    return {
      dimensions: request.dimensions,
      get rowCount() {
        return floats / request.dimensions;
      },
      append: (vectors) => {
        const firstRow = floats / request.dimensions;
        floats += vectors.length;
        return Promise.resolve(firstRow);
      },
      scan: (query, options) => {
        did.push(`scan ${query.join(' ')} ${JSON.stringify(options)}`);
        const hits: VectorHits = { rows: Uint32Array.of(1), scores: Float32Array.of(0.5) };
        return Promise.resolve(hits);
      },
      close: async () => {
        await new Promise(setImmediate);
        did.push(`closed ${request.path}`);
      },
    };
  };
  const files = new VectorFiles({ VectorIndex: { open } } as unknown as Addon);
  return { files, did, fails, ...files.handlers };
}

test('the first request opens the file, whichever it is, and it stays open', async () => {
  const { open, append, scan, did } = setUp();
  const vectors = Float32Array.of(1, 2, 3, 4);
  expect(await append({ ...ref, vectors }, caller)).toEqual({ firstRow: 0, rowCount: 2 });
  expect(await append({ ...ref, vectors }, caller)).toEqual({ firstRow: 2, rowCount: 4 });
  expect(await open(ref, caller)).toEqual({ rowCount: 4 });
  const query = Float32Array.of(1, 0);
  const hits = await scan({ ...ref, query, count: 3, filter: Uint8Array.of(2) }, caller);
  expect(hits).toEqual({ rows: Uint32Array.of(1), scores: Float32Array.of(0.5) });
  expect(did).toEqual(['open /v', 'scan 1 0 {"count":3,"filter":{"0":2}}']);
});

test('two requests at the same time open it once', async () => {
  const { open, did } = setUp();
  await Promise.all([open(ref, caller), open(ref, caller)]);
  expect(did).toEqual(['open /v']);
});

test('another width than the open file has is refused', async () => {
  const { open } = setUp();
  await open(ref, caller);
  await expect(open({ ...ref, dimensions: 3 }, caller)).rejects.toMatchObject({
    code: 'vectors.broken',
    data: { path: '/v', fault: 'dimensions' },
  });
});

test('a file that could not be opened is tried again by the next request', async () => {
  const { open, fails } = setUp();
  fails.open = new Error('in the way');
  await expect(open(ref, caller)).rejects.toThrow('in the way');
  delete fails.open;
  expect(await open(ref, caller)).toEqual({ rowCount: 0 });
});

test('closing waits for the end, and who comes meanwhile opens it anew after that', async () => {
  const { open, close, did } = setUp();
  await open(ref, caller);
  const closing = close({ path: '/v' }, caller);
  const again = open(ref, caller);
  await Promise.all([closing, again]);
  expect(did).toEqual(['open /v', 'closed /v', 'open /v']);
  await close({ path: '/never-opened' }, caller);
});

test('at the end all are closed', async () => {
  const { files, open, did } = setUp();
  await open(ref, caller);
  await open({ path: '/w', dimensions: 3 }, caller);
  await files.close();
  expect(did.slice(2).toSorted()).toEqual(['closed /v', 'closed /w']);
});
