/** Hashes and stamps: how set-up knows that a step is already done. */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/**
 * sha256 over named pieces; the names count, so that moving text between two pieces changes it.
 * @param {Readonly<Record<string, string | Buffer>>} pieces
 * @returns {string} 64 hex digits
 */
export function hashPieces(pieces) {
  const hash = createHash('sha256');
  for (const name of Object.keys(pieces).sort()) {
    const piece = pieces[name] ?? '';
    hash.update(`${name.length}:${name}${piece.length}:`).update(piece);
  }
  return hash.digest('hex');
}

/**
 * sha256 over the paths and bytes of files and, recursively, of folders. What is not there counts as absent.
 * @param {string} root
 * @param {readonly string[]} paths relative to `root`
 * @param {(path: string) => boolean} [keep] sees each path relative to `root`, with forward slashes
 */
export function hashFiles(root, paths, keep = () => true) {
  /** @type {Record<string, Buffer>} */
  const pieces = {};
  for (const path of paths) {
    for (const file of filesUnder(join(root, path))) {
      const name = relative(root, file).split(sep).join('/');
      if (keep(name)) pieces[name] = readFileSync(file);
    }
  }
  return hashPieces(pieces);
}

/**
 * Every file under a path, the path itself when it is one, nothing when it is absent. No order promised.
 * @param {string} path
 * @returns {string[]}
 */
export function filesUnder(path) {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      if (entry.name === 'node_modules') return [];
      const child = join(path, entry.name);
      if (entry.isDirectory()) return filesUnder(child);
      return entry.isFile() ? [child] : [];
    });
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code === 'ENOTDIR') return [path];
    if (code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Hash of one file, read as a stream.
 * @param {string} path
 * @param {'sha256' | 'sha512'} algorithm
 * @param {'hex' | 'base64'} encoding
 * @returns {Promise<string>}
 */
export async function hashFile(path, algorithm, encoding) {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest(encoding);
}

/**
 * Text of a stamp file, '' when there is none.
 * @param {string} path
 */
export function readStamp(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * @param {string} path
 * @param {string} text
 */
export function writeStamp(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
