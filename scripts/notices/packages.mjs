/** Which npm packages reach a person's computer inside Parley, and under which licence. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../setup/hash.mjs';

/**
 * @typedef {object} Shipped
 * @property {string} name
 * @property {string} version
 * @property {string} licence SPDX, as the package says
 * @property {string} text its licence file, '' when it has none
 */

/** @typedef {{ version?: string, dependencies?: Record<string, string>, optional?: boolean }} LockEntry */

/**
 * Folders whose bundles are made of what they import.
 */
const BUNDLED_FOLDERS = [
  'renderer',
  'contract',
  'main',
  'preload',
  'native/engine',
  'native/extractor',
];

/**
 * Every shipped package once per version, by name.
 * @param {string} root the clone
 * @returns {Shipped[]}
 */
export function shippedPackages(root) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const packages = /** @type {Record<string, LockEntry>} */ (lock.packages);
  const known = { ...manifest.dependencies, ...manifest.devDependencies };
  const imported = importedPackages(root).filter((name) => name in known);
  const roots = [...new Set([...Object.keys(manifest.dependencies), ...imported])];
  /** @type {Map<string, Shipped>} */
  const shipped = new Map();
  for (const path of reachable(packages, roots)) {
    const one = readPackage(root, path);
    shipped.set(`${one.name}@${one.version}`, one);
  }
  return [...shipped.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Names of the packages that product code imports; tests do not count.
 * @param {string} root
 */
export function importedPackages(root) {
  const files = BUNDLED_FOLDERS.flatMap((folder) => filesUnder(join(root, folder))).filter(
    (path) =>
      /\.(ts|svelte)$/.test(path) &&
      !/\.(test|spec|fixture)\.ts$|[\\/](testing|test-support)[\\/]/.test(path),
  );
  const names = files.flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    const imports = text.matchAll(/(?:from|import)\s*\(?\s*'((?:@[^/']+\/)?[^./'][^/']*)[^']*'/g);
    return [...imports].map((match) => match[1] ?? '');
  });
  // Electron's own notices travel with its program.
  return [...new Set(names)].filter((name) => name !== 'electron' && !name.startsWith('node:'));
}

/**
 * Lockfile paths of `roots` and all they depend on, as Node would find them.
 * @param {Record<string, LockEntry>} packages
 * @param {readonly string[]} roots
 * @returns {Set<string>}
 */
export function reachable(packages, roots) {
  /** @type {Set<string>} */
  const found = new Set();
  const waiting = roots.map((name) => ({ from: '', name }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const path = resolveFrom(packages, next.from, next.name);
    if (!path || found.has(path)) continue;
    found.add(path);
    const names = Object.keys(packages[path]?.dependencies ?? {});
    waiting.push(...names.map((name) => ({ from: path, name })));
  }
  return found;
}

/**
 * @param {Record<string, LockEntry>} packages
 * @param {string} from
 * @param {string} name
 * @returns {string | undefined}
 */
function resolveFrom(packages, from, name) {
  for (
    let folder = from;
    ;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
  ) {
    const path = folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`;
    if (packages[path]) return path;
    if (folder === '') return undefined;
    if (!folder.includes('/node_modules/')) {
      return packages[`node_modules/${name}`] ? `node_modules/${name}` : undefined;
    }
  }
}

/**
 * @param {string} root
 * @param {string} path in the lockfile
 * @returns {Shipped}
 */
function readPackage(root, path) {
  const folder = join(root, path);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((name) =>
    /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name),
  );
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : '';
  // A manifest without the field: the text itself says which licence it is.
  const licence = manifest.license ?? (/^MIT License/i.test(text) ? 'MIT' : 'see its text');
  return { name: manifest.name, version: manifest.version, licence, text };
}
