import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { catalog } from '../../../contract/models/models.ts';
import { downloadBytesOf, filesOf, hubUrl, readCatalog, sourceLabel } from './catalog-file.ts';
import { isSafeFileName } from './file-name.ts';
import { memoryFit } from './memory-fit.ts';
import { recommend } from './recommend.ts';

const assets = fileURLToPath(new URL('../../../assets', import.meta.url));
const entries = await readCatalog(assets);
const files = entries.flatMap(filesOf);
const gib = 2 ** 30;

describe('the catalogue', () => {
  it('fits its schema and has entries for 4, 8, 16 and 32 GB', () => {
    expect(catalog.safeParse({ entries }).success).toBe(true);
    expect(entries.length).toBeGreaterThanOrEqual(12);
    for (const memoryGb of [4, 8, 16, 32]) {
      const ranks = entries.filter((entry) => entry.memoryGb === memoryGb).map(({ rank }) => rank);
      expect(ranks.filter((rank) => rank === 1)).toHaveLength(1);
      expect(new Set(ranks).size).toBe(ranks.length);
    }
  });
  it('names every entry and file once, by names that are safe everywhere', () => {
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
    for (const { id } of entries) expect(id).toMatch(/^[a-z0-9][a-z0-9.-]{0,60}[a-z0-9]$/);
    expect(new Set(files.map(({ name }) => name.toLowerCase())).size).toBe(files.length);
    for (const { name } of files) {
      expect(isSafeFileName(name)).toBe(true);
      expect(name).toMatch(/\.gguf$/);
    }
  });
  it('pins by hash, and no two files by the same one', () => {
    const pins = files.map(({ sha256 }) => sha256).filter((pin) => pin !== null);
    for (const pin of pins) expect(pin).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(pins).size).toBe(pins.length);
    expect(pins.length).toBeGreaterThan(files.length / 2);
  });
  it('gives what sees a projector, and a projector to nothing else', () => {
    for (const entry of entries) {
      expect(entry.projector !== null).toBe(entry.abilities.includes('sees'));
    }
  });
  it('has positive sizes and only ranks above nought', () => {
    for (const file of files) expect(file.fileBytes).toBeGreaterThan(1_000_000);
  });
  it('offers one quick try, called weak, of known size and hash, with a second source', () => {
    const [quick, ...others] = entries.filter(({ isQuickTry }) => isQuickTry);
    expect(others).toEqual([]);
    expect(quick).toMatchObject({ isWeak: true, projector: null });
    expect(quick?.model).toMatchObject({ fileBytes: 98_362_432, hasExactSize: true });
    expect(quick?.model.sources.map(({ kind }) => kind)).toEqual(['huggingface', 'python-package']);
  });
});

describe('the embedding model', () => {
  const [entry, ...others] = entries.filter(({ role }) => role === 'embedding');
  it('is the only one, small, pinned before and after it is made', () => {
    expect(others).toEqual([]);
    expect(entry?.model).toMatchObject({ hasExactSize: true, fileBytes: 73_631_392 });
    expect(entry?.model.sha256).not.toBeNull();
    const [source] = entry?.model.sources ?? [];
    expect(source).toMatchObject({ kind: 'python-package', conversion: { format: 'e5s1' } });
  });
  it('is never advised for a chat', () => {
    expect(entry && recommend([entry], 64 * gib)).toBeNull();
  });
});

describe('recommend', () => {
  it.each([
    [1.5, null],
    [2, 'minicpm5-1b'],
    [4, 'qwen3.5-0.8b'],
    [6, 'qwen3.5-0.8b'],
    [7.7, 'qwen3.5-4b'],
    [8, 'qwen3.5-4b'],
    [12, 'qwen3.5-4b'],
    [15.4, 'qwen3.5-9b'],
    [16, 'qwen3.5-9b'],
    [24, 'qwen3.5-9b'],
    [31, 'qwen3.6-35b-a3b'],
    [32, 'qwen3.6-35b-a3b'],
    [128, 'qwen3.6-35b-a3b'],
  ])('for %d GiB advises %s', (memoryGib, id) => {
    expect(recommend(entries, memoryGib * gib)?.id ?? null).toBe(id);
  });
  it('never advises the quick try, and nothing from nothing', () => {
    const quick = entries.filter(({ isQuickTry }) => isQuickTry);
    expect(recommend(quick, 64 * gib)).toBeNull();
    expect(recommend([], 64 * gib)).toBeNull();
  });
});

describe('memoryFit', () => {
  it.each(entries.map((entry) => [entry.id, entry] as const))(
    '%s runs in its class',
    (_id, entry) => {
      expect(memoryFit(entry, entry.memoryGb * gib)).not.toBe('too-big');
    },
  );
  const fitOf = (id: string, memoryGib: number) => {
    const entry = entries.find((candidate) => candidate.id === id);
    return entry && memoryFit(entry, memoryGib * gib);
  };
  it.each([
    ['smollm2-135m', 4, 'fits'],
    ['qwen3.5-0.8b', 4, 'fits'],
    ['qwen3.5-0.8b', 2, 'too-big'],
    ['qwen3.5-2b', 4, 'tight'],
    ['qwen3.5-4b', 4, 'too-big'],
    ['qwen3.5-4b', 8, 'fits'],
    ['gemma-4-e4b-qat', 8, 'too-big'],
    ['gemma-4-e2b-qat', 8, 'fits'],
    ['qwen3.5-9b', 8, 'too-big'],
    ['qwen3.5-9b', 16, 'fits'],
    ['gpt-oss-20b', 16, 'tight'],
    ['gpt-oss-20b', 8, 'too-big'],
    ['qwen3.6-35b-a3b', 16, 'too-big'],
    ['qwen3.6-35b-a3b', 32, 'fits'],
  ])('%s in %d GiB: %s', (id, memoryGib, fit) => expect(fitOf(id, memoryGib)).toBe(fit));
});

describe('sources', () => {
  const hub = { kind: 'huggingface', repository: 'a/b', file: 'c d.gguf', revision: null } as const;
  it('makes an address of which no part can leave its place', () => {
    expect(hubUrl(hub, 'https://hub.test')).toBe('https://hub.test/a/b/resolve/main/c%20d.gguf');
    const odd = { ...hub, file: 'x?y#z.gguf', revision: 'abc' };
    expect(hubUrl(odd, 'https://hub.test')).toBe('https://hub.test/a/b/resolve/abc/x%3Fy%23z.gguf');
  });
  it('calls sources by what people know', () => {
    expect(sourceLabel(hub, 'https://hub.test:1234')).toBe('hub.test');
    const pypi = {
      kind: 'python-package',
      package: 'p',
      version: '1',
      file: 'f',
      conversion: null,
    } as const;
    expect(sourceLabel({ ...pypi, downloadBytes: null }, 'https://hub.test')).toBe('PyPI: p 1');
  });
  it('counts the projector into the download', () => {
    const sees = entries.find(({ id }) => id === 'qwen3.5-4b');
    expect(sees && downloadBytesOf(sees)).toBe(3_412_000_000);
  });
});
