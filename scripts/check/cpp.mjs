/** clang-format and clang-tidy over our own C++. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { hashFiles, hashPieces, writeStamp } from '../setup/hash.mjs';
import { findOnPath, firstLine } from '../setup/run.mjs';
import { programOutcome } from './gates.mjs';

/** @typedef {import('./gates.mjs').Outcome} Outcome */

/**
 * @typedef {object} Workplace
 * @property {string} root the clone
 * @property {string} cache
 * @property {string} addonDir the addon's build
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * @param {readonly string[]} paths relative to the clone
 */
export function cppFiles(paths) {
  return paths.filter((path) => /^native\/(addon|extractor\/sandbox)\/.*\.(cpp|h)$/.test(path));
}

/**
 * Fails when a file is not laid out as .clang-format says.
 * @param {Workplace} place
 * @param {readonly string[]} paths
 * @returns {Promise<Outcome>}
 */
export async function checkFormat(place, paths) {
  const files = cppFiles(paths);
  if (files.length === 0) return { passed: false, output: 'There is no C++ under native/addon.' };
  const options = { cwd: place.root, env: place.env };
  return programOutcome('clang-format', ['--dry-run', '-Werror', ...files], options);
}

/**
 * Fails when clang-tidy finds anything. A file that passed is not read again until it, a header of ours,
 * the rules or the build changed.
 * @param {Workplace} place
 * @param {readonly string[]} paths
 * @returns {Promise<Outcome>}
 */
export async function checkTidy(place, paths) {
  const program = tidyProgram(place.env);
  const shared = hashPieces({
    headers: hashFiles(place.root, ['native/addon', 'native/extractor/sandbox'], (path) =>
      path.endsWith('.h'),
    ),
    rules: hashFiles(place.root, ['.clang-tidy', 'native/addon/.clang-tidy']),
    build: hashFiles(place.root, ['native/addon/CMakeLists.txt', 'native/llama/CMakeLists.txt']),
    version: firstLine(program, ['--version'], place.env),
  });
  const commandsDir = mkdtempSync(join(place.cache, 'tidy-'));
  try {
    const compiled = writeCommands(place, commandsDir);
    const waiting = cppFiles(paths)
      .filter((path) => compiled.has(path))
      .map((path) => ({ path, stamp: tidyStamp(place, shared, path) }))
      .filter(({ stamp }) => !existsSync(stamp));
    const complaints = await tidyAll(program, place, commandsDir, waiting);
    return { passed: complaints.length === 0, output: complaints.join('\n') };
  } finally {
    rmSync(commandsDir, { recursive: true, force: true });
  }
}

/** @param {NodeJS.ProcessEnv} env */
function tidyProgram(env) {
  const homebrew = ['/opt/homebrew/opt/llvm/bin/clang-tidy', '/usr/local/opt/llvm/bin/clang-tidy'];
  return findOnPath('clang-tidy', env) ?? homebrew.find((path) => existsSync(path)) ?? 'clang-tidy';
}

/**
 * @param {Workplace} place
 * @param {string} shared
 * @param {string} path
 */
function tidyStamp(place, shared, path) {
  const key = hashPieces({ shared, path, text: readFileSync(join(place.root, path)) });
  return join(place.cache, 'clang-tidy', key.slice(0, 32));
}

/**
 * Writes the build's compile commands for this clone: the cached build may have been made from another one.
 * @param {Workplace} place
 * @param {string} commandsDir
 * @returns {Set<string>} the files that the build compiles, relative to the clone
 */
function writeCommands(place, commandsDir) {
  const cacheText = readFileSync(join(place.addonDir, 'CMakeCache.txt'), 'utf8');
  const recipe = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(cacheText)?.[1] ?? '';
  const builtFrom = dirname(dirname(recipe));
  const text = readFileSync(join(place.addonDir, 'compile_commands.json'), 'utf8');
  const here = place.root.replaceAll('\\', '/');
  const moved = text
    .replaceAll(`${builtFrom}/`, `${here}/`)
    .replaceAll(/"command":\s*"\S*ccache /g, '"command": "');
  mkdirSync(commandsDir, { recursive: true });
  writeFileSync(join(commandsDir, 'compile_commands.json'), moved);
  const commands = /** @type {{ file: string }[]} */ (JSON.parse(moved));
  return new Set(commands.map(({ file }) => file.replace(`${here}/`, '')));
}

/**
 * @param {string} program
 * @param {Workplace} place
 * @param {string} commandsDir
 * @param {{ path: string, stamp: string }[]} waiting
 */
async function tidyAll(program, place, commandsDir, waiting) {
  /** @type {string[]} */
  const complaints = [];
  const options = { cwd: place.root, env: place.env };
  const worker = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const args = ['--quiet', '--warnings-as-errors=*', '-p', commandsDir, file.path];
      const outcome = await programOutcome(program, args, options);
      if (outcome.passed) writeStamp(file.stamp, basename(file.path));
      else complaints.push(outcome.output.trim());
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return complaints;
}
