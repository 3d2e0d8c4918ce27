import type { Token } from 'markdown-it';
import { adjustHeadings, languageOfInfo, markdown, type ParseState } from './parser.ts';
import { repairTail } from './repair.ts';
import { type SafeHtml, sanitise } from './sanitise.ts';

/** A top-level piece of a text. `id` is its place in the text and never changes; a block object is immutable. */
export type Block =
  | { readonly kind: 'html'; readonly id: number; readonly html: SafeHtml }
  | {
      readonly kind: 'code';
      readonly id: number;
      /** As written after the fence, lower case; empty when nothing was. */
      readonly language: string;
      readonly code: string;
      /** The closing fence has come (or the text has ended). */
      readonly isClosed: boolean;
    };

interface Group {
  startLine: number;
  tokens: Token[];
}

/** Blocks that stay open: what follows may still change the last one, and a half line the one before it. */
const openGroups = 2;
const label = /\[((?:[^[\]\\]|\\.){1,999})\]/gu;

/** Cuts a token list at its top-level blocks. */
function groupsOf(tokens: readonly Token[]): Group[] {
  const groups: Group[] = [];
  let group: Group | undefined;
  for (const token of tokens) {
    if (!group) {
      group = { startLine: token.map?.[0] ?? 0, tokens: [] };
      groups.push(group);
    }
    group.tokens.push(token);
    if (token.level === 0 && token.nesting !== 1) group = undefined;
  }
  return groups;
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let passed = 0; passed < line; passed += 1) offset = text.indexOf('\n', offset) + 1;
  return offset;
}

function hasClosingFence(source: string, markup: string): boolean {
  const text = source.trimEnd();
  const lastLine = text.slice(text.lastIndexOf('\n') + 1).trim();
  const isMarksOnly = lastLine.length >= markup.length && /^(?:`+|~+)$/u.test(lastLine);
  return text.includes('\n') && isMarksOnly && lastLine[0] === markup[0];
}

/** Labels in square brackets that a definition further down may turn into links. */
function labelsIn(source: string): Set<string> {
  const found = new Set<string>();
  for (const [, name = ''] of source.matchAll(label)) {
    found.add(markdown.utils.normalizeReference(name));
  }
  return found;
}

/** A rendered block with what is needed to render it again when a definition comes. */
interface Source {
  text: string;
  headingsBefore: number[];
}

interface RenderInput {
  tokens: Token[];
  text: string;
  id: number;
  references: ParseState['references'];
  /** Open heading levels; brought up to date. */
  headings: number[];
}

function parse(text: string, references: ParseState['references']): Group[] {
  return groupsOf(markdown.parse(text, { references }));
}

/** What ends a group is text that may be half-typed, not code. */
function endsInText(group: Group): boolean {
  const last = group.tokens.findLast(({ type }) =>
    ['inline', 'fence', 'code_block'].includes(type),
  );
  return last === undefined || last.type === 'inline';
}

/** What a block was before it was sanitised, to see that it has not changed. */
const rawOf = new WeakMap<Block, string>();

function renderCode(token: Token, input: RenderInput, isSealed: boolean): Block {
  const language = languageOfInfo(token.info);
  const isClosed =
    isSealed || token.type === 'code_block' || hasClosingFence(input.text, token.markup);
  const code = token.content.replace(/\n$/u, '');
  return { kind: 'code', id: input.id, language, code, isClosed };
}

/**
 * Reads a growing Markdown text. Blocks that can no longer change are sealed: rendered and sanitised once and
 * then kept; only the last two are read again. Whatever the pieces, the end is the same as in one piece.
 * Call `append` as text comes, `blocks` once a frame, `finish` when no more comes.
 */
export class BlockStream {
  #pending = '';
  #endsInReturn = false;
  #isFinished = false;
  #isStale = false;
  readonly #references: ParseState['references'] = {};
  #headings: number[] = [];
  readonly #sealed: Block[] = [];
  readonly #sources: Source[] = [];
  #tail: Block[] = [];
  /** Which sealed blocks hold a label that nothing defines yet. */
  readonly #waiting = new Map<string, Set<number>>();

  /** Adds text at the end; line ends of every kind become `\n`. Ignored after `finish`. */
  append(text: string): void {
    if (text === '' || this.#isFinished) return;
    const continued = this.#endsInReturn && text.startsWith('\n') ? text.slice(1) : text;
    this.#endsInReturn = text.endsWith('\r');
    this.#pending += continued.replace(/\r\n?/gu, '\n').replaceAll('\u0000', '\ufffd');
    this.#isStale = true;
  }

  /** Nothing more comes: seals what is left, exactly as it was written. */
  finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#isStale = false;
    this.#seal(this.#pending);
    this.#pending = '';
    this.#tail = [];
  }

  /** All blocks so far, in order. Unchanged blocks are the same objects as before. */
  get blocks(): readonly Block[] {
    if (this.#isStale) this.#read();
    return [...this.#sealed, ...this.#tail];
  }

  #read(): void {
    this.#isStale = false;
    let references = { ...this.#references };
    let groups = parse(this.#pending, references);
    const firstOpen = groups.at(-openGroups);
    if (groups.length > openGroups && firstOpen) {
      const end = offsetOfLine(this.#pending, firstOpen.startLine);
      this.#seal(this.#pending.slice(0, end));
      this.#pending = this.#pending.slice(end);
      references = { ...this.#references };
      groups = parse(this.#pending, references);
    }
    this.#tail = this.#renderTail(groups, references);
  }

  #renderTail(groups: readonly Group[], references: ParseState['references']): Block[] {
    const blocks: Block[] = [];
    const headings = [...this.#headings];
    const add = (tokens: Token[], text: string): void => {
      const id = this.#sealed.length + blocks.length;
      blocks.push(this.#render({ tokens, text, id, references, headings }));
    };
    for (const [index, group] of groups.entries()) {
      const text = this.#textOf(this.#pending, groups, index);
      if (index < groups.length - 1 || !endsInText(group)) {
        add(group.tokens, text);
        continue;
      }
      // Half of a character that takes two code units is not shown either.
      const shown = repairTail(text.replace(/[\ud800-\udbff]$/u, ''));
      for (const repaired of parse(shown, references)) add(repaired.tokens, shown);
    }
    return blocks;
  }

  #textOf(text: string, groups: readonly Group[], index: number): string {
    const next = groups[index + 1];
    const start = offsetOfLine(text, groups[index]?.startLine ?? 0);
    return text.slice(start, next && offsetOfLine(text, next.startLine));
  }

  /** Renders `text`, whose blocks are whole, and gives what it defines to the blocks that wait for it. */
  #seal(text: string): void {
    const references = this.#references;
    const known = new Set(Object.keys(references));
    const groups = parse(text, references);
    for (const [index, { tokens }] of groups.entries()) {
      const id = this.#sealed.length;
      const own = this.#textOf(text, groups, index);
      const headings = this.#headings;
      this.#sources.push({ text: own, headingsBefore: [...headings] });
      this.#sealed.push(this.#render({ tokens, text: own, id, references, headings }, true));
      this.#wait(own, id);
    }
    for (const name of Object.keys(references)) {
      if (!known.has(name)) this.#resolve(name);
    }
  }

  #wait(text: string, id: number): void {
    for (const name of labelsIn(text)) {
      if (Object.hasOwn(this.#references, name)) continue;
      this.#waiting.set(name, (this.#waiting.get(name) ?? new Set()).add(id));
    }
  }

  #resolve(name: string): void {
    const references = this.#references;
    for (const id of this.#waiting.get(name) ?? []) {
      const source = this.#sources[id];
      const tokens = source && parse(source.text, { ...references })[0]?.tokens;
      if (!tokens) continue;
      const headings = [...source.headingsBefore];
      this.#sealed[id] = this.#render(
        { tokens, text: source.text, id, references, headings },
        true,
      );
    }
    this.#waiting.delete(name);
  }

  #render(input: RenderInput, isSealed = false): Block {
    const { tokens, id, references, headings } = input;
    const previous = this.#sealed[id] ?? this.#tail.find((block) => block.id === id);
    const first = tokens[0];
    if (first && (first.type === 'fence' || first.type === 'code_block')) {
      const block = renderCode(first, input, isSealed);
      return previous && JSON.stringify(previous) === JSON.stringify(block) ? previous : block;
    }
    adjustHeadings(tokens, headings);
    const raw = markdown.renderer.render(tokens, markdown.options as never, { references });
    if (previous && rawOf.get(previous) === raw) return previous;
    const block: Block = { kind: 'html', id, html: sanitise(raw) };
    rawOf.set(block, raw);
    return block;
  }
}
