interface Piece {
  readonly node: Text;
  /** Where its text begins in the joined text. */
  readonly start: number;
}

function textNodes(element: HTMLElement): Text[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) nodes.push(node as Text);
  return nodes;
}

/** Without the marks of Markdown, which are not in the shown text. */
function plain(source: string): string {
  return source
    .replace(/[*_`~\\]/gu, '')
    .replace(/^["“”„«»「」『』\s]+|["“”„«»「」『』\s]+$/gu, '');
}

/** A pattern that finds `text`, with the mark that closes the quote, however its blanks were broken. */
function patternOf(text: string): RegExp {
  const words = text.split(/\s+/u).map((word) => word.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&'));
  return new RegExp(`${words.join('\\s+')}["”“»」』]?`, 'u');
}

function wrap(node: Text, start: number, end: number): HTMLElement {
  const part = node.splitText(start);
  part.splitText(end - start);
  const mark = document.createElement('mark');
  mark.className = 'md-unfound';
  part.replaceWith(mark);
  mark.append(part);
  return mark;
}

/**
 * Marks the first place where `quote`, written in Markdown, is shown inside `element`, and says `note` after
 * it. What is not shown there is passed over. The returned function takes the marks away.
 */
export function markText(element: HTMLElement, quote: string, note: string): () => void {
  const wanted = plain(quote);
  if (wanted === '') return () => {};
  const pieces: Piece[] = [];
  let joined = '';
  for (const node of textNodes(element)) {
    pieces.push({ node, start: joined.length });
    joined += node.data;
  }
  const found = patternOf(wanted).exec(joined);
  if (!found) return () => {};
  const end = found.index + found[0].length;
  const marks = pieces.flatMap(({ node, start }) => {
    const from = Math.max(0, found.index - start);
    const to = Math.min(node.data.length, end - start);
    return from < to ? [wrap(node, from, to)] : [];
  });
  const said = document.createElement('span');
  said.className = 'md-unfound-note';
  said.textContent = note;
  marks.at(-1)?.after(said);
  return () => {
    said.remove();
    for (const mark of marks) {
      const { parentNode } = mark;
      mark.replaceWith(...mark.childNodes);
      parentNode?.normalize();
    }
  };
}
