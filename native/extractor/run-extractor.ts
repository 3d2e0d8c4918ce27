import { randomUUID } from 'node:crypto';
import { AppError } from '../../contract/errors/app-error.ts';
import { extractorContract, extractorExitCode } from '../../contract/extractor-contract.ts';
import { serve } from '../../contract/rpc/serve.ts';
import { hostPort } from '../process/process-port.ts';
import { traceOf } from '../process/trace.ts';
import { ExtractorService } from './extractor-service.ts';
import { isOutOfMemory } from './parser-faults.ts';
import type { LoadReaders } from './reader.ts';
import { loadSandbox, type Sandbox } from './sandbox-binding.ts';

const bugExitCode = 70;

/** Names and frames, no messages: those may quote the file. */
function report(error: unknown, path: string): string {
  const incidentId = randomUUID();
  process.stderr.write(`incident ${incidentId} in ${path}: ${traceOf(error)}\n`);
  return incidentId;
}

/** The first line of `reason` on stderr is how the host learns why. */
function sandboxOrExit(): Sandbox | undefined {
  try {
    return loadSandbox(process.env['PARLEY_SANDBOX']);
  } catch (error) {
    const isKnown = AppError.is(error, 'extractor.unavailable');
    const reason = isKnown ? error.data.reason : traceOf(error);
    process.stderr.write(`${reason}\n`, () => process.exit(extractorExitCode.unavailable));
    return undefined;
  }
}

function start(load: LoadReaders, sandbox: Sandbox): void {
  const port = hostPort();
  const service = new ExtractorService({ sandbox, load });
  process.on('uncaughtException', (error) => {
    report(error, 'process');
    sandbox.end(isOutOfMemory(error) ? extractorExitCode.tooHeavy : bugExitCode);
  });
  port.onClose(() => sandbox.end(0));
  serve(extractorContract, service.handlers, port, report);
}

/** Makes this process an extractor: it answers its host until the host is gone, with the readers that `load` brings. */
export function runExtractor(load: LoadReaders): void {
  process.stderr.on('error', () => {});
  // Ctrl-C and a closed terminal reach the whole group; when this process ends is its parent's decision.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  const sandbox = sandboxOrExit();
  if (sandbox) start(load, sandbox);
}
