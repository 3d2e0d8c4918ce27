/**
 * The native build, in two cached stages: llama.cpp as static libraries (minutes, rarely), then our addon
 * against them (seconds, whenever our C++ changes). Each is built under a temporary name with a lock and
 * renamed whole, so a cache folder that exists is complete; an interrupted build goes on where it stopped.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { filesUnder, hashFiles, hashPieces, readStamp, writeStamp } from './hash.mjs';
import { withLock } from './lock.mjs';
import { compilerEnv } from './msvc.mjs';
import { ninjaProgress } from './ninja-progress.mjs';
import { LLAMA_BUNDLE_SHA256 } from './pins.mjs';
import { cpuFeatures, requireFreeDisk } from './platform.mjs';
import { findOnPath, firstLine, run } from './run.mjs';
import { announce, note, SetupError } from './say.mjs';

/** Finished builds of each stage that are kept; older ones are removed. */
const KEPT_BUILDS = 4;

/** What stage 2 builds: the engine's addon, and the extractor's. */
const MODULES = ['addon.node', 'sandbox.node'];

/**
 * @typedef {object} NativeBuild
 * @property {string} addonDir cache folder with addon.node and compile_commands.json
 * @property {string} llamaDir cache folder with the static libraries
 */

/**
 * Everything that decides what stage 1 produces, as a short key.
 * @param {object} inputs
 * @param {string} inputs.recipe hash over native/llama
 * @param {string} inputs.compiler first line of its --version
 * @param {string} inputs.cmake first line of its --version
 * @param {string} inputs.cpu what cpuFeatures says
 * @param {readonly string[]} inputs.flags
 */
export function llamaKey({ recipe, compiler, cmake, cpu, flags }) {
  const pieces = {
    recipe,
    compiler,
    cmake,
    cpu,
    flags: flags.join('\n'),
    bundle: LLAMA_BUNDLE_SHA256,
  };
  return hashPieces(pieces).slice(0, 20);
}

/**
 * Key of stage 2: stage 1, our C++ and the versions of the Node-API headers.
 * @param {string} root the clone
 * @param {string} stageOneKey
 */
export function addonKey(root, stageOneKey) {
  const sources = hashFiles(root, ['native/addon', 'native/extractor/sandbox'], isAddonSource);
  const headers = ['node-addon-api', 'node-api-headers'].map((name) => {
    const text = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
    return `${name}@${JSON.parse(text).version}`;
  });
  return hashPieces({ stageOneKey, sources, headers: headers.join() }).slice(0, 20);
}

/**
 * True for what the addon is built from: not its tests, its types or its notes.
 * @param {string} path relative to the clone
 */
export function isAddonSource(path) {
  return /(^|\/)CMakeLists\.txt$|\.(cpp|cc|c|h|hpp|mm|metal|cmake|def)$/.test(path);
}

/**
 * Has `dist/native/addon.node` and `sandbox.node` built from what is checked out.
 * @param {object} places
 * @param {string} places.root the clone
 * @param {string} places.cache
 * @param {() => Promise<string>} places.llamaSource resolves to llama.cpp's source; called only to build
 * @param {NodeJS.ProcessEnv} [places.env]
 * @returns {Promise<NativeBuild>}
 * @throws SetupError
 */
export async function requireNativeBuild({ root, cache, llamaSource, env = process.env }) {
  const toolEnv = await compilerEnv(env);
  const flags = buildFlags(toolEnv);
  const stageOneKey = llamaKey({
    recipe: hashFiles(root, ['native/llama']),
    compiler: compilerIdentity(toolEnv),
    cmake: firstLine('cmake', ['--version'], toolEnv),
    cpu: cpuFeatures(),
    flags,
  });
  const llamaDir = join(cache, `llama-${stageOneKey}`);
  const addonDir = join(cache, `addon-${addonKey(root, stageOneKey)}`);
  const tools = stageTools(toolEnv, cache);
  const stage = { env: tools.env, flags: [...flags, ...tools.flags] };
  if (!existsSync(addonDir)) {
    mkdirSync(cache, { recursive: true });
    if (!existsSync(llamaDir)) requireFreeDisk(cache);
    const source = await llamaSource();
    await buildStage(llamaDir, {
      ...stage,
      what: 'Building llama.cpp for this processor',
      howLong: 'once; 5 to 10 minutes on two cores',
      recipe: join(root, 'native', 'llama'),
      target: 'parley-llama',
      flags: [...stage.flags, `-DLLAMA_SOURCE_DIR=${source}`],
    });
    await buildStage(addonDir, {
      ...stage,
      what: "Building Parley's engine addon",
      howLong: 'under 2 minutes',
      recipe: join(root, 'native', 'addon'),
      target: 'all',
      flags: [...stage.flags, ...addonFlags(root, llamaDir, source)],
    });
    prune(cache, 'llama-', llamaDir);
    prune(cache, 'addon-', addonDir);
  }
  placeAddon(addonDir, join(root, 'dist', 'native'));
  return { addonDir, llamaDir };
}

/**
 * Has the programs built that native specs run beside the addon.
 * @param {object} places
 * @param {string} places.root the clone
 * @param {string} places.cache
 * @param {NativeBuild} places.build what they belong to
 * @param {() => Promise<string>} places.llamaSource resolves to llama.cpp's source; called only to build
 * @param {NodeJS.ProcessEnv} [places.env]
 * @returns {Promise<string>} the folder they lie in
 * @throws SetupError
 */
export async function requireNativeTests({ root, cache, build, llamaSource, env = process.env }) {
  const folder = join(cache, basename(build.addonDir).replace(/^addon-/, 'addon-tests-'));
  if (!existsSync(folder)) {
    const toolEnv = await compilerEnv(env);
    await buildStage(folder, {
      what: "Building the addon's test programs",
      howLong: 'under 1 minute',
      recipe: join(root, 'native', 'addon'),
      target: 'native-tests',
      env: ccacheEnv(toolEnv, cache),
      flags: [
        ...buildFlags(toolEnv),
        ...launcherFlags(toolEnv),
        ...addonFlags(root, build.llamaDir, await llamaSource()),
      ],
    });
    prune(cache, 'addon-tests-', folder);
  }
  return folder;
}

/**
 * @param {string} root
 * @param {string} llamaDir
 * @param {string} source
 */
function addonFlags(root, llamaDir, source) {
  return [
    `-DLLAMA_BUILD_DIR=${llamaDir}`,
    `-DLLAMA_SOURCE_DIR=${source}`,
    `-DNODE_MODULES_DIR=${join(root, 'node_modules')}`,
  ];
}

/** @param {NodeJS.ProcessEnv} env */
function buildFlags(env) {
  return ['CUDA', 'VULKAN']
    .filter((name) => env[`PARLEY_${name}`] === '1')
    .map((name) => `-DPARLEY_${name}=ON`);
}

/** @param {NodeJS.ProcessEnv} env */
function compilerIdentity(env) {
  const compiler =
    env['CXX'] ?? ['c++', 'g++', 'clang++', 'cl'].find((name) => findOnPath(name, env));
  return compiler
    ? `${compiler} ${firstLine(compiler, compiler === 'cl' ? [] : ['--version'], env)}`
    : '';
}

/**
 * What has every stage compile through ccache, where that is installed.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cache
 * @returns {{ env: NodeJS.ProcessEnv, flags: string[] }}
 */
export function stageTools(env, cache) {
  return { env: ccacheEnv(env, cache), flags: launcherFlags(env) };
}

/** @param {NodeJS.ProcessEnv} env */
function launcherFlags(env) {
  if (!findOnPath('ccache', env)) return [];
  return ['C', 'CXX'].map((language) => `-DCMAKE_${language}_COMPILER_LAUNCHER=ccache`);
}

/**
 * Paths inside the cache count as relative, so a build under another key or home still hits.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cache
 */
function ccacheEnv(env, cache) {
  return { ...env, CCACHE_BASEDIR: cache, CCACHE_NOHASHDIR: '1' };
}

/**
 * @typedef {object} Stage
 * @property {string} what
 * @property {string} howLong
 * @property {string} recipe folder of the CMakeLists.txt
 * @property {string} target
 * @property {readonly string[]} flags
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * Configures and builds one stage into `folder`, unless it is there.
 * @param {string} folder
 * @param {Stage} stage
 * @throws SetupError
 */
export async function buildStage(folder, stage) {
  if (existsSync(folder)) return;
  await withLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(folder)) return;
      announce(stage.what, stage.howLong);
      const partial = `${folder}.partial`;
      await cmakeBuild(partial, stage);
      moveBuild(partial, folder);
    },
    { onWait: (pid) => note(`Waiting for process ${pid}, which is building the same thing.`) },
  );
}

/**
 * @param {string} folder
 * @param {Stage} stage
 */
async function cmakeBuild(folder, stage) {
  // CMake refuses to go on with what another clone began, and names its sources by their paths.
  if (!isBegunHere(folder, stage.recipe)) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const type = ['-DCMAKE_BUILD_TYPE=Release', '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON'];
  const configureArgs = ['-S', stage.recipe, '-B', folder, '-G', 'Ninja', ...type, ...stage.flags];
  const configured = await run('cmake', configureArgs, { env: stage.env });
  const built =
    configured.code === 0
      ? await run('cmake', ['--build', folder, '--target', stage.target], {
          env: stage.env,
          onLine: ninjaProgress(process.stdout),
        })
      : configured;
  if (built.code === 0) return;
  const log = `${folder}.log`;
  writeFileSync(log, `${configured.output}\n${built.output}`);
  note(tellingLines(built.output).join('\n  '));
  // A half-made configuration may be what failed: begin anew next time, but keep what compiled.
  if (configured.code !== 0) rmSync(join(folder, 'CMakeCache.txt'), { force: true });
  throw new SetupError(
    `The native build failed (${stage.what.toLowerCase()}).`,
    `read ${log}, then run this again; it goes on where it stopped`,
  );
}

/**
 * @param {string} folder
 * @param {string} recipe
 */
function isBegunHere(folder, recipe) {
  const cache = join(folder, 'CMakeCache.txt');
  if (!existsSync(cache)) return true;
  const begun = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1];
  return begun !== undefined && resolve(begun) === resolve(recipe);
}

/**
 * The lines of a build's output that name an error, or its last ones.
 * @param {string} output
 */
export function tellingLines(output) {
  const lines = output.split(/\r?\n/).filter(Boolean);
  const errors = lines.filter((line) => /\berror\b|\bfatal\b|CMake Error/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-5);
}

/**
 * Renames a finished build and rewrites the absolute paths that CMake wrote into what others read.
 * @param {string} from
 * @param {string} to
 */
export function moveBuild(from, to) {
  for (const name of readdirSync(from)) {
    if (!/^(.*-targets\.cmake|compile_commands\.json)$/.test(name)) continue;
    const path = join(from, name);
    const text = readFileSync(path, 'utf8');
    // CMake writes forward slashes on Windows too.
    writeFileSync(path, text.replaceAll(slashes(from), slashes(to)).replaceAll(from, to));
  }
  renameSync(from, to);
}

/** @param {string} path */
function slashes(path) {
  return path.replaceAll('\\', '/');
}

/**
 * Copies the addons beside the app's bundles, unless the same build lies there.
 * @param {string} addonDir
 * @param {string} target
 */
function placeAddon(addonDir, target) {
  const stampPath = join(target, 'build.json');
  const stamp = JSON.stringify({ addonDir });
  const now = new Date();
  utimesSync(addonDir, now, now);
  const isPlaced = MODULES.every((name) => existsSync(join(target, name)));
  if (readStamp(stampPath) === stamp && isPlaced) return;
  mkdirSync(target, { recursive: true });
  const files = filesUnder(addonDir);
  for (const name of MODULES) {
    const built = files.find((path) => basename(path) === name);
    if (!built) {
      throw new SetupError(
        `The build in ${addonDir} holds no ${name}.`,
        `remove ${addonDir} and run this again`,
      );
    }
    // A running process has the old file mapped: replace the name, never the bytes.
    copyFileSync(built, join(target, `${name}.new`));
    renameSync(join(target, `${name}.new`), join(target, name));
  }
  writeStamp(stampPath, stamp);
}

/**
 * Removes all but the newest finished builds of a stage.
 * @param {string} cache
 * @param {string} prefix
 * @param {string} keep
 */
export function prune(cache, prefix, keep) {
  const pattern = new RegExp(`^${prefix}[0-9a-f]{20}$`);
  const builds = readdirSync(cache)
    .filter((name) => pattern.test(name))
    .map((name) => ({ path: join(cache, name), usedMs: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.usedMs - a.usedMs);
  for (const build of builds.slice(KEPT_BUILDS)) {
    if (build.path !== keep) rmSync(build.path, { recursive: true, force: true });
  }
}
