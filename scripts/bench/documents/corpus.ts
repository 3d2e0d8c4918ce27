import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'corpus');

/** One passage of the corpus. */
export interface CorpusPassage {
  /** `document/passage`. */
  id: string;
  language: 'en' | 'zh';
  title: string;
  heading: string;
  text: string;
}

/** A question and how relevant passages are to it: 2 answers, 1 helps, all others are 0. */
export interface CorpusQuery {
  text: string;
  judged: ReadonlyMap<string, number>;
}

export const querySets = ['en', 'zh', 'cross'] as const;
export type QuerySet = (typeof querySets)[number];

/** A question whose answer stands in one passage and holds one of `words`. */
export interface AnswerableQuestion {
  text: string;
  passageId: string;
  words: readonly string[];
}

/** A fact in the only form that the tests' own model understands. */
export interface TinyFact {
  attribute: string;
  entity: string;
  value: string;
}

/** All passages, in the order of the files. */
export function readPassages(): CorpusPassage[] {
  const names = readdirSync(folder).filter((name) => /^(en|zh)-.*\.md$/.test(name));
  return names.toSorted().flatMap((name) => {
    const language = name.startsWith('en') ? 'en' : 'zh';
    return readFileSync(join(folder, name), 'utf8')
      .split(/^# /m)
      .slice(1)
      .flatMap((part) => documentPassages(part, language));
  });
}

function documentPassages(part: string, language: 'en' | 'zh'): CorpusPassage[] {
  const [head = '', ...sections] = part.split(/^## /m);
  const [documentId, title] = named(head);
  return sections.map((section) => {
    const end = section.indexOf('\n');
    const [id, heading] = named(section.slice(0, end));
    return { id: `${documentId}/${id}`, language, title, heading, text: section.slice(end).trim() };
  });
}

function named(line: string): [id: string, name: string] {
  const [id = '', name = ''] = line.trim().split(' | ');
  return [id, name];
}

function rows(name: string): string[][] {
  const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split('\t'));
}

export function readQueries(set: QuerySet): CorpusQuery[] {
  return rows(`queries-${set}.tsv`).map(([text = '', judged = '']) => ({
    text,
    judged: new Map(
      judged.split(',').map((item) => {
        const [id = '', grade = '2'] = item.split(':');
        return [id, Number(grade)];
      }),
    ),
  }));
}

export function readAnswerable(): AnswerableQuestion[] {
  return rows('answerable.tsv').map(([text = '', passageId = '', words = '']) => ({
    ...{ text, passageId },
    words: words.split('|'),
  }));
}

export function readUnanswerable(): string[] {
  return rows('unanswerable.tsv').map(([text = '']) => text);
}

export function readTinyFacts(): TinyFact[] {
  return rows('tiny-facts.tsv').map(([attribute = '', entity = '', value = '']) => ({
    ...{ attribute, entity, value },
  }));
}

export function readTinyUnknown(): Omit<TinyFact, 'value'>[] {
  return rows('tiny-unknown.tsv').map(([attribute = '', entity = '']) => ({ attribute, entity }));
}
