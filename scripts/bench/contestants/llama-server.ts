import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Ask, Contestant, Place, Prompt } from './contestant.ts';

/**
 * How llama-server is driven: as it comes; with its chats saved to and restored from files at the best moments;
 * or without its cache in memory.
 */
export type ServerMode = 'defaults' | 'slot files' | 'no RAM cache';

interface Chunk {
  tokens?: number[];
  content?: string;
  stop?: boolean;
  timings?: { cache_n: number; prompt_n: number };
}

const startPatienceMs = 120_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** The lines of a stream that carry data. */
async function* events(response: IncomingMessage): AsyncGenerator<Chunk> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const piece of response) {
    const lines = `${rest}${piece}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: {')) yield JSON.parse(line.slice(6));
  }
}

/** llama.cpp's own server, built with our flags and spoken to over loopback. */
export class LlamaServer implements Contestant {
  readonly name: string;
  readonly #program: string;
  readonly #place: Place;
  readonly #mode: ServerMode;
  readonly #flags: readonly string[];
  readonly #conversations: string[] = [];
  #child: ChildProcess | null = null;
  // Its connections end after some number of requests: a fresh one each time is never met half closed.
  readonly #agent = new Agent({ keepAlive: false });
  #port = 0;
  #lastWords = '';

  constructor(program: string, place: Place, mode: ServerMode, flags: readonly string[] = []) {
    this.#program = program;
    this.#place = place;
    this.#mode = mode;
    this.#flags = flags;
    this.name = `llama-server (${mode})`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    const { model, threads, contextTokens, folder } = this.#place;
    mkdirSync(folder, { recursive: true });
    this.#port = await freePort();
    const args = ['-m', model, '-t', String(threads), '-tb', String(threads)];
    args.push('-c', String(contextTokens), '--host', '127.0.0.1', '--port', String(this.#port));
    args.push('--no-ui', '--offline', ...this.#flags);
    if (this.#mode === 'slot files') args.push('--slot-save-path', folder);
    if (this.#mode === 'no RAM cache') args.push('--cache-ram', '0');
    const child = spawn(this.#program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    const endWithUs = (): void => {
      child.kill('SIGKILL');
    };
    process.once('exit', endWithUs);
    child.once('exit', () => process.off('exit', endWithUs));
    child.stderr.on('data', (data) => {
      this.#lastWords = `${this.#lastWords}${data}`.slice(-1500);
    });
    const endMs = performance.now() + startPatienceMs;
    while (!(await this.#isHealthy())) {
      if (child.exitCode !== null || performance.now() > endMs) {
        throw new Error(
          `it did not start: ${this.#lastWords.trim().split('\n').slice(-3).join(' ')}`,
        );
      }
      await sleep(2);
    }
  }

  async #isHealthy(): Promise<boolean> {
    try {
      const response = await this.#send('GET', '/health');
      response.resume();
      return response.statusCode === 200;
    } catch {
      return false;
    }
  }

  #send(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const place = { host: '127.0.0.1', port: this.#port, agent: this.#agent };
      const sent = request({ ...place, method, path, headers }, resolve);
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async #ask<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    const response = await this.#send(method, path, body);
    let text = '';
    response.setEncoding('utf8');
    for await (const piece of response) text += piece;
    if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode} ${text}`);
    return JSON.parse(text);
  }

  /** Chats have slots of their own only where a script looks after the slots. */
  #slot(conversation: string): number {
    if (!this.#conversations.includes(conversation)) this.#conversations.push(conversation);
    return this.#conversations.indexOf(conversation) % 4;
  }

  async answer({ prompt, maxTokens, conversation }: Ask): Promise<Answer> {
    const body = {
      prompt: prompt.tokens,
      n_predict: maxTokens,
      temperature: 0,
      stream: true,
      cache_prompt: true,
      return_tokens: true,
      ...(this.#mode === 'slot files' ? { id_slot: this.#slot(conversation) } : {}),
    };
    const startMs = performance.now();
    const response = await this.#send('POST', '/completion', body);
    const answer: Answer = {
      firstTokenMs: 0,
      totalMs: 0,
      tokens: [],
      text: '',
      computedTokens: null,
    };
    for await (const chunk of events(response)) {
      const tokens = chunk.stop ? [] : (chunk.tokens ?? []);
      if (tokens.length > 0 && answer.firstTokenMs === 0) {
        answer.firstTokenMs = performance.now() - startMs;
      }
      answer.tokens.push(...tokens);
      if (!chunk.stop) answer.text += chunk.content ?? '';
      if (chunk.timings) answer.computedTokens = chunk.timings.prompt_n;
    }
    answer.totalMs = performance.now() - startMs;
    if (answer.firstTokenMs === 0) answer.firstTokenMs = answer.totalMs;
    if (answer.computedTokens === null) throw new Error(`it answered ${response.statusCode}`);
    return answer;
  }

  async keep(conversation: string): Promise<void> {
    if (this.#mode !== 'slot files') return;
    const path = `/slots/${this.#slot(conversation)}?action=save`;
    await this.#ask('POST', path, { filename: `${conversation}.bin` });
  }

  async reopen(conversation: string): Promise<void> {
    if (this.#mode !== 'slot files') return;
    const path = `/slots/${this.#slot(conversation)}?action=restore`;
    await this.#ask('POST', path, { filename: `${conversation}.bin` });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Its own template over the same messages, then its own tokeniser. */
  async tokensOf({ messages }: Prompt): Promise<number[]> {
    const chat = messages.map(({ role, text }) => ({ role, content: text }));
    const body = { messages: chat, chat_template_kwargs: { enable_thinking: false } };
    const { prompt } = await this.#ask<{ prompt: string }>('POST', '/apply-template', body);
    const content = { content: prompt, add_special: true, parse_special: true };
    return (await this.#ask<{ tokens: number[] }>('POST', '/tokenize', content)).tokens;
  }
}
