import { expect, test } from 'vitest';
import { documentId } from '../../../contract/documents/documents.ts';
import type { PictureRequest } from './library.ts';
import { PictureCache } from './picture-cache.ts';

const { signal } = new AbortController();
const of = (name: string, page = 1): PictureRequest => ({
  ...{ documentId: documentId.parse(name), page, maxPx: 8, signal },
});

function start(limitBytes?: number) {
  const decoded: string[] = [];
  const cache = new PictureCache(
    {
      pixels: async ({ documentId: id, page }) => {
        if (id === 'broken') throw new Error('no picture');
        decoded.push(`${id}-${page}`);
        return { width: 2, height: 2, rgb: new Uint8Array(12) };
      },
    },
    limitBytes,
  );
  return { cache, decoded };
}

test('a picture is decoded once, and each page of a document is one of its own', async () => {
  const { cache, decoded } = start();
  const first = await cache.get(of('a'));
  expect(await cache.get(of('a'))).toBe(first);
  await cache.get(of('a', 2));
  expect(decoded).toEqual(['a-1', 'a-2']);
});

test('what was used longest ago makes room', async () => {
  const { cache, decoded } = start(24);
  for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.get(of(name));
  expect(decoded).toEqual(['a-1', 'b-1', 'c-1', 'b-1']);
});

test('one that is larger than the cap is handed out all the same', async () => {
  const { cache, decoded } = start(4);
  expect((await cache.get(of('a'))).width).toBe(2);
  await cache.get(of('a'));
  expect(decoded).toEqual(['a-1', 'a-1']);
});

test('a failure is told each time, and costs nothing else', async () => {
  const { cache, decoded } = start();
  await cache.get(of('a'));
  await expect(cache.get(of('broken'))).rejects.toThrow('no picture');
  await expect(cache.get(of('broken'))).rejects.toThrow('no picture');
  await cache.get(of('a'));
  expect(decoded).toEqual(['a-1']);
});
