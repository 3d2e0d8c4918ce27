import { expect, it } from 'vitest';
import { chapterIn, documentsChapter, withChapter } from './chapter.ts';

const note = { date: '2026-11-24', commit: 'abc', processor: 'a processor', load: 0.5 };

it('tells what was met and what was missed', () => {
  const chapter = documentsChapter(
    {
      search: {
        passagesPerSecond: 6000,
        queries: [{ passages: 100_000, medianMs: 20, slowMs: 30 }],
      },
      retrieval: [
        {
          ...{ set: 'zh', questions: 100, words: { ndcg: 0.5, recall: 0.6 } },
          ...{ meaning: { ndcg: 0.8, recall: 0.9 }, both: { ndcg: 0.84, recall: 0.9 } },
        },
      ],
    },
    note,
  );
  expect(chapter).toContain('6,000 passages/s** (wanted: 5,000;\nmet)');
  expect(chapter).toContain('Wanted of 100,000: 15 ms; **missed**');
  expect(chapter).toContain(
    '| Traditional Chinese | 100 | 50.0 / 60.0 | 80.0 / 90.0 | 84.0 / 90.0 | +4.0 (met) |',
  );
  expect(chapter).not.toContain('Reading files');
});

it('takes the place of the chapter before, and leaves the rest of the page', () => {
  const first = documentsChapter({}, note);
  const second = documentsChapter({}, { ...note, commit: 'def' });
  const page = withChapter('# Benchmarks\n\ntext\n', first);
  expect(chapterIn(page)).toBe(first);
  expect(withChapter(page, second)).toBe(page.replace('abc', 'def'));
  expect(chapterIn('# Benchmarks\n')).toBe('');
  expect(withChapter('# Benchmarks\n', '')).toBe('# Benchmarks\n');
});
