import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const lockContent = z.object({
  pid: z.number().int().positive(),
  port: z.number().int().min(1).max(65_535),
  secret: z.string().min(16).max(128),
});
type LockContent = z.infer<typeof lockContent>;

/** How long a first instance may take to answer a second. */
const answerMsMax = 3_000;
const attemptsMax = 5;

/** `first`: the lock is ours. `second`: the one that has it did what we asked. `silent`: it does not answer. */
export type LockOutcome =
  | { kind: 'first'; release(): void }
  | { kind: 'second'; reply: unknown }
  | { kind: 'silent'; pid: number };

function readLock(path: string): LockContent | undefined {
  try {
    return lockContent.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Creates the file with its whole content, or returns false when there is one. */
function createWhole(path: string, content: LockContent): boolean {
  const temporary = `${path}.${content.pid}.${content.secret.slice(0, 8)}`;
  writeFileSync(temporary, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    return createWithoutLinks(path, content);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** For file systems without links (a stick): as good, but for a kill between creating and writing. */
function createWithoutLinks(path: string, content: LockContent): boolean {
  try {
    writeFileSync(path, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

type Answer = { kind: 'answered'; reply: unknown } | { kind: 'gone' } | { kind: 'silent' };

/** Asks whoever holds the lock. Another program on that port does not know the secret and counts as gone. */
async function ask(holder: LockContent, request: object): Promise<Answer> {
  try {
    const response = await fetch(`http://127.0.0.1:${holder.port}/instance`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${holder.secret}`,
      },
      body: JSON.stringify(request),
      redirect: 'error',
      signal: AbortSignal.timeout(answerMsMax),
    });
    if (!response.ok) return { kind: 'gone' };
    return { kind: 'answered', reply: await response.json() };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return isLate && isAlive(holder.pid) ? { kind: 'silent' } : { kind: 'gone' };
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Takes a stale lock away. Another start may have done so just before and put its own there: that one is
 * put back.
 */
function removeStale(path: string, stale: LockContent | undefined, ownSecret: string): void {
  const aside = `${path}.stale.${ownSecret.slice(0, 8)}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const removed = readLock(aside);
  if (removed && removed.secret !== stale?.secret) {
    try {
      linkSync(aside, path);
    } catch {
      // A third start took the lock meanwhile and now holds it.
    }
  }
  rmSync(aside, { force: true });
}

/**
 * Makes this the one instance on `folder`, or hands `request` to the one there is. Our server must listen on
 * `port` already and know `secret`, so that a lock that can be read can also be asked.
 * @throws when the folder cannot be written
 */
export async function takeInstanceLock(options: {
  folder: string;
  port: number;
  secret: string;
  request: object;
}): Promise<LockOutcome> {
  const path = join(options.folder, 'instance.json');
  const own = { pid: process.pid, port: options.port, secret: options.secret };
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    if (createWhole(path, own)) {
      return {
        kind: 'first',
        release: () => {
          if (readLock(path)?.secret === own.secret) rmSync(path, { force: true });
        },
      };
    }
    const holder = readLock(path);
    const answer = holder ? await ask(holder, options.request) : { kind: 'gone' as const };
    if (answer.kind === 'answered') return { kind: 'second', reply: answer.reply };
    if (answer.kind === 'silent' && holder) return { kind: 'silent', pid: holder.pid };
    removeStale(path, holder, own.secret);
  }
  throw new Error('the instance lock could not be taken');
}
