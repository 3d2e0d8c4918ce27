/** llama.cpp's own programs, built from the source and the libraries that the addon is built from. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hashFiles, hashPieces } from '../setup/hash.mjs';
import { compilerEnv } from '../setup/msvc.mjs';
import { buildStage } from '../setup/native-build.mjs';
import { findOnPath } from '../setup/run.mjs';

/** Paths of the built programs. */
export interface BenchTools {
  llamaBench: string;
  llamaServer: string;
  llamaQuantize: string;
  /** The C++ compiler that built them. */
  compiler: string;
}

/**
 * Has the programs built, in the cache under a hash of all that decides what they are.
 * @param addonDir the addon's build folder: it says which libraries and which source it was made of
 * @throws SetupError
 */
export async function requireTools(
  root: string,
  { cache, addonDir }: { cache: string; addonDir: string },
): Promise<BenchTools> {
  const llamaDir = cmakeValue(addonDir, 'LLAMA_BUILD_DIR');
  const key = hashPieces({
    recipe: hashFiles(root, ['scripts/bench/tools']),
    llama: basename(llamaDir),
  });
  const folder = join(cache, `bench-tools-${key.slice(0, 20)}`);
  const env = await compilerEnv(process.env);
  const launchers = findOnPath('ccache', env)
    ? ['C', 'CXX'].map((language) => `-DCMAKE_${language}_COMPILER_LAUNCHER=ccache`)
    : [];
  await buildStage(folder, {
    what: "Building llama.cpp's own server and benchmark",
    howLong: 'once; 1 to 3 minutes',
    recipe: join(root, 'scripts', 'bench', 'tools'),
    target: 'parley-bench-tools',
    flags: [
      ...launchers,
      `-DLLAMA_BUILD_DIR=${llamaDir}`,
      `-DLLAMA_SOURCE_DIR=${cmakeValue(addonDir, 'LLAMA_SOURCE_DIR')}`,
    ],
    env,
  });
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(folder, 'bin', `${name}${suffix}`);
  return {
    llamaBench: program('llama-bench'),
    llamaServer: program('llama-server'),
    llamaQuantize: program('llama-quantize'),
    compiler: cmakeValue(folder, 'CMAKE_CXX_COMPILER'),
  };
}

/** What a build folder was configured with; '' where it does not say. */
function cmakeValue(folder: string, name: string): string {
  const text = readFileSync(join(folder, 'CMakeCache.txt'), 'utf8');
  return new RegExp(`^${name}:\\w+=(.*)$`, 'm').exec(text)?.[1] ?? '';
}
