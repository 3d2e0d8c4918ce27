import { TextDecoder } from 'node:util';
import type { ForeignFile } from '../../reader.ts';
import { declaredIn } from '../html/html-reader.ts';
import { steadyDelimiter } from '../text/csv-reader.ts';
import { detectEncoding } from '../text/encoding.ts';
import type { ReadFormat } from './read-format.ts';

const codeEndings: ReadonlySet<string> = new Set(
  (
    'asm bash bat c cc cfg clj cmake coffee conf cpp cs css cxx dart diff dockerfile elm env erl ex exs fish fs go gradle ' +
    'graphql groovy h hh hpp hs ini java jl js jsx kt kts less lisp lock log4j lua m make mjs cjs ml mm mts cts nim nix ' +
    'patch php pl plist pm properties proto ps1 py pyi r rb rs rst sass scala scss sh sql svelte svg swift tcl tex tf toml ' +
    'ts tsx v vb vhd vue wat xml xsd xsl yaml yml zig zsh'
  ).split(' '),
);
const jsonEndings: ReadonlySet<string> = new Set(
  'json jsonl ndjson geojson ipynb webmanifest har'.split(' '),
);
const markdownEndings: ReadonlySet<string> = new Set(
  'md markdown mdown mkd mdx rmd qmd'.split(' '),
);
const plainEndings: ReadonlySet<string> = new Set(['', 'txt', 'text', 'log']);

/** The kind of text, or undefined where the bytes are no text. */
export function textFormat(head: Buffer, file: ForeignFile): ReadFormat | undefined {
  const encoding = detectEncoding(head, declaredIn(head.toString('latin1', 0, 4096)));
  const text = new TextDecoder(encoding).decode(head);
  if (isBinary(text)) return undefined;
  const isWhole = head.byteLength >= file.fileBytes;
  const ending = /\.([a-z0-9]{1,12})$/iu.exec(file.name)?.[1]?.toLowerCase() ?? '';
  return byContent(text, ending, isWhole) ?? byEnding(text, ending);
}

/** More control characters than any text has. */
function isBinary(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is counted
  const controls = text.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/gu)?.length ?? 0;
  const broken = text.match(/\ufffd/gu)?.length ?? 0;
  if (controls < 3) return false;
  return controls * 20 > text.length || (controls * 100 > text.length && broken * 10 > text.length);
}

function byContent(text: string, ending: string, isWhole: boolean): ReadFormat | undefined {
  const begins = afterComments(text);
  const isPage = /^(<!doctype\s+html|<(html|head|body)[\s>])/iu.test(begins);
  if (isPage && !codeEndings.has(ending) && !markdownEndings.has(ending)) return 'html';
  if (!plainEndings.has(ending)) return undefined;
  if (
    /^<(div|p|table|h[1-6]|ul|ol|script|style|meta|title|span|a|img|iframe|form|section|article)[\s>]/iu.test(
      begins,
    )
  ) {
    return 'html';
  }
  if (isJson(text, isWhole)) return 'json';
  if (/^(#!|<\?php|<\?xml|<svg[\s>])/u.test(begins)) return 'code';
  if (isMarkdown(text)) return 'markdown';
  return isTable(text) ? 'csv' : undefined;
}

function byEnding(text: string, ending: string): ReadFormat {
  if (/^x?html?$/u.test(ending)) return 'html';
  if (markdownEndings.has(ending)) return 'markdown';
  if (jsonEndings.has(ending)) return 'json';
  if (ending === 'csv' || ending === 'tsv' || ending === 'tab') return 'csv';
  return codeEndings.has(ending) || /^#!/u.test(text) ? 'code' : 'text';
}

/** From the first thing on that is neither white space, a comment, nor the declaration of XML. */
function afterComments(text: string): string {
  let at = 0;
  for (;;) {
    while (/\s/u.test(text[at] ?? 'x') || text[at] === '\ufeff') at += 1;
    const [begins, ends] = text.startsWith('<!--', at) ? ['<!--', '-->'] : ['<?xml', '?>'];
    if (!text.startsWith(begins, at)) return text.slice(at, at + 200);
    const end = text.indexOf(ends, at + begins.length);
    if (end < 0) return '';
    if (begins === '<?xml' && !/html/iu.test(text.slice(end, end + 300)))
      return text.slice(at, at + 200);
    at = end + ends.length;
  }
}

function isJson(text: string, isWhole: boolean): boolean {
  if (!/^[\s\ufeff]*[{[]/u.test(text)) return false;
  if (isWhole && parses(text.replace(/^\ufeff/u, ''))) return true;
  const first = text.split('\n', 1)[0] ?? '';
  if (first.length > 1 && text.length > first.length && /^\{.*\}\s*$/u.test(first) && parses(first))
    return true;
  return !isWhole && /^\s*(\{\s*"(?:[^"\\\n]|\\.){0,500}"\s*:|\[\s*[{["])/u.test(text);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const markdownSigns: readonly RegExp[] = [
  /^#{1,6} \S/mu,
  /^(```|~~~)/mu,
  /\[[^\]\n]{1,200}\]\((?:https?:|\.{0,2}\/|#)[^)\s]{1,500}\)/u,
  /^\|.{1,500}\|[ \t]*\n\|[ :|-]{3,500}\|[ \t]*$/mu,
  /\*\*\S[^*\n]{0,200}\*\*/u,
  /^[-*] \S.*\n[-*] \S/mu,
];

/** A heading or a fence, and one sign more. */
function isMarkdown(text: string): boolean {
  const found = markdownSigns.map((sign) => sign.test(text));
  return (
    (found[0] === true || found[1] === true || found[3] === true) &&
    found.filter(Boolean).length >= 2
  );
}

/** Lines of the same number of short cells: prose has commas, but never that evenly. */
function isTable(text: string): boolean {
  const delimiter = steadyDelimiter(text);
  if (delimiter === undefined) return false;
  const lines = text
    .split(/\r?\n/u)
    .slice(0, 20)
    .filter((line) => line.trim() !== '');
  const cells = lines.map((line) => line.split(delimiter));
  const width = cells[0]?.length ?? 0;
  if (lines.length < 3 || width < (delimiter === '\t' ? 2 : 3)) return false;
  const isEven = cells.slice(0, -1).every((row) => row.length === width);
  return isEven && cells.flat().every((cell) => cell.length < 60);
}
