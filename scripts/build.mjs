/** Bundles the app into dist/: the window's page, both shells, the engine's and the extractor's process, the preload script. */
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { bundleStamp, bundleStampPath } from './setup/app-bundles.mjs';
import { writeStamp } from './setup/hash.mjs';
import { exitWith, SetupError } from './setup/say.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Found in node_modules at run time: native code, what Electron provides, and CommonJS with optional parts. */
const EXTERNAL = [
  'electron',
  'better-sqlite3',
  'electron-store',
  'ws',
  // With WASM beside them, or native code.
  '@hyzyla/pdfium',
  'libheif-js',
  'sharp',
  'tesseract.js-core',
];

/** @type {ReadonlyArray<{ outDir: string, format: 'esm' | 'cjs', entries: Record<string, string> }>} */
const NODE_BUNDLES = [
  {
    outDir: 'dist/main',
    format: 'esm',
    entries: {
      browser: 'main/shell-browser/main.ts',
      electron: 'main/shell-electron/main.ts',
      'passage-index': 'main/services/passages/search-index/worker.ts',
    },
  },
  { outDir: 'dist/engine', format: 'esm', entries: { engine: 'native/engine/entry.ts' } },
  {
    outDir: 'dist/extractor',
    format: 'esm',
    entries: { extractor: 'native/extractor/entry.ts' },
  },
  // Electron loads the preload of a sandboxed page as CommonJS only.
  { outDir: 'dist/preload', format: 'cjs', entries: { preload: 'preload/preload.ts' } },
];

/** @param {typeof NODE_BUNDLES[number]} bundle */
async function buildForNode({ outDir, format, entries }) {
  const extension = format === 'cjs' ? 'cjs' : 'js';
  const input = Object.fromEntries(
    Object.entries(entries).map(([name, path]) => [name, join(ROOT, path)]),
  );
  await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      target: 'node24',
      outDir: join(ROOT, outDir),
      emptyOutDir: true,
      sourcemap: true,
      minify: false,
      rolldownOptions: {
        input,
        external: [...EXTERNAL, /\.node$/],
        output: {
          format,
          entryFileNames: `[name].${extension}`,
          chunkFileNames: `[name]-[hash].${extension}`,
        },
      },
    },
    ssr: { target: 'node', noExternal: true, external: EXTERNAL },
  });
}

await exitWith(async () => {
  // Taken before the build: an edit while it runs must make the next start build again.
  const stamp = bundleStamp(ROOT);
  rmSync(bundleStampPath(ROOT), { force: true });
  const entries = NODE_BUNDLES.flatMap((bundle) => Object.values(bundle.entries));
  const absent = [...entries, 'renderer/index.html'].filter(
    (path) => !existsSync(join(ROOT, path)),
  );
  if (absent.length > 0) {
    throw new SetupError(
      `This clone lacks ${absent.join(', ')}.`,
      'git status, then git restore .',
    );
  }
  for (const bundle of NODE_BUNDLES) await buildForNode(bundle);
  await build({
    root: join(ROOT, 'renderer'),
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
  });
  writeStamp(bundleStampPath(ROOT), stamp);
  return 0;
});
