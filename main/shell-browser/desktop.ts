import { spawn } from 'node:child_process';
import { checkedLink } from '../adapters/link-check.ts';
import type { Desktop } from '../ports/desktop.ts';

/** The program that opens things on this operating system, and what comes before the thing. */
export function opener(platform: NodeJS.Platform): { command: string; before: string[] } {
  if (platform === 'darwin') return { command: 'open', before: [] };
  // Not `start`: that is the command interpreter's, which reads `&` and `^` in an address.
  if (platform === 'win32')
    return { command: 'rundll32.exe', before: ['url.dll,FileProtocolHandler'] };
  return { command: 'xdg-open', before: [] };
}

async function run(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', reject);
  child.once('spawn', resolve);
  await promise;
  child.unref();
}

/** The person's desktop, through the operating system's own opener; no shell ever reads an address. */
export function systemDesktop(platform: NodeJS.Platform): Desktop {
  const { command, before } = opener(platform);
  return {
    openLink: (url) => run(command, [...before, checkedLink(url)]),
    showFolder: (path) =>
      platform === 'win32' ? run('explorer.exe', [path]) : run(command, [...before, path]),
  };
}
