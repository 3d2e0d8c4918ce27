/** The near end of a contestant's own process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reply } from './child-host.ts';

const compileCache = join(tmpdir(), 'parley-bench-compiled');

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A forked script that answers calls (`child-host.ts`). */
export class BenchChild {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #lastWords = '';

  /** @param env is added to our own environment */
  constructor(script: string, env: Record<string, string> = {}) {
    const child = fork(script, {
      // What is packaged has no types to strip: they are stripped once, not at each start.
      env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...env },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.stderr?.on('data', (data) => {
      this.#lastWords = `${this.#lastWords}${data}`.slice(-2000);
    });
    child.on('message', ({ id, result, error }: Reply) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(error));
    });
    child.on('exit', (code, signal) => {
      const error = new Error(`its process ended (${code ?? signal}): ${this.#lastWords.trim()}`);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** @throws Error with what the child threw, or that it ended */
  call<Result>(method: string, params: unknown = {}): Promise<Result> {
    this.#calls += 1;
    const id = this.#calls;
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as Result), reject });
      if (this.#child.exitCode !== null || !this.#child.connected) {
        this.#waiting.delete(id);
        reject(new Error(`its process has ended: ${this.#lastWords.trim()}`));
        return;
      }
      this.#child.send({ id, method, params });
    });
  }

  /** Ends the process at once and waits until it is gone. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
