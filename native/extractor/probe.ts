import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { ForbiddenAct } from '../../contract/extractor-contract.ts';
import type { Sandbox } from './sandbox-binding.ts';

/** Loopback answers at once or the system has swallowed the request, which is no refusal. */
const connectLimitMs = 1000;

export interface ProbePlaces {
  readonly modelsFolder: string;
  readonly profileFolder: string;
  /** Of this computer; nobody need listen on it. */
  readonly loopbackPort: number;
}

/** The system said no; anything else, such as "not found", means that the way was open. */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EPERM' || code === 'EACCES';
}

function isOpenRefused(path: string, flags: string): boolean {
  try {
    closeSync(openSync(path, flags));
    return false;
  } catch (error) {
    return isRefusal(error);
  }
}

function isWriteRefused(folder: string): boolean {
  const path = join(folder, `.probe-${randomUUID()}`);
  try {
    closeSync(openSync(path, 'wx'));
  } catch (error) {
    return isRefusal(error);
  }
  unlinkSync(path);
  return false;
}

function isConnectRefused(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  try {
    const socket = connect({ host: '127.0.0.1', port });
    const finish = (isRefused: boolean): void => {
      socket.destroy();
      resolve(isRefused);
    };
    socket.setTimeout(connectLimitMs, () => finish(false));
    socket.once('connect', () => finish(false));
    socket.once('error', (error) => finish(isRefusal(error)));
  } catch (error) {
    resolve(isRefusal(error));
  }
  return promise;
}

/** Of a name that every computer knows without asking another one: no packet leaves, refused or not. */
async function isLookupRefused(): Promise<boolean> {
  try {
    await lookup('localhost');
    return false;
  } catch {
    return true;
  }
}

function isSpawnRefused(): boolean {
  const isWindows = process.platform === 'win32';
  const program = isWindows ? 'C:\\Windows\\System32\\where.exe' : '/bin/true';
  const { error } = spawnSync(program, [], { stdio: 'ignore', windowsHide: true });
  return error !== undefined && isRefusal(error);
}

/**
 * Attempts each forbidden act and says which were refused. One that is not is undone: a file made is removed, a
 * connection closed. Nothing leaves the computer.
 */
export async function probe(
  sandbox: Pick<Sandbox, 'isExecRefused' | 'isPtraceRefused'>,
  places: ProbePlaces,
): Promise<{ act: ForbiddenAct; isRefused: boolean }[]> {
  const device = process.platform === 'win32' ? '\\\\.\\NUL' : '/dev/null';
  return [
    { act: 'read-other-file', isRefused: isOpenRefused(process.execPath, 'r') },
    { act: 'write-models', isRefused: isWriteRefused(places.modelsFolder) },
    { act: 'write-profile', isRefused: isWriteRefused(places.profileFolder) },
    { act: 'connect', isRefused: await isConnectRefused(places.loopbackPort) },
    { act: 'resolve-name', isRefused: await isLookupRefused() },
    { act: 'exec', isRefused: isSpawnRefused() && sandbox.isExecRefused() },
    { act: 'ptrace', isRefused: sandbox.isPtraceRefused() },
    { act: 'open-device', isRefused: isOpenRefused(device, 'r+') },
  ];
}
