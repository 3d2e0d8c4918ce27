import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** One measurement of llama-bench: `tokens` read, or written, with `depthTokens` before them. */
export interface BenchTest {
  readTokens: number;
  writtenTokens: number;
  depthTokens: number;
  repetitions: number;
}

interface Run {
  samples_ns: number[];
}

/**
 * Milliseconds of each repetition. It warms up on its own, tokenises nothing, samples nothing: the ceiling.
 * @throws Error with the program's last words
 */
export async function llamaBenchMs(
  program: string,
  { model, threads }: { model: string; threads: number },
  test: BenchTest,
): Promise<number[]> {
  const args = ['-m', model, '-t', String(threads), '-o', 'json', '-r', String(test.repetitions)];
  args.push('-p', String(test.readTokens), '-n', String(test.writtenTokens));
  args.push('-d', String(test.depthTokens));
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1 << 24 });
  const runs = JSON.parse(stdout) as Run[];
  return runs.flatMap(({ samples_ns }) => samples_ns.map((ns) => ns / 1e6));
}
