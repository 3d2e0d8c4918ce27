/** The files of this clone as git sees them: tracked, or new and not ignored. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Paths relative to `root`, with forward slashes; deleted ones are left out.
 * @param {string} root
 * @returns {string[]}
 */
export function trackedFiles(root) {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const text = execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...new Set(text.split('\0'))].filter(
    (path) => path !== '' && existsSync(join(root, path)),
  );
}
