/** Text of Markdown as text of HTML: what Markdown passes on as markup stays markup, all else is escaped. */

const tags =
  'a abbr address article aside audio b bdi bdo blockquote body br button canvas caption center cite code col colgroup ' +
  'dd del details dfn dialog div dl dt em embed figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html ' +
  'i iframe img input ins kbd label legend li link main mark menu meta nav noscript object ol optgroup option p picture ' +
  'pre q rp rt ruby s samp script section select small source span strike strong style sub summary sup svg table tbody ' +
  'td template textarea tfoot th thead time title tr u ul var video wbr';

const tagNames: ReadonlySet<string> = new Set(tags.split(' '));
const tagStart = /<(?:\/?([a-z][a-z0-9]{0,15})(?=[\s/>])|!--)/iuy;

export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** Whether a line begins with an element or a comment: Markdown then takes lines as HTML to the next empty one. */
export function beginsHtml(line: string): boolean {
  return isMarkupAt(line, line.length - line.trimStart().length);
}

function isMarkupAt(text: string, at: number): boolean {
  tagStart.lastIndex = at;
  const found = tagStart.exec(text);
  if (found === null) return false;
  return found[1] === undefined || tagNames.has(found[1].toLowerCase());
}

/** One line or paragraph: code spans are escaped, elements that HTML has and comments are kept. Linear. */
export function inlineHtml(text: string): string {
  if (!/[<&]/u.test(text)) return text;
  const parts: string[] = [];
  const spans = codeSpans(text);
  let span = 0;
  let from = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    while (span < spans.length && (spans[span]?.end ?? 0) <= at) span += 1;
    const isInCode = (spans[span]?.start ?? text.length) <= at;
    if (isInCode || !isMarkupAt(text, at)) {
      parts.push(text.slice(from, at), '&lt;');
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.join('');
}

interface Span {
  start: number;
  end: number;
}

/** Runs of backticks and the next run of the same length. */
export function codeSpans(text: string): Span[] {
  if (!text.includes('`')) return [];
  const runs = Array.from(text.matchAll(/`+/gu), (run) => ({
    start: run.index,
    length: run[0].length,
  }));
  // From behind: where the next run of a length begins, for each run.
  const closing = new Map<number, number>();
  const closedBy = runs.map(() => -1);
  for (let at = runs.length - 1; at >= 0; at -= 1) {
    const length = runs[at]?.length ?? 0;
    closedBy[at] = closing.get(length) ?? -1;
    closing.set(length, at);
  }
  const spans: Span[] = [];
  for (let at = 0; at < runs.length; at += 1) {
    const run = runs[at];
    const close = runs[closedBy[at] ?? -1];
    if (run === undefined || close === undefined) continue;
    spans.push({ start: run.start, end: close.start + close.length });
    at = closedBy[at] ?? at;
  }
  return spans;
}

/** Cells of a row: parted by bars that are neither escaped nor in code. */
export function tableCells(line: string): string[] {
  const trimmed = line
    .trim()
    .replace(/^\|/u, '')
    .replace(/(?<!\\)\|$/u, '');
  const spans = codeSpans(trimmed);
  const cells: string[] = [];
  let from = 0;
  let span = 0;
  for (let at = trimmed.indexOf('|'); at >= 0; at = trimmed.indexOf('|', at + 1)) {
    while (span < spans.length && (spans[span]?.end ?? 0) <= at) span += 1;
    if (trimmed[at - 1] === '\\' || (spans[span]?.start ?? trimmed.length) <= at) continue;
    cells.push(trimmed.slice(from, at));
    from = at + 1;
  }
  cells.push(trimmed.slice(from));
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}
