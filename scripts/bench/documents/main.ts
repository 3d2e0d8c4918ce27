// `npm run bench:documents`: measures what is done with documents and writes its chapter of docs/benchmarks.md.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheDir } from '../../setup/platform.mjs';
import { pinToCores } from '../machine.ts';
import { say } from '../say.ts';
import { requireTools } from '../tools.ts';
import { type DocumentFigures, documentsChapter, withChapter } from './chapter.ts';
import { requireEmbeddingModel } from './embedding-file.ts';
import { measureEmbedding } from './measure-embedding.ts';
import { measureReading } from './measure-reading.ts';
import { measureRetrieval } from './measure-retrieval.ts';
import { measureSearch } from './measure-search.ts';
import { installReaders } from './readers.ts';

const partNames = ['reading', 'search', 'retrieval', 'embedding'] as const;
type PartName = (typeof partNames)[number];

const usage = `npm run bench:documents -- [options]
  --parts ${partNames.join(',')}   only these; the figures of the others are kept from before
  --threads N     compute threads of the engine (default 1)
  --rounds N      rounds of what is timed (default 5)
  --quick         fewer pages and passages, to try the benchmark itself; its figures say little
  --print         print the chapter and leave docs/benchmarks.md as it is`;

const root = resolve(import.meta.dirname, '../../..');
const page = join(root, 'docs', 'benchmarks.md');
const cache = cacheDir();

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: partNames.join(',') },
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    print: { type: 'boolean', default: false },
  },
});

const isPartName = (text: string): text is PartName =>
  (partNames as readonly string[]).includes(text);

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(usage);
  return number;
}

const parts = values.parts.split(',');
if (!parts.every(isPartName)) throw new Error(usage);
const threads = positive(values.threads);
const rounds = values.quick ? 2 : positive(values.rounds);

/** Each part by itself, so that one that fails takes no other with it. */
const measured: Record<PartName, () => Promise<Partial<DocumentFigures>>> = {
  reading: async () => ({
    reading: await measureReading({
      packages: await installReaders(cache),
      ...{ pages: values.quick ? 20 : 100, rounds, tell: say },
    }),
  }),
  search: async () => ({
    search: await measureSearch(values.quick ? [1000] : [1000, 10_000, 100_000]),
  }),
  retrieval: async () => ({
    retrieval: await measureRetrieval({ modelPath: await modelPath(), threads }),
  }),
  embedding: async () => {
    const addonDir = process.env['PARLEY_ADDON_BUILD'] ?? '';
    const { llamaBench } = await requireTools(root, { cache, addonDir });
    return {
      embedding: await measureEmbedding({
        ...{ modelPath: await modelPath(), llamaBench, threads, rounds },
      }),
    };
  },
};

async function modelPath(): Promise<string> {
  return (await requireEmbeddingModel(join(cache, 'bench-models'), say)).modelPath;
}

function commitOf(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
  return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? ' with changes' : ''}`;
}

const kept = join(cache, 'bench-results', 'documents.json');
const figures: DocumentFigures = existsSync(kept)
  ? (JSON.parse(readFileSync(kept, 'utf8')) as DocumentFigures)
  : {};
const note = {
  date: new Date().toISOString().slice(0, 10),
  commit: commitOf(),
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  load: loadavg()[0] ?? 0,
};
pinToCores(Math.max(threads, 2));
for (const part of partNames) {
  if (!parts.includes(part)) continue;
  const startMs = performance.now();
  Object.assign(figures, await measured[part]());
  say(`${part}: ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
}
const chapter = documentsChapter(figures, note);
say(chapter);
if (!values.print) {
  if (!values.quick) {
    mkdirSync(join(cache, 'bench-results'), { recursive: true });
    writeFileSync(kept, JSON.stringify(figures));
  }
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '# Benchmarks\n';
  writeFileSync(page, withChapter(before, chapter));
  say(`Written: ${page}`);
}
