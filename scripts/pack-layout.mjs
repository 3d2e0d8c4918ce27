/** What a packed app must hold, must not hold, and what must lie beside its archive. */

const NEEDED = [
  '/package.json',
  '/dist/main/browser.js',
  '/dist/main/electron.js',
  '/dist/engine/engine.js',
  '/dist/extractor/extractor.js',
  '/dist/preload/preload.cjs',
  '/dist/renderer/index.html',
  '/dist/native/addon.node',
  '/dist/native/sandbox.node',
  '/assets/models/catalog.json',
  '/node_modules/better-sqlite3/package.json',
  '/node_modules/electron-store/package.json',
  '/node_modules/ws/package.json',
  '/node_modules/@hyzyla/pdfium/package.json',
  '/node_modules/libheif-js/package.json',
  '/node_modules/sharp/package.json',
  '/node_modules/tesseract.js-core/package.json',
  '/node_modules/@tesseract.js-data/eng/package.json',
];

const FORBIDDEN = [
  /^\/node_modules\/node-(bin-)?(linux|darwin|win)/,
  /^\/node_modules\/(electron|electron-builder|vite|typescript|svelte|playwright)(\/|$)/,
  /^\/(e2e|main|renderer|contract|native|preload|scripts|docs|shared|\.git|\.ci)(\/|$)/,
  /\.(test|spec)\.[cm]?[jt]s$/,
  /\.gguf$/,
  /\.map$/,
  /\.env$/,
];

const NATIVE = /\.(node|so|dylib|dll|metal)(\.|$)/;

/**
 * The things amiss, one sentence each. Paths begin with a slash and count from the app's root.
 * `packed` holds every entry of the archive; what lies beside it is listed there too.
 * @param {{ packed: readonly string[], unpacked: readonly string[] }} layout
 * @returns {string[]}
 */
export function packedFaults({ packed, unpacked }) {
  const inside = new Set(packed.map((path) => path.replaceAll('\\', '/')));
  const beside = new Set(unpacked);
  const lacking = NEEDED.filter((path) => !inside.has(path)).map((path) => `lacks ${path}`);
  const unwanted = [...inside]
    .filter((path) => FORBIDDEN.some((pattern) => pattern.test(path)))
    .map((path) => `holds ${path}`);
  const enclosed = [...inside]
    .filter((path) => NATIVE.test(path) && !beside.has(path))
    .map((path) => `keeps ${path} in the archive, where it cannot be loaded`);
  return [...lacking, ...unwanted, ...enclosed];
}
