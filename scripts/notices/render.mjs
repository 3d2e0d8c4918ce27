/** Lays out THIRD-PARTY-NOTICES.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./packages.mjs').Shipped} Shipped */

/** What the addon links statically: llama.cpp v0.5.0 and the parts that it carries. */
const NATIVE_PARTS = [
  { name: 'llama.cpp, ggml', licence: 'MIT', file: 'llama.cpp.txt' },
  { name: 'llamafile sgemm (in ggml)', licence: 'MIT', file: 'llamafile-sgemm.txt' },
  { name: 'JSON for Modern C++', licence: 'MIT', file: 'nlohmann-json.txt' },
  { name: 'cpp-httplib', licence: 'MIT', file: 'cpp-httplib.txt' },
  { name: 'stb_image', licence: 'MIT or public domain', file: 'stb_image.txt' },
  { name: 'miniaudio', licence: 'Unlicense or MIT-0', file: 'miniaudio.txt' },
  { name: 'xxHash', licence: 'BSD-2-Clause', file: 'xxhash.txt' },
];

/**
 * The native parts with their licence texts.
 * @param {string} folder where the texts lie
 * @returns {Shipped[]}
 */
export function nativeParts(folder) {
  return NATIVE_PARTS.map(({ name, licence, file }) => ({
    name,
    version: '',
    licence,
    text: readFileSync(join(folder, file), 'utf8').trim(),
  }));
}

/**
 * The whole file. Packages that share a licence text, word for word, share a section.
 * @param {readonly Shipped[]} packages
 * @param {readonly Shipped[]} native
 */
export function renderNotices(packages, native) {
  const header = `# Third-party notices

Parley contains the works below. \`node scripts/notices.mjs\` writes this file; a check keeps it current.
Electron and Chromium bring their own notices beside their program (\`LICENSE\`, \`LICENSES.chromium.html\`).
SQLite (in better-sqlite3), subprocess.h, and the sha1 and sha256 code in llama.cpp are in the public domain.
`;
  const sections = [
    '## In the engine\n',
    ...groupByText(native),
    '## In the app\n',
    ...groupByText(packages),
  ];
  return `${header}\n${sections.join('\n')}`;
}

/** @param {readonly Shipped[]} works */
function groupByText(works) {
  /** @type {Map<string, Shipped[]>} */
  const groups = new Map();
  for (const work of works) {
    const key = work.text || `${work.name}: ${work.licence}`;
    groups.set(key, [...(groups.get(key) ?? []), work]);
  }
  return [...groups.values()].map((group) => {
    const names = group.map(
      ({ name, version, licence }) => `${`${name} ${version}`.trim()} (${licence})`,
    );
    const text =
      group[0]?.text || 'The package has no licence file; its manifest names the licence above.';
    // Long fences: some licence files hold fences of their own.
    return `### ${names.join(', ')}\n\n~~~~text\n${text.replaceAll('\r\n', '\n')}\n~~~~\n`;
  });
}
