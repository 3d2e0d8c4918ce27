import { describe, expect, it } from 'vitest';
import { contentWords } from './content-words.ts';
import {
  querySets,
  readAnswerable,
  readPassages,
  readQueries,
  readTinyFacts,
  readTinyUnknown,
  readUnanswerable,
} from './corpus.ts';

const passages = readPassages();
const byId = new Map(passages.map((passage) => [passage.id, passage]));

const shared = (left: Set<string>, right: Set<string>): number =>
  [...left].filter((word) => right.has(word)).length;

describe('the corpus', () => {
  it('has passages in both languages, each with a name and a text of its own', () => {
    for (const language of ['en', 'zh']) {
      expect(passages.filter((passage) => passage.language === language).length).toBeGreaterThan(
        80,
      );
    }
    expect(byId.size).toBe(passages.length);
    expect(new Set(passages.map(({ text }) => text)).size).toBe(passages.length);
    for (const { title, heading, text } of passages) {
      expect(title).not.toBe('');
      expect(heading).not.toBe('');
      expect(text.length).toBeGreaterThan(60);
    }
  });
  it('has enough questions of each kind, none twice', () => {
    const counts = querySets.map((set) => readQueries(set).length);
    expect(counts[0]).toBeGreaterThanOrEqual(100);
    expect(counts[1]).toBeGreaterThanOrEqual(100);
    expect(counts[2]).toBeGreaterThanOrEqual(30);
    const texts = querySets.flatMap((set) => readQueries(set).map(({ text }) => text));
    expect(new Set(texts).size).toBe(texts.length);
    expect(readAnswerable().length).toBeGreaterThanOrEqual(30);
    expect(readUnanswerable().length).toBeGreaterThanOrEqual(15);
    expect(readTinyFacts().length).toBeGreaterThanOrEqual(30);
    expect(readTinyUnknown().length).toBeGreaterThanOrEqual(15);
  });
});

describe.each(querySets)('a question of the set %s', (set) => {
  const queries = readQueries(set);
  it('is judged by passages that exist, of which one at least answers it', () => {
    for (const { text, judged } of queries) {
      for (const [id, grade] of judged) {
        expect(byId.has(id), `${text}: ${id}`).toBe(true);
        expect([1, 2]).toContain(grade);
      }
      expect([...judged.values()], text).toContain(2);
    }
  });
  it('uses at most a third of the content words of each passage that it is judged by', () => {
    for (const { text, judged } of queries) {
      const words = contentWords(text);
      for (const id of judged.keys()) {
        const passage = contentWords(byId.get(id)?.text ?? '');
        expect(shared(words, passage) / passage.size, `${text}: ${id}`).toBeLessThanOrEqual(1 / 3);
      }
    }
  });
  it('has at most a third of its own content words from the passage, on average', () => {
    const shares = queries.map(({ text, judged }) => {
      const words = contentWords(text);
      const [id = ''] = judged.keys();
      return words.size === 0
        ? 0
        : shared(words, contentWords(byId.get(id)?.text ?? '')) / words.size;
    });
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeLessThanOrEqual(
      1 / 3,
    );
  });
});

describe('the questions that are to be answered', () => {
  it('have an answer whose words stand in the passage', () => {
    for (const { text, passageId, words } of readAnswerable()) {
      const passage = byId.get(passageId)?.text.toLowerCase() ?? '';
      expect(
        words.some((word) => passage.includes(word.toLowerCase())),
        text,
      ).toBe(true);
    }
  });
  it('of the unknown are not among the facts', () => {
    const facts = new Set(readTinyFacts().map(({ attribute, entity }) => `${attribute} ${entity}`));
    for (const { attribute, entity } of readTinyUnknown()) {
      expect(facts.has(`${attribute} ${entity}`)).toBe(false);
    }
  });
});
