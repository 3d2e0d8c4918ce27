/** `npm run model`: fetches the small model, or another of the catalogue (`-- --id qwen3.5-4b`). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { requireNpmPackages } from './setup/npm-packages.mjs';
import { projectEnv, projectNode } from './setup/project-node.mjs';
import { exitWith } from './setup/say.mjs';
import { ROOT } from './setup.mjs';

await exitWith(async () => {
  await requireNpmPackages(ROOT);
  const nodePath = projectNode(ROOT);
  const args = [join(ROOT, 'scripts', 'model.ts'), ...process.argv.slice(2)];
  const child = spawn(nodePath, args, { stdio: 'inherit', env: projectEnv(nodePath) });
  // Ctrl-C reaches the child too: it ends in its own time and tells what it kept.
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
});
