import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isAlive, withLock } from './lock.mjs';

let path = '';
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'parley-lock-')), 'deep', 'build.lock');
});

/** The id of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('the build lock', () => {
  it('lets one in at a time, and the second is told once who holds it', async () => {
    const order: string[] = [];
    const waited: number[] = [];
    let release = (): void => {};
    const first = withLock(path, async () => {
      order.push('first in');
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push('first out');
    });
    const onWait = (pid: number): void => {
      waited.push(pid);
      setTimeout(release, 60);
    };
    const second = withLock(path, async () => order.push('second in'), { onWait, pollMs: 5 });
    await Promise.all([first, second]);
    expect(order).toEqual(['first in', 'first out', 'second in']);
    expect(waited).toEqual([process.pid]);
    expect(existsSync(path)).toBe(false);
  });

  it('is given back when the work fails', async () => {
    const failing = withLock(path, async () => {
      throw new Error('no disk');
    });
    await expect(failing).rejects.toThrow('no disk');
    expect(existsSync(path)).toBe(false);
  });

  it('of a process that is gone is taken over', async () => {
    await withLock(path, async () => {});
    writeFileSync(path, String(deadPid()));
    expect(await withLock(path, async () => 'built')).toBe('built');
  });

  it('that a crash left empty is taken over once it is old', async () => {
    await withLock(path, async () => {});
    writeFileSync(path, '');
    const minuteAgo = new Date(Date.now() - 60_000);
    utimesSync(path, minuteAgo, minuteAgo);
    expect(await withLock(path, async () => 'built')).toBe('built');
  });

  it('is waited for across processes', async () => {
    const holder = `import { withLock } from ${JSON.stringify(new URL('./lock.mjs', import.meta.url).href)};
      await withLock(process.argv[1], async () => { console.log('held'); await new Promise((r) => process.stdin.once('data', r)); });
      process.exit(0);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', holder, path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const waited: number[] = [];
    await withLock(path, async () => {}, {
      pollMs: 5,
      onWait: (pid) => {
        waited.push(pid);
        child.stdin.end('go\n');
      },
    });
    expect(waited).toEqual([child.pid]);
  });
});

it('a process is alive until it has ended', () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(deadPid())).toBe(false);
});
