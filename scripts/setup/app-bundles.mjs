/** The app's JavaScript, bundled into dist/ when its sources changed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashFiles, readStamp } from './hash.mjs';
import { run } from './run.mjs';
import { announce, note, SetupError } from './say.mjs';

/** Folders and files that decide what the bundles hold. */
const INPUTS = [
  'contract',
  'main',
  'native/engine',
  'native/extractor',
  'native/process',
  'preload',
  'renderer',
  'package-lock.json',
  'vite.config.ts',
  'scripts/build.mjs',
];

/**
 * Hash over everything the bundles are made of; tests do not count.
 * @param {string} root the clone
 */
export function bundleStamp(root) {
  return hashFiles(root, INPUTS, (path) => !/\.(test|spec)\.ts$/.test(path));
}

/**
 * Where the stamp of the last whole build lies.
 * @param {string} root the clone
 */
export function bundleStampPath(root) {
  return join(root, 'dist', '.bundle-stamp');
}

/**
 * Builds dist/ when it does not match the sources.
 * @param {string} root the clone
 * @param {string} nodePath the project's Node
 * @param {NodeJS.ProcessEnv} env
 * @throws SetupError
 */
export async function requireBundles(root, nodePath, env) {
  const isCurrent = readStamp(bundleStampPath(root)) === bundleStamp(root);
  if (isCurrent && existsSync(join(root, 'dist', 'renderer', 'index.html'))) return;
  announce("Bundling the app's JavaScript", 'under 30 seconds');
  const built = await run(nodePath, [join(root, 'scripts', 'build.mjs')], { cwd: root, env });
  if (built.code === 0) return;
  note(built.output.trim().split('\n').slice(-12).join('\n  '));
  throw new SetupError('The app could not be bundled.', 'npm run build');
}
