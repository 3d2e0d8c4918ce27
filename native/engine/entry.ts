/** The engine's process: the one file that knows its two hosts, a forking Node and Electron. */
import { randomUUID } from 'node:crypto';
import { availableParallelism, getPriority, setPriority, totalmem } from 'node:os';
import { engineContract, engineExitCode } from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import { emitter, serve } from '../../contract/rpc/serve.ts';
import { hostPort } from '../process/process-port.ts';
import { traceOf } from '../process/trace.ts';
import { EngineService } from './engine-service.ts';
import { countsMappedAsFree, freeMemoryBytes } from './free-memory.ts';
import { type Addon, loadAddon } from './native-binding.ts';
import { chooseThreads } from './threads.ts';

const niceness = 10;
const closeLimitMs = 2000;
const restEveryMs = 5000;
const bugExitCode = 70;

const port = hostPort();
const announce = emitter(engineContract, [port]);

function log(level: 'info' | 'warn' | 'error', line: string): void {
  process.stderr.write(`${level} ${line}\n`);
  announce.engine.logged({ level, line });
}

function report(error: unknown, path: string): string {
  const incidentId = randomUUID();
  log('error', `incident ${incidentId} in ${path}: ${traceOf(error)}`);
  return incidentId;
}

function addonOrExit(): Addon | undefined {
  try {
    return loadAddon(process.env['PARLEY_ADDON']);
  } catch (error) {
    const reason = AppError.is(error, 'engine.unavailable') ? error.data.reason : traceOf(error);
    process.stderr.write(`${reason}\n`, () => process.exit(engineExitCode.unavailable));
    return undefined;
  }
}

function start(addon: Addon): void {
  const service = new EngineService({
    addon,
    threads: chooseThreads(process.env['PARLEY_ENGINE_THREADS'], availableParallelism()),
    // Who says how many threads wants those, and nothing measured.
    isCalibrating: process.env['PARLEY_ENGINE_THREADS'] === undefined,
    installedMemoryBytes: totalmem(),
    freeMemoryBytes,
    countsMappedAsFree,
    log,
    onUnloaded: (reason) => announce.model.unloaded({ reason }),
    onThreads: (threads) => announce.model.calibrated({ threads }),
    onEmbedderUnloaded: (reason) => announce.embedding.unloaded({ reason }),
  });
  let isResting = false;
  const rest = async (): Promise<void> => {
    if (isResting) return;
    isResting = true;
    await service.rest().catch((error: unknown) => report(error, 'rest'));
    isResting = false;
  };
  setInterval(() => void rest(), restEveryMs).unref();
  port.onClose(() => {
    // Should the thread not end in time: nothing here is worth waiting for, it holds no unsaved state.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), closeLimitMs);
    void service
      .close()
      .catch((error: unknown) => report(error, 'close'))
      .then(() => process.exit(0));
  });
  serve(engineContract, service.handlers, port, report);
}

process.stderr.on('error', () => {});
process.on('uncaughtException', (error) => {
  report(error, 'process');
  process.exit(bugExitCode);
});
// Ctrl-C and a closed terminal reach the whole group; when this process ends is its parent's decision.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});

// Before the engine's thread starts: on Linux niceness is per thread and new threads inherit it.
if (getPriority() < niceness) setPriority(niceness);

const addon = addonOrExit();
if (addon) start(addon);
