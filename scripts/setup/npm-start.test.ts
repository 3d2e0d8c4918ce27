import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const START: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).scripts.start;

const POLITE = `process.on('SIGINT', () => process.exit(0)); setInterval(() => {}, 1000); console.log('ready');`;

it.each([
  ['a terminal’s Ctrl-C, which reaches every process', (pid: number) => -pid],
  ['a signal to npm alone', (pid: number) => pid],
])(
  'npm start ends with 0 after %s',
  async (_, target) => {
    const clone = mkdtempSync(join(tmpdir(), 'parley-npm-start-'));
    writeFileSync(join(clone, 'polite.cjs'), POLITE);
    const start = START.replace('scripts/start.mjs', 'polite.cjs');
    writeFileSync(join(clone, 'package.json'), JSON.stringify({ scripts: { start } }));
    const npm = spawn('npm', ['start'], {
      cwd: clone,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    for await (const chunk of npm.stdout) {
      output += chunk;
      if (output.includes('ready')) break;
    }
    const exited = once(npm, 'exit');
    process.kill(target(npm.pid ?? 0), 'SIGINT');
    expect(await exited).toEqual([0, null]);
  },
  60_000,
);
