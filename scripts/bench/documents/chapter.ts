import type { EmbeddingSpeed } from './measure-embedding.ts';
import type { ReadingSpeed } from './measure-reading.ts';
import type { Quality, RetrievalResult } from './measure-retrieval.ts';
import type { SearchSpeed } from './measure-search.ts';
import { readerVersions } from './readers.ts';

/** All that `npm run bench:documents` measures; what did not run is absent. */
export interface DocumentFigures {
  reading?: ReadingSpeed[];
  search?: SearchSpeed;
  retrieval?: RetrievalResult[];
  embedding?: EmbeddingSpeed;
}

/** Of a run: when, of what, on what. */
export interface RunNote {
  date: string;
  commit: string;
  processor: string;
  /** Load average when it began: over the number of cores, times say little. */
  load: number;
}

const begin = '<!-- documents: written by npm run bench:documents -->';
const end = '<!-- /documents -->';

/** The chapter of a page that holds one; empty where none does. */
export function chapterIn(page: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  return from >= 0 && to > from ? page.slice(from, to + end.length) : '';
}

/** The page with this chapter in place of the one it holds, or at its end. */
export function withChapter(page: string, chapter: string): string {
  const old = chapterIn(page);
  if (chapter === '') return page;
  if (old !== '') return page.replace(old, () => chapter);
  return `${page.trimEnd()}${page === '' ? '' : '\n\n'}${chapter}\n`;
}

/** The chapter, between its marks. */
export function documentsChapter(figures: DocumentFigures, note: RunNote): string {
  const { reading, search, retrieval, embedding } = figures;
  const parts = [
    '## Documents and knowledge',
    `Measured on ${note.date} at commit ${note.commit}, ${note.processor}; load ${note.load.toFixed(1)} at the start.`,
    reading && readingTable(reading),
    search && searchTable(search),
    retrieval && retrievalTable(retrieval),
    embedding && embeddingLine(embedding),
  ].filter((part) => part !== undefined);
  return `${begin}\n${parts.join('\n\n')}\n${end}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');

function readingTable(speeds: readonly ReadingSpeed[]): string {
  const rows = speeds.map(({ format, reader, pagesPerSecond, chars, residentMegabytes }) => [
    ...[format, reader, whole(pagesPerSecond), whole(chars), whole(residentMegabytes)],
  ]);
  const ours = speeds.find(({ format, reader }) => format === 'pdf' && reader === 'parley');
  const wanted = ours ? ` Wanted of PDF: 250 or more; ${met(ours.pagesPerSecond >= 250)}.` : '';
  const others = Object.entries(readerVersions)
    .map((pair) => pair.join(' '))
    .join(', ');
  return `### Reading files

The same made-up files for everybody, one process each, one core, the median of the rounds after one that warms up; without
the sandbox around the extractor. A page is a printed page's worth of text. ${others}.${wanted}

${table(['format', 'reader', 'pages/s', 'characters given', 'resident MB'], rows)}`;
}

function searchTable({ passagesPerSecond, queries }: SearchSpeed): string {
  const rows = queries.map(({ passages, medianMs, slowMs }) => [
    ...[whole(passages), medianMs.toFixed(1), slowMs.toFixed(1)],
  ]);
  const most = queries.at(-1);
  const latency =
    most && most.passages >= 100_000
      ? ` Wanted of 100,000: 15 ms; ${met(most.medianMs <= 15)}.`
      : '';
  return `### Cutting, indexing, finding

Cut and put into the index of words, without vectors: **${whole(passagesPerSecond)} passages/s** (wanted: 5,000;
${met(passagesPerSecond >= 5000)}). A question, through the index's thread and the engine's process, by words and by vectors
of 384 floats, without the time to embed the question; vectors are made up.${latency}

${table(['passages', 'median ms', '95 % under ms'], rows)}`;
}

function retrievalTable(results: readonly RetrievalResult[]): string {
  const cell = ({ ndcg, recall }: Quality): string =>
    `${(ndcg * 100).toFixed(1)} / ${(recall * 100).toFixed(1)}`;
  const rows = results.map(({ set, questions, words, meaning, both }) => {
    const gain = (both.ndcg - Math.max(words.ndcg, meaning.ndcg)) * 100;
    const sign = gain >= 0 ? '+' : '';
    return [
      ...[setNames[set] ?? set, String(questions), cell(words), cell(meaning), cell(both)],
      `${sign}${gain.toFixed(1)} (${met(gain >= 3)})`,
    ];
  });
  return `### Finding the right passage

nDCG@10 / recall@5, in percent, over the frozen corpus of \`scripts/bench/documents/corpus\` (198 passages in two languages in
one index). Wanted: both together at least 3 points above the better one alone.

${table(['questions', 'number', 'words (BM25)', 'vectors', 'both', 'gain in nDCG'], rows)}`;
}

const setNames: Readonly<Record<string, string>> = {
  en: 'English',
  zh: 'Traditional Chinese',
  cross: 'across the two',
};

function embeddingLine({ threads, tokensPerSecond, benchTokensPerSecond }: EmbeddingSpeed): string {
  const ratio = tokensPerSecond / benchTokensPerSecond;
  return `### Embedding

multilingual-e5-small, ${threads} thread${threads === 1 ? '' : 's'}: **${whole(tokensPerSecond)} tokens/s** from text to vector, llama-bench
${whole(benchTokensPerSecond)} in reading 512 tokens: ${ratio.toFixed(2)} of it (wanted: 0.95; ${met(ratio >= 0.95)}).`;
}

function met(isMet: boolean): string {
  return isMet ? 'met' : '**missed**';
}
