import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { PackageRequest } from '../../ports/network.ts';

/** A way to call pip. */
export interface PipCommand {
  command: string;
  args: readonly string[];
}

/** In the order they are tried. */
export const pipCommands: readonly PipCommand[] = [
  { command: 'python3', args: ['-m', 'pip'] },
  { command: 'python', args: ['-m', 'pip'] },
  { command: 'py', args: ['-m', 'pip'] },
  { command: 'pip3', args: [] },
];

const keptLines = 20;
const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/;
const versionPattern = /^[0-9][A-Za-z0-9.!+]{0,49}$/;

interface PipEnd {
  exitCode: number | null;
  lastLogLines: string[];
}

/** Ends pip and what it started, by the id of the process we made. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') {
      spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { windowsHide: true });
    } else {
      process.kill(-child.pid, signal);
    }
  } catch {
    // It ended by itself between the abort and here.
  }
}

/** Runs to the end; undefined when there is no such command. */
function runPip(
  pip: PipCommand,
  request: PackageRequest,
  graceMs: number,
): Promise<PipEnd | undefined> {
  const args = [
    ...pip.args,
    ...['download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--no-input'],
    ...['--disable-pip-version-check', '--ignore-requires-python', '--progress-bar', 'off'],
    ...['-d', request.folder, `${request.package}==${request.version}`],
  ];
  const temporary = join(request.folder, 'tmp');
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  return new Promise((resolve, reject) => {
    const child = spawn(pip.command, args, {
      // `python -m` looks for modules in the working folder first: this one is ours and empty.
      cwd: temporary,
      env: { ...env, PYTHONSAFEPATH: '1', PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that an abort ends pip's children too.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    let tail = '';
    const keep = (chunk: Buffer): void => {
      tail = (tail + chunk.toString('utf8')).slice(-8192);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    let killTimer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      signalGroup(child, 'SIGTERM');
      killTimer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    };
    request.signal.addEventListener('abort', onAbort, { once: true });
    const leave = (): void => {
      clearTimeout(killTimer);
      request.signal.removeEventListener('abort', onAbort);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      leave();
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    child.once('close', (exitCode) => {
      leave();
      const lines = tail.split(/\r?\n/).filter((line) => line.trim() !== '');
      resolve({ exitCode, lastLogLines: lines.slice(-keptLines) });
    });
  });
}

/** This Python has no pip, or the command is only the shop's door (Windows): the next way is tried. */
function isPipMissing(end: PipEnd): boolean {
  const text = end.lastLogLines.join('\n');
  return (
    end.exitCode === 9009 ||
    end.exitCode === 127 ||
    /No module named '?pip'?\b|Python was not found/.test(text)
  );
}

async function findWheel(folder: string): Promise<string | undefined> {
  const names = await readdir(folder);
  const wheel = names.find((name) => name.endsWith('.whl'));
  return wheel === undefined ? undefined : join(folder, wheel);
}

/**
 * Fetches one wheel by pip into `request.folder`; its temporary files lie there too, so the folder's
 * size is the progress. Nothing of the package is run or imported. An abort ends pip's whole process
 * group, by force after `graceMs`, and only then rejects.
 * @throws AppError `network.denied` (a name that is none), `download.tool-missing`, `download.tool-failed`
 */
export async function fetchWheel(
  request: PackageRequest,
  commands: readonly PipCommand[] = pipCommands,
  graceMs = 3000,
): Promise<string> {
  request.signal.throwIfAborted();
  // What pip would read as an option or a path never reaches it.
  if (!namePattern.test(request.package) || !versionPattern.test(request.version)) {
    throw new AppError('network.denied', { purpose: request.purpose, host: 'PyPI' });
  }
  await mkdir(join(request.folder, 'tmp'), { recursive: true });
  for (const pip of commands) {
    const end = await runPip(pip, request, graceMs);
    request.signal.throwIfAborted();
    if (!end || (end.exitCode !== 0 && isPipMissing(end))) continue;
    const wheel = end.exitCode === 0 ? await findWheel(request.folder) : undefined;
    if (wheel !== undefined) return wheel;
    throw new AppError('download.tool-failed', { tool: 'pip', ...end });
  }
  throw new AppError('download.tool-missing', { tool: 'pip' });
}
