import type { GrammarState, HighlighterCore, ThemedToken } from 'shiki/core';
import { grammarOf, grammars } from './languages.ts';

/** What a piece of code is, for its colour. */
export type TokenKind =
  | 'plain'
  | 'keyword'
  | 'string'
  | 'number'
  | 'function'
  | 'type'
  | 'comment'
  | 'link';

/** A piece of one line, with what it is. */
export interface CodeToken {
  readonly text: string;
  readonly kind: TokenKind;
}

/** One line without its end. */
export type CodeLine = readonly CodeToken[];

/** Cuts one line into tokens; `state` is what the line before left. */
export interface Tokenizer {
  line(
    text: string,
    state: GrammarState | undefined,
  ): {
    line: CodeLine;
    state: GrammarState | undefined;
  };
}

/** Beyond this many characters the rest of a block stays plain: colour is not worth a slow window. */
export const maxColouredChars = 60_000;
const maxLineChars = 1_000;
const themeName = 'parley';

const kinds: Readonly<Record<string, TokenKind>> = {
  'token-keyword': 'keyword',
  'token-string': 'string',
  'token-string-expression': 'string',
  'token-constant': 'number',
  'token-function': 'function',
  'token-parameter': 'type',
  'token-comment': 'comment',
  'token-link': 'link',
};

let core: Promise<HighlighterCore> | undefined;

async function makeCore(): Promise<HighlighterCore> {
  const [shiki, engine] = await Promise.all([
    import('shiki/core'),
    import('shiki/engine/javascript'),
  ]);
  return shiki.createHighlighterCore({
    themes: [
      shiki.createCssVariablesTheme({
        name: themeName,
        variablePrefix: '--code-',
        fontStyle: false,
      }),
    ],
    langs: [],
    engine: engine.createJavaScriptRegexEngine({ forgiving: true }),
  });
}

function kindOf(token: ThemedToken): TokenKind {
  const name = /^var\(--code-([a-z-]+)\)$/u.exec(token.color ?? '')?.[1] ?? '';
  return (Object.hasOwn(kinds, name) && kinds[name]) || 'plain';
}

/** Joins neighbours of one kind: fewer elements for the same picture. */
function joined(tokens: readonly ThemedToken[]): CodeLine {
  const line: CodeToken[] = [];
  for (const token of tokens) {
    const kind = kindOf(token);
    const last = line.at(-1);
    const isBlank = token.content.trim() === '';
    if (last && (last.kind === kind || isBlank)) {
      line[line.length - 1] = { kind: last.kind, text: last.text + token.content };
    } else line.push({ kind, text: token.content });
  }
  return line;
}

/** A line with no colour. */
export function plainLine(text: string): CodeLine {
  return text === '' ? [] : [{ kind: 'plain', text }];
}

/**
 * Fetches what is needed to colour a language, by the word that stands after the fence; null when we bring no
 * grammar for it. Nothing comes from the network, nothing is compiled from text, no WebAssembly is used.
 */
export async function loadTokenizer(language: string): Promise<Tokenizer | null> {
  const lang = grammarOf(language);
  const grammar = lang === null ? undefined : grammars[lang];
  if (lang === null || !grammar) return null;
  core ??= makeCore();
  const [highlighter, loaded] = await Promise.all([core, grammar()]);
  await highlighter.loadLanguage(loaded.default);
  return {
    line(text, grammarState) {
      const tokens = highlighter.codeToTokensBase(text, {
        lang,
        theme: themeName,
        tokenizeMaxLineLength: maxLineChars,
        ...(grammarState ? { grammarState } : {}),
      });
      const state = highlighter.getLastGrammarState(tokens);
      return { line: joined(tokens[0] ?? []), state };
    },
  };
}

/**
 * Colours a growing block line by line: each whole line once, the line being written plain. Code that changes
 * in another way than by growing is read anew.
 */
export class LineReader {
  readonly #tokenizer: Tokenizer;
  #done = '';
  #lines: CodeLine[] = [];
  #state: GrammarState | undefined;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** The lines of `code`; where `isWhole`, the last one is finished too. */
  read(code: string, isWhole: boolean): readonly CodeLine[] {
    const text = isWhole ? `${code}\n` : code;
    if (!text.startsWith(this.#done)) {
      this.#done = '';
      this.#lines = [];
      this.#state = undefined;
    }
    const rest = text.slice(this.#done.length).split('\n');
    const open = rest.pop() ?? '';
    for (const line of rest) this.#take(line);
    return isWhole ? [...this.#lines] : [...this.#lines, plainLine(open)];
  }

  #take(text: string): void {
    const isColoured = this.#done.length + text.length <= maxColouredChars;
    this.#done += `${text}\n`;
    if (!isColoured) {
      this.#lines.push(plainLine(text));
      return;
    }
    const { line, state } = this.#tokenizer.line(text, this.#state);
    this.#state = state;
    this.#lines.push(line);
  }
}
