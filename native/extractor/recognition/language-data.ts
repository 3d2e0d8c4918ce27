import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import type { OcrLanguage } from '../../../contract/extractor-contract.ts';

/**
 * The variant of every language's data that is read: networks only, in whole numbers. The other one holds the same
 * networks and ten times as much for an engine that the WASM build leaves out.
 */
const VARIANT = '4.0.0_best_int';

/** The data of a language, from node_modules. Opens a file: to be called before the process restricts itself. */
export function readLanguage(language: OcrLanguage): Uint8Array {
  const require = createRequire(import.meta.url);
  const path = require.resolve(
    `@tesseract.js-data/${language}/${VARIANT}/${language}.traineddata.gz`,
  );
  return gunzipSync(readFileSync(path));
}
