import { type EngineClient, engineContract } from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import type { EngineDeath } from '../ports/engine.ts';

/** What is known of the end of a process: its death, or that it was asked to end. */
export type EngineEnd = EngineDeath | 'asked';

/**
 * What services see of an error that came over the engine's port: `connection.lost` becomes
 * `engine.crashed` with how the process died; a process that we asked to end leaves `connection.lost`.
 */
export function asCrash(error: unknown, end: EngineEnd): unknown {
  if (!AppError.is(error, 'connection.lost') || end === 'asked') return error;
  const { exitCode, lastLogLines } = end;
  return new AppError('engine.crashed', { exitCode, lastLogLines }, { cause: error });
}

type AnyCall = (...parameters: unknown[]) => Promise<unknown>;
type AnyStream = (...parameters: unknown[]) => AsyncGenerator<unknown, unknown, void>;

/**
 * The same client, whose calls and streams reject with `engine.crashed` when the process dies under
 * them. `ended` resolves when the process is gone and must do so soon after its port closes.
 */
export function crashAware(client: EngineClient, ended: Promise<EngineEnd>): EngineClient {
  const translate = async (error: unknown): Promise<unknown> =>
    AppError.is(error, 'connection.lost') ? asCrash(error, await ended) : error;

  const overCall =
    (call: AnyCall): AnyCall =>
    async (...parameters) => {
      try {
        return await call(...parameters);
      } catch (error) {
        throw await translate(error);
      }
    };
  const overStream = (stream: AnyStream): AnyStream =>
    async function* (...parameters) {
      try {
        return yield* stream(...parameters);
      } catch (error) {
        throw await translate(error);
      }
    };

  const groups: Record<string, Record<string, unknown>> = {};
  for (const [group, members] of Object.entries(engineContract)) {
    const plain = client[group as keyof EngineClient] as Record<string, unknown>;
    const wrapped: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(members)) {
      if (member.kind === 'call') wrapped[name] = overCall(plain[name] as AnyCall);
      else if (member.kind === 'stream') wrapped[name] = overStream(plain[name] as AnyStream);
      else wrapped[name] = plain[name];
    }
    groups[group] = wrapped;
  }
  return groups as unknown as EngineClient;
}
