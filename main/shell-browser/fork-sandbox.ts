import { fork } from 'node:child_process';
import {
  type ExtractorStart,
  extractorArguments,
  extractorEnv,
  requireExtractor,
} from '../adapters/extractor-start.ts';
import { residentBytesOf } from '../adapters/resident-memory.ts';
import type { Sandbox } from '../ports/sandbox.ts';
import { forkedProcess } from './forked-process.ts';

/** Starts extractors as forked Nodes: our own binary, its stderr to us. */
export function forkSandbox(start: ExtractorStart): Sandbox {
  return {
    launch(limits) {
      requireExtractor(start);
      const child = fork(start.entryPath, [], {
        execPath: process.execPath,
        execArgv: extractorArguments(limits),
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: extractorEnv(start, process.env),
      });
      return { ...forkedProcess(child), residentBytes: () => residentBytesOf(child.pid) };
    },
  };
}
