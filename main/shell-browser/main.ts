/** The browser shell's entry: arguments in, exit code out. */
import { homedir } from 'node:os';
import { bundlePaths } from '../adapters/bundle-paths.ts';
import { startOptions } from '../adapters/start-options.ts';
import { createApp } from '../app.ts';
import { runBrowserShell } from './run.ts';

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  const shell = await runBrowserShell(startOptions(process.argv.slice(2), process.cwd()), {
    platform: process.platform,
    env: process.env,
    userId: process.getuid?.(),
    home: homedir(),
    paths: bundlePaths(import.meta.dirname),
    createApp,
    say: (line) => process.stdout.write(`${line}\n`),
    complain,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, shell.end);
  process.exit(await shell.ended);
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
