import type * as z from 'zod';
import type { Block } from '../../contract/documents/extracted.ts';
import { AppError, type ErrorCode, isCancel } from '../../contract/errors/app-error.ts';
import { type ExtractorClient, extractorContract } from '../../contract/extractor-contract.ts';
import type { CallOptions } from '../../contract/rpc/declare.ts';
import type { ExtractorLife } from './extractor-life.ts';

type FileClient = ExtractorClient['file'];
type Member = (typeof extractorContract.file)[keyof typeof extractorContract.file];

/** What a block costs here beside its text, in characters: so many empty ones would fill memory too. */
const blockChars = 16;
const lineChars = 8;
/** Marks and separators of an honest reader come on top of the characters that it was allowed. */
const slackFactor = 4;
const slackChars = 1024 * 1024;
/** Text of pages is not bounded by a request: a page holds no more than this. */
const pageChars = 200_000;

function weightOf(block: Block): number {
  return block.text.length + blockChars + lineChars * (block.lines?.length ?? 0);
}

/**
 * The file of one process as services may use it: every answer is parsed, no answer is larger than was asked for,
 * errors are those that the contract declares and bear the file's own name, and aborting a request ends the process.
 */
export function guardedFile(life: ExtractorLife, name: string): FileClient {
  const { file } = life.client;

  const impossible = (cause: unknown): AppError => {
    life.endAsCrashed();
    return new AppError('extractor.crashed', { name, exitCode: null, signal: null }, { cause });
  };
  const parsed = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
    const result = schema.safeParse(value);
    if (!result.success) throw impossible(result.error);
    return result.data;
  };
  const checked = (error: unknown, member: Member): unknown => {
    if (!(error instanceof AppError) || isCancel(error)) return error;
    const known: readonly ErrorCode[] = [
      ...member.errors,
      'internal',
      'document.too-slow',
      'document.too-heavy',
      'extractor.crashed',
    ];
    if (!known.includes(error.code)) return impossible(error);
    const { data } = error;
    return 'name' in data ? new AppError(error.code, { ...data, name } as never) : error;
  };
  /** Runs `work` with a process that ends when `signal` says so. */
  const cancellable = async <T>(signal: AbortSignal | undefined, work: () => Promise<T>) => {
    const end = (): void => void life.close();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', end, { once: true });
    try {
      return await work();
    } finally {
      signal?.removeEventListener('abort', end);
    }
  };

  type CallMember = typeof extractorContract.file.draw;
  const call = async <M extends Member>(
    member: M,
    signal: AbortSignal | undefined,
    ask: () => Promise<unknown>,
  ): Promise<z.output<M['output']>> => {
    try {
      return parsed(
        member.output as CallMember['output'],
        await cancellable(signal, () => life.ask(ask())),
      ) as z.output<M['output']>;
    } catch (error) {
      throw checked(error, member);
    }
  };

  type StreamMember =
    | typeof extractorContract.file.extract
    | typeof extractorContract.file.recognise;
  async function* checkedChunks<M extends StreamMember>(
    member: M,
    mostChars: number,
    next: () => Promise<IteratorResult<unknown, unknown>>,
  ): AsyncGenerator<z.output<M['chunk']>, z.output<M['output']>, void> {
    let leftChars = mostChars * slackFactor + slackChars;
    for (;;) {
      const step = await next();
      if (step.done) return parsed(member.output, step.value) as z.output<M['output']>;
      const chunk = parsed(member.chunk, step.value);
      for (const block of chunk.blocks) leftChars -= weightOf(block);
      if (leftChars < 0) throw impossible('more text than was asked for');
      yield chunk as z.output<M['chunk']>;
    }
  }
  async function* stream<M extends StreamMember>(
    member: M,
    mostChars: number,
    signal: AbortSignal | undefined,
    chunks: AsyncGenerator<unknown, unknown, void>,
  ): AsyncGenerator<z.output<M['chunk']>, z.output<M['output']>, void> {
    let isOver = false;
    try {
      const next = () => cancellable(signal, () => life.ask(chunks.next()));
      const output = yield* checkedChunks(member, mostChars, next);
      isOver = true;
      return output;
    } catch (error) {
      isOver = true;
      throw checked(error, member);
    } finally {
      // Whoever leaves the loop wants no more of it; the process may be deep in the file and not hear a cancel.
      if (!isOver) await life.close();
    }
  }

  const member = extractorContract.file;
  return {
    identify: (input, options: CallOptions = {}) =>
      call(member.identify, options.signal, () => file.identify(input)),
    draw: (input, options: CallOptions = {}) =>
      call(member.draw, options.signal, () => file.draw(input)),
    pixels: (input, options: CallOptions = {}) =>
      call(member.pixels, options.signal, () => file.pixels(input)),
    extract: (input, options: CallOptions = {}) =>
      stream(member.extract, input.maxChars, options.signal, file.extract(input)),
    recognise: (input, options: CallOptions = {}) =>
      stream(
        member.recognise,
        input.pages.length * pageChars,
        options.signal,
        file.recognise(input),
      ),
  };
}
