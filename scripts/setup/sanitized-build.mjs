/**
 * The addon with address and undefined-behaviour sanitizers in our own code, and what a process needs to run
 * it. llama.cpp's libraries are those of the ordinary build: the sanitizer's allocator watches them too, but
 * not each of their reads.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { buildStage, prune, stageTools } from './native-build.mjs';
import { findOnPath, firstLine } from './run.mjs';
import { SetupError } from './say.mjs';

/**
 * Where the sanitizer's runtime lies. It has to be loaded before Node's own code, which has none.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @returns {string}
 * @throws SetupError where this machine cannot run sanitized code
 */
export function sanitizerRuntime(env = process.env, platform = process.platform) {
  if (platform !== 'linux') {
    throw new SetupError(
      'The sanitizers run on Linux only: elsewhere their runtime cannot be loaded into a finished Node.',
      'run npm run check:native on Linux',
    );
  }
  const path = findOnPath('g++', env) ? firstLine('g++', ['-print-file-name=libasan.so'], env) : '';
  // g++ repeats the bare name of a library that it does not have.
  if (!isAbsolute(path) || !existsSync(path)) {
    throw new SetupError(
      'Missing on this machine: g++ with its address sanitizer.',
      'apt-get install g++, or dnf install gcc-c++ libasan libubsan',
    );
  }
  return realpathSync(path);
}

/**
 * Builds the sanitized addon, unless it is there. Its key is that of the ordinary build beside it.
 * @param {object} places
 * @param {string} places.root the clone
 * @param {string} places.cache
 * @param {string} places.addonDir the ordinary build of what is checked out
 * @param {NodeJS.ProcessEnv} [places.env]
 * @returns {Promise<string>} the folder with addon.node and the specs' test programs
 * @throws SetupError
 */
export async function requireSanitizedBuild({ root, cache, addonDir, env = process.env }) {
  const folder = join(cache, basename(addonDir).replace('addon-', 'sanitized-'));
  const settings = readFileSync(join(addonDir, 'CMakeCache.txt'), 'utf8');
  const sameAs = ['LLAMA_BUILD_DIR', 'LLAMA_SOURCE_DIR'].map((name) => {
    const value = new RegExp(`^${name}:PATH=(.*)$`, 'm').exec(settings)?.[1] ?? '';
    return `-D${name}=${value}`;
  });
  const tools = stageTools(env, cache);
  await buildStage(folder, {
    what: 'Building the addon with sanitizers',
    howLong: 'under 5 minutes',
    recipe: join(root, 'native', 'addon'),
    target: 'native-tests',
    flags: [
      ...tools.flags,
      ...sameAs,
      `-DNODE_MODULES_DIR=${join(root, 'node_modules')}`,
      '-DPARLEY_SANITIZE=ON',
      '-DCMAKE_CXX_COMPILER=g++',
      // Line numbers in the reports; the ordinary build is stripped.
      '-DCMAKE_BUILD_TYPE=RelWithDebInfo',
    ],
    env: tools.env,
  });
  prune(cache, 'sanitized-', folder);
  return folder;
}

/**
 * The environment of a process that loads sanitized code. It ends at its first fault and leaves a report in
 * `reportDir`, as do its children: a spec may expect a process to die and must not hide what it died of.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} runtime what `sanitizerRuntime` says
 * @param {string} reportDir
 * @returns {NodeJS.ProcessEnv}
 */
export function sanitizedEnv(env, runtime, reportDir) {
  const shared = `log_path=${join(reportDir, 'report')}:print_stacktrace=1`;
  // Leaks are not looked for: Node leaves most of its memory to the end of the process.
  const address = 'detect_leaks=0:allocator_may_return_null=1:quarantine_size_mb=16';
  return {
    ...env,
    LD_PRELOAD: runtime,
    ASAN_OPTIONS: `${shared}:${address}`,
    UBSAN_OPTIONS: shared,
  };
}

/**
 * Empties the folder for reports.
 * @param {string} reportDir
 */
export function clearReports(reportDir) {
  rmSync(reportDir, { recursive: true, force: true });
  mkdirSync(reportDir, { recursive: true });
}

/**
 * What sanitized processes found, one text for each that found something.
 * @param {string} reportDir
 * @returns {string[]}
 */
export function readReports(reportDir) {
  return readdirSync(reportDir)
    .sort()
    .map((name) => readFileSync(join(reportDir, name), 'utf8'))
    .filter((text) => text.trim() !== '');
}
