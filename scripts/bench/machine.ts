/** What a figure was taken on. */
import { existsSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { firstLine } from '../setup/run.mjs';

/** For the head of the table. */
export interface Machine {
  processor: string;
  cores: number;
  memoryGigabytes: number;
  system: string;
  compiler: string;
  node: string;
  /** What llama.cpp says of the build. */
  engine: string;
}

/** Describes this machine; `engine` is the addon's own account of its build. */
export function describeMachine(compiler: string, engine: string): Machine {
  return {
    processor: processorName(),
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1e9),
    system: systemName(),
    compiler: compiler ? firstLine(compiler, ['--version']) : '',
    node: process.version,
    engine: engine.trim().replaceAll(/\s*[\n|]\s*/g, '; '),
  };
}

function processorName(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  if (!existsSync('/proc/cpuinfo')) return model;
  const field = (name: string): string =>
    new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ??
    '';
  const family = field('cpu family');
  return family ? `${model} (family ${family}, model ${field('model')})` : model;
}

function systemName(): string {
  const file = '/etc/os-release';
  const pretty = existsSync(file)
    ? /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync(file, 'utf8'))?.[1]
    : undefined;
  return `${pretty ?? process.platform}, kernel ${release()}, ${process.arch}`;
}

/** Keeps this process, and so all it starts, on the first `threads` cores, where the system has a way to. */
export function pinToCores(threads: number): boolean {
  if (process.platform !== 'linux' || threads >= cpus().length) return false;
  const list = Array.from({ length: threads }, (_, core) => core).join(',');
  return firstLine('taskset', ['-p', '-c', list, String(process.pid)]).includes('affinity');
}
