/**
 * An engine's process without an engine, for the tests of its host: serves engineContract, and the last
 * message says what happens. SCRIPTED_START says how it starts.
 */
import { engineContract, engineExitCode } from '../../contract/engine-contract.ts';
import type { Port } from '../../contract/rpc/port.ts';
import { emitter, serve } from '../../contract/rpc/serve.ts';
import { answerEnd, unscripted } from '../testing/engine-replies.fixture.ts';

function parentPort(): Port {
  return {
    post: (frame) => {
      if (process.connected) process.send?.(frame);
    },
    onFrame: (listener) => process.on('message', listener),
    onClose: (listener) => process.once('disconnect', listener),
    close: () => process.disconnect(),
  };
}

const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

/** Blocks the whole process, as an engine stuck in native code with its JavaScript would. */
function freeze(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

async function* generate(text: string, signal: AbortSignal) {
  yield { type: 'prompt' as const, readTokens: 1, promptTokens: 1 };
  const [verb = '', count = '0'] = text.split(' ');
  for (let at = 1; at <= Number(count) && !signal.aborted; at += 1) {
    yield { type: 'text' as const, text: `${at} ` };
    if (verb === 'slowly') await pause(5);
  }
  if (verb === 'crash') process.kill(process.pid, 'SIGSEGV');
  if (verb === 'exit') process.exit(3);
  if (verb === 'freeze') freeze();
  if (verb === 'dawdle') {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  }
  return answerEnd({ stopReason: signal.aborted ? 'cancelled' : 'end' });
}

const port = parentPort();
const announce = emitter(engineContract, [port]);

function start(): void {
  process.stderr.write('scripted engine starts\n');
  port.onClose(() => {
    if (process.env['SCRIPTED_END'] !== 'stays') process.exit(0);
    setInterval(() => {}, 1000);
  });
  serve(
    engineContract,
    {
      ...unscripted,
      engine: {
        ...unscripted.engine,
        describe: () => {
          announce.engine.logged({ level: 'warn', line: 'asked who it is' });
          return {
            llamaVersion: 'scripted',
            systemInfo: Object.keys(process.env).sort().join(' '),
            threads: 1,
            pid: process.pid,
            devices: [],
          };
        },
      },
      model: {
        ...unscripted.model,
        inspect: () => {
          throw new Error('a bug of the engine');
        },
        load: async function* () {
          yield { fraction: 0 };
          throw new Error('not in this script');
        },
        unload: () => ({}),
      },
      run: {
        ...unscripted.run,
        generate: ({ messages }, { signal }) => generate(messages.at(-1)?.text ?? '', signal),
      },
    },
    port,
    () => 'incident',
  );
}

switch (process.env['SCRIPTED_START']) {
  case 'dies':
    for (let line = 1; line <= 60; line += 1) process.stderr.write(`line ${line}\n`);
    process.exit(3);
    break;
  case 'unavailable':
    process.stderr.write('no addon here\n');
    process.exit(engineExitCode.unavailable);
    break;
  case 'frozen':
    freeze();
    break;
  default:
    start();
}
