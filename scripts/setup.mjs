/**
 * Everything that must be in place before the app or its tests run; each step is skipped when it is done.
 * Plain Node built-ins, because it runs before node_modules exists.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireBundles } from './setup/app-bundles.mjs';
import { requireLlamaSource } from './setup/llama-source.mjs';
import { requireNativeBuild, requireNativeTests } from './setup/native-build.mjs';
import { requireNpmPackages } from './setup/npm-packages.mjs';
import { cacheDir } from './setup/platform.mjs';
import { projectEnv, projectNode } from './setup/project-node.mjs';
import { announce, duration, exitWith } from './setup/say.mjs';
import { requireTools } from './setup/tools.mjs';

/** The clone. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @typedef {object} Ready
 * @property {string} nodePath the project's own Node
 * @property {NodeJS.ProcessEnv} env in which `node` is that one, and native specs find their programs
 * @property {string} cache
 * @property {string} addonDir the addon's build, with compile_commands.json
 */

/**
 * Brings this clone to where `need` can run.
 * @param {'start' | 'test'} need `test` also asks for the C++ checkers and a Chromium
 * @returns {Promise<Ready>}
 * @throws SetupError
 */
export async function setup(need) {
  const startedMs = Date.now();
  const cache = cacheDir();
  mkdirSync(cache, { recursive: true });
  await requireTools(need);
  await requireNpmPackages(ROOT);
  const nodePath = projectNode(ROOT);
  const env = projectEnv(nodePath);
  const native = { root: ROOT, cache, llamaSource: () => requireLlamaSource(cache) };
  const build = await requireNativeBuild(native);
  if (need === 'test') env['PARLEY_NATIVE_TESTS'] = await requireNativeTests({ ...native, build });
  await requireBundles(ROOT, nodePath, env);
  announce(`Set up in ${duration(Date.now() - startedMs)}`);
  return { nodePath, env, cache, addonDir: build.addonDir };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await exitWith(async () => {
    await setup('start');
    return 0;
  });
}
