/** The Node bindings that are measured beside us, in a folder of their own outside the clone. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../setup/lock.mjs';
import { findOnPath, run } from '../setup/run.mjs';
import { announce } from '../setup/say.mjs';

const versions = { 'node-llama-cpp': '3.22.1', '@fugood/llama.node': '1.7.15' };

/** Where each brings its binary for this machine; graphics cards play no part. */
function binaryPackages(): Record<string, string> {
  const { platform, arch } = process;
  const system = platform === 'win32' ? 'win' : platform === 'darwin' ? 'mac' : 'linux';
  const metal = platform === 'darwin' && arch === 'arm64' ? '-metal' : '';
  return {
    [`@node-llama-cpp/${system}-${arch}${metal}`]: versions['node-llama-cpp'],
    [`@fugood/node-llama-${platform}-${arch}`]: versions['@fugood/llama.node'],
  };
}

/** What is compared with, for people. */
export const packageVersions = versions;

/**
 * Installs them once; no script of theirs runs. Resolves to the folder whose node_modules holds them.
 * @throws Error with npm's last words
 */
export function installPackages(cache: string): Promise<string> {
  return installInFolder(cache, {
    dependencies: { ...versions, ...binaryPackages() },
    key: Object.values(versions).join('-'),
    what: 'Installing node-llama-cpp and llama.node to compare with',
    size: '110 MB',
  });
}

/** Packages that are measured beside us, for a folder of their own. */
export interface ComparedPackages {
  dependencies: Readonly<Record<string, string>>;
  /** Names the folder: other versions, another folder. */
  key: string;
  /** For the person who waits. */
  what: string;
  size: string;
}

/**
 * Installs packages once into a folder of `cache`; no script of theirs runs.
 * @throws Error with npm's last words
 */
export async function installInFolder(cache: string, packages: ComparedPackages): Promise<string> {
  const { dependencies, key, what, size } = packages;
  const folder = join(cache, `bench-packages-${key}`);
  if (existsSync(folder)) return folder;
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return;
    announce(what, size);
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    const manifest = { private: true, type: 'module', dependencies };
    await writeFile(join(partial, 'package.json'), JSON.stringify(manifest));
    const npm = findOnPath('npm') ?? 'npm';
    // Optional packages would bring the binaries for graphics cards too: gigabytes.
    const args = ['install', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];
    const installed = await run(npm, args, { cwd: partial });
    if (installed.code !== 0) throw new Error(`npm: ${installed.output.trim().slice(-500)}`);
    await rename(partial, folder);
  });
  return folder;
}
