import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as Addon from '../index.d.ts';
import type {
  Batch,
  Engine,
  GenerateRequest,
  GenerateResult,
  PromptMessage,
  Tool,
  ToolCall,
} from '../index.d.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The built addon: `dist/native/addon.node`, or the file that PARLEY_ADDON names. */
export const addon: typeof Addon = createRequire(import.meta.url)(
  process.env['PARLEY_ADDON'] ?? here('../../../dist/native/addon.node'),
);
export const modelPath = here('../../../e2e/fixtures/models/parley-tiny.gguf');
export const projectorPath = here('../../../e2e/fixtures/models/parley-tiny-mmproj.gguf');
export const contextTokens = 2048;

/** An Error as the addon makes them. */
export interface CodedError extends Error {
  code: string;
  data: Record<string, unknown>;
}

/** The error a promise is rejected with; fails when it is not. */
export async function rejection(promise: Promise<unknown>): Promise<CodedError> {
  try {
    await promise;
  } catch (error) {
    return error as CodedError;
  }
  throw new Error('it was not rejected');
}

/** An engine with one thread and the tiny model; disposed with its scope. */
export async function openEngine(
  path = modelPath,
  tokens = contextTokens,
  projector: string | null = null,
): Promise<Engine & AsyncDisposable> {
  const engine = new addon.Engine({ threads: 1 });
  await engine.load({ path, projectorPath: projector, contextTokens: tokens }, () => {}).done;
  return Object.assign(engine, { [Symbol.asyncDispose]: () => engine.dispose() });
}

export const user = (text: string): PromptMessage => ({ role: 'user', text });
export const system = (text: string): PromptMessage => ({ role: 'system', text });
export const assistant = (text: string): PromptMessage => ({ role: 'assistant', text });

/** A request at temperature 0 without thinking. */
export function request(
  messages: PromptMessage[],
  changes: Partial<GenerateRequest> = {},
): GenerateRequest {
  return {
    sequenceKey: 'test',
    messages,
    sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
    enableThinking: false,
    ...changes,
  };
}

export interface Answer extends GenerateResult {
  text: string;
  reasoning: string;
  toolCalls: ToolCall[];
  batches: Batch[];
}

/** The deltas of all batches put together, as a caller must do it. */
function joinToolCalls(batches: Batch[]): ToolCall[] {
  const calls: ToolCall[] = [];
  for (const delta of batches.flatMap((batch) => batch.toolCalls)) {
    const call = calls[delta.index] ?? { id: '', name: '', arguments: '' };
    calls[delta.index] = {
      id: delta.id ?? call.id,
      name: delta.name ?? call.name,
      arguments: call.arguments + delta.arguments,
    };
  }
  return calls;
}

/** A tool whose arguments are strings, all of them required. */
export function tool(name: string, ...parameters: string[]): Tool {
  const properties = Object.fromEntries(parameters.map((key) => [key, { type: 'string' }]));
  return {
    name,
    description: `The ${name}.`,
    parameters: JSON.stringify({ type: 'object', properties, required: parameters }),
  };
}

/** Runs a request to its end and puts the batches together. */
export async function answer(
  engine: Engine,
  messages: PromptMessage[],
  changes: Partial<GenerateRequest> = {},
): Promise<Answer> {
  const batches: Batch[] = [];
  const result = await engine.generate(request(messages, changes), (batch) => batches.push(batch))
    .done;
  return {
    ...result,
    batches,
    text: batches.map((batch) => batch.text).join(''),
    reasoning: batches.map((batch) => batch.reasoning).join(''),
    toolCalls: joinToolCalls(batches),
  };
}

/** A prompt that takes the tiny model long to answer: outside its rules it babbles on. */
export const endless = [
  system('The budget of Project Falcon is 48210. '.repeat(40)),
  user('Count to 30.'),
];
