/** No file of ours is longer than a person reads in one go. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const CODE = /\.(ts|mjs|cjs|js|svelte|css|cpp|h|mm|sql)$/;
const MAX_LINES = 400;
const MAX_COMPONENT_LINES = 200;

/**
 * One sentence per file that is too long.
 * @param {string} root
 * @param {readonly string[]} paths relative to `root`
 */
export function oversizedFiles(root, paths) {
  return paths
    .filter((path) => CODE.test(path))
    .flatMap((path) => {
      const lines = readFileSync(join(root, path), 'utf8').trimEnd().split('\n').length;
      const limit = path.endsWith('.svelte') ? MAX_COMPONENT_LINES : MAX_LINES;
      return lines > limit ? [`${path} has ${lines} lines; ${limit} are allowed`] : [];
    });
}
