import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { isAlive } from './lock.mjs';
import { findOnPath, run } from './run.mjs';

const MODULE = JSON.stringify(new URL('./run.mjs', import.meta.url).href);

describe('running a program', () => {
  it('gives its code, all it said, and each line as it comes', async () => {
    const lines: string[] = [];
    const source =
      "console.log('one'); console.error('two'); process.stdout.write('three'); process.exitCode = 3;";
    const result = await run(process.execPath, ['-e', source], {
      onLine: (line) => lines.push(line),
    });
    expect(result.code).toBe(3);
    expect(lines.sort()).toEqual(['one', 'three', 'two']);
    expect(result.output).toContain('three');
  });

  it('that is not there is 127, one that was killed 128', async () => {
    expect((await run('/absent/program', [])).code).toBe(127);
    expect((await run(process.execPath, ['-e', "process.kill(process.pid, 'SIGKILL')"])).code).toBe(
      128,
    );
  });

  it.each([
    ['gets SIGINT', "process.kill(process.pid, 'SIGINT')"],
    ['gets SIGTERM', "process.kill(process.pid, 'SIGTERM')"],
    ['fails', "throw new Error('the terminal went away')"],
  ])('ends it and its children when the script %s', async (_, ending) => {
    const grandchild = "setInterval(() => {}, 1000); console.log('pid ' + process.pid);";
    const child = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' });`;
    const script = `import { run } from ${MODULE};
      const onLine = (line) => { console.log(line); setTimeout(() => { ${ending}; }, 50); };
      await run(process.execPath, ['-e', ${JSON.stringify(child)}], { onLine });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = once(parent, 'exit');
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(String(line).replace('pid ', ''));
    expect(pid).toBeGreaterThan(0);
    await exited;
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 5000);
  });
});

it('a program is found in the first folder of the path that has it, and only if it can run', () => {
  const root = mkdtempSync(join(tmpdir(), 'parley-path-'));
  for (const folder of ['a', 'b', 'c']) mkdirSync(join(root, folder));
  for (const folder of ['a', 'b', 'c']) writeFileSync(join(root, folder, 'tool'), '');
  for (const folder of ['b', 'c']) chmodSync(join(root, folder, 'tool'), 0o755);
  const PATH = ['a', 'b', 'c'].map((folder) => join(root, folder)).join(':');
  expect(findOnPath('tool', { PATH }, 'linux')).toBe(join(root, 'b', 'tool'));
  expect(findOnPath('absent', { PATH }, 'linux')).toBeUndefined();
});
