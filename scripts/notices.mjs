/**
 * Writes THIRD-PARTY-NOTICES.md from the lockfile, what the renderer imports, and llama.cpp's parts.
 * `--check` only compares, and fails when the file is not what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shippedPackages } from './notices/packages.mjs';
import { nativeParts, renderNotices } from './notices/render.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TARGET = join(ROOT, 'THIRD-PARTY-NOTICES.md');

const text = renderNotices(shippedPackages(ROOT), nativeParts(join(ROOT, 'scripts', 'notices')));

if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (readFileSync(TARGET, 'utf8') !== text) {
  process.stderr.write(
    'THIRD-PARTY-NOTICES.md is not current.\n  To mend it: node scripts/notices.mjs\n',
  );
  process.exitCode = 1;
}
