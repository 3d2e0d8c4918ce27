import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { absolutePaths, runShell } from './shell-process.mjs';

const MODULE = JSON.stringify(new URL('./shell-process.mjs', import.meta.url).href);

/** Runs a shell under a parent of its own, as `npm start` does; resolves to what it printed and its code. */
const under = async (childSource: string, signal?: NodeJS.Signals) => {
  const source = `import { runShell } from ${MODULE};
    process.exitCode = await runShell(process.execPath, ['-e', process.argv[1]], { cwd: '.', env: process.env });`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', source, childSource], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  parent.stdout.on('data', (chunk) => {
    output += chunk;
    if (signal && output.includes('ready')) {
      parent.kill(signal);
      signal = undefined;
    }
  });
  const [code] = await once(parent, 'close');
  return { code, output };
};

const POLITE = `process.on('SIGINT', () => { console.log('asked'); setTimeout(() => process.exit(0), 50); });
  setInterval(() => {}, 1000); console.log('ready');`;

describe('running the app', () => {
  it('ends with 0 on Ctrl-C, and the app is asked exactly once', async () => {
    expect(await under(POLITE, 'SIGINT')).toEqual({ code: 0, output: 'ready\nasked\n' });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends with 0 on %s when the app does not handle it',
    async (signal) => {
      expect((await under("setInterval(() => {}, 1000); console.log('ready');", signal)).code).toBe(
        0,
      );
    },
  );

  it('hands on the code of an app that failed, also after Ctrl-C', async () => {
    expect((await under('process.exit(3)')).code).toBe(3);
    const failing = POLITE.replace('process.exit(0)', 'process.exit(4)');
    expect((await under(failing, 'SIGINT')).code).toBe(4);
  });

  it('is no success when the app was killed, or could not be started', async () => {
    expect((await under("process.kill(process.pid, 'SIGKILL')")).code).toBe(1);
    expect(await runShell('/absent/program', [], { cwd: '.', env: {} })).toBe(127);
  });
});

it('file arguments are relative to where the person typed', () => {
  const typed = ['--model', 'a.gguf', '--mmproj=../b=c.gguf', '--headless', '--model', '/x.gguf'];
  expect(absolutePaths(typed, '/home/a')).toEqual([
    '--model',
    '/home/a/a.gguf',
    '--mmproj=/home/b=c.gguf',
    '--headless',
    '--model',
    '/x.gguf',
  ]);
});
