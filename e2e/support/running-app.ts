import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The tiny model that answers by rule; its README beside it lists the words. */
export const tinyModel = path.join(root, 'e2e/fixtures/models/parley-tiny.gguf');
export const tinyProjector = path.join(root, 'e2e/fixtures/models/parley-tiny-mmproj.gguf');

export interface LaunchOptions {
  /** Kept between launches of one test, so that a restart finds what was there. */
  dataFolder: string;
  /** Opened where it lies, as `npm start -- --model` does. */
  model?: string;
  projector?: string;
  env?: Record<string, string>;
}

/** Waits until `find` gives something; fails with `what` after `timeoutMs`. */
export async function waitFor<T>(
  find: () => T | undefined | null | false,
  what: string,
  timeoutMs = 30_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = find();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A folder that is gone when the test is over. */
export function temporaryFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley e2e é-'));
  // The engine may still be writing what it has read when its app is gone.
  const options = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 };
  return { folder, remove: () => rmSync(folder, options) };
}

/** The real app, headless, in the browser shell: main, storage, engine, addon, everything. */
export class RunningApp {
  readonly url: string;
  readonly process: ChildProcess;
  readonly #output: string[];

  private constructor(child: ChildProcess, url: string, output: string[]) {
    this.process = child;
    this.url = url;
    this.#output = output;
  }

  static async launch(options: LaunchOptions): Promise<RunningApp> {
    const urlFile = path.join(options.dataFolder, 'launch-url');
    rmSync(urlFile, { force: true });
    const args = [path.join(root, 'dist/main/browser.js'), '--headless', '--temperature', '0'];
    args.push('--port-file', urlFile, '--data-dir', options.dataFolder);
    if (options.model) args.push('--model', options.model);
    if (options.projector) args.push('--mmproj', options.projector);
    const child = spawn(process.execPath, args, {
      env: { ...process.env, PARLEY_ENGINE_THREADS: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    child.stdout.on('data', (data) => output.push(String(data)));
    child.stderr.on('data', (data) => output.push(String(data)));
    const url = await waitFor(() => {
      // Looked at first: an instance that hands over to another writes it and ends.
      const hasEnded = child.exitCode !== null;
      const found = existsSync(urlFile) && readFileSync(urlFile, 'utf8').trim();
      if (hasEnded && !found) throw new Error(`the app ended:\n${output.join('')}`);
      return found;
    }, 'the launch address');
    return new RunningApp(child, url, output);
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  get output(): string {
    return this.#output.join('');
  }

  /** As Ctrl-C does. Returns the exit code. */
  async close(): Promise<number | null> {
    if (this.hasEnded) return this.process.exitCode;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGINT');
    const [code] = await exited;
    return code;
  }

  /** As a power cut for this process does. */
  async crash(): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }

  /** Process ids of the engines that this app started. */
  enginePids(): number[] {
    const own = this.process.pid;
    const children = readFileSync(`/proc/${own}/task/${own}/children`, 'utf8');
    return children
      .split(' ')
      .filter(Boolean)
      .map(Number)
      .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine'));
  }
}
