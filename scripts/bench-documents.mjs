/** `npm run bench:documents`: sets up what is missing, then measures what Parley does with documents beside others. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { exitWith } from './setup/say.mjs';
import { ROOT, setup } from './setup.mjs';

await exitWith(async () => {
  const { nodePath, env, addonDir } = await setup('start');
  const args = [join(ROOT, 'scripts', 'bench', 'documents', 'main.ts'), ...process.argv.slice(2)];
  const childEnv = { ...env, PARLEY_ADDON_BUILD: addonDir };
  const child = spawn(nodePath, args, { stdio: 'inherit', env: childEnv });
  // Ctrl-C reaches the child too, which ends what it started.
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
});
