/** Prints one line for the person who runs the benchmark. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
