const keptLines = 40;
const keptCharacters = 500;

/** The last lines of a process, so that a death can be told with what came before it. */
export class LastLines {
  readonly #lines: string[] = [];

  /** Keeps the last 40 lines, each cut at 500 characters. */
  add(line: string): void {
    this.#lines.push(line.slice(0, keptCharacters));
    if (this.#lines.length > keptLines) this.#lines.shift();
  }

  all(): string[] {
    return [...this.#lines];
  }
}

/**
 * Cuts a stream of text into lines for `onLine`. Call it with each piece as it comes, and with null at
 * the end for a last line without its newline. Empty lines are left out.
 */
export function lineCutter(onLine: (line: string) => void): (piece: string | null) => void {
  let open = '';
  return (piece) => {
    const lines = (open + (piece ?? '\n')).split(/\r?\n/);
    open = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  };
}
