import { estimateTokens } from './token-estimate.ts';

const mostHeadings = 4;
const mostHeadingChars = 80;
const mostPathTokens = 60;

function shortened(heading: string): string {
  const line = heading.replace(/\s+/gu, ' ').trim();
  const chars = [...line];
  return chars.length <= mostHeadingChars ? line : `${chars.slice(0, mostHeadingChars).join('')}…`;
}

/** The headings that a place in a document stands under, outermost first. */
export class HeadingPath {
  readonly #levels: { level: number; text: string }[] = [];

  /** A heading was met: it ends those of its own level and below. */
  enter(level: number, text: string): void {
    while ((this.#levels.at(-1)?.level ?? 0) >= level) this.#levels.pop();
    const line = shortened(text);
    if (line !== '') this.#levels.push({ level, text: line });
  }

  clear(): void {
    this.#levels.length = 0;
  }

  /** The innermost four at most, and no more of them than fit beside a passage. */
  toArray(): string[] {
    const path = this.#levels.slice(-mostHeadings).map(({ text }) => text);
    while (path.length > 1 && estimateTokens(path.join(' ')) > mostPathTokens) path.shift();
    return path;
  }
}

/** What two paths begin with together. */
export function commonPath(left: readonly string[], right: readonly string[]): string[] {
  const differs = left.findIndex((heading, index) => heading !== right[index]);
  return differs === -1 ? [...left] : left.slice(0, differs);
}
