/** Every relative link and picture in our Markdown leads to a file that is there. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * One sentence per link that leads nowhere.
 * @param {string} root
 * @param {readonly string[]} paths relative to `root`
 */
export function brokenLinks(root, paths) {
  return paths
    .filter((path) => path.endsWith('.md') && !path.startsWith('assets/prompts/'))
    .flatMap((path) => {
      // Code blocks show syntax, they do not link.
      const text = readFileSync(join(root, path), 'utf8').replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
      return [...text.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
        .map((match) => (match[1] ?? '').split('#')[0] ?? '')
        .filter((target) => target !== '' && !/^[a-z][a-z0-9+.-]*:/i.test(target))
        .filter((target) => !existsSync(join(root, dirname(path), decodeURIComponent(target))))
        .map((target) => `${path} links to ${target}, which is not there`);
    });
}
