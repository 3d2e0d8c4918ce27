import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { OcrLanguage } from '../../../contract/extractor-contract.ts';
import { readLanguage } from './language-data.ts';

/** A picture for recognition: one byte a pixel, 0 is black, rows from the top. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly grey: Uint8Array;
}

/** Tesseract, ready for some languages. It keeps the thread while it works. */
export interface Tesseract {
  /** What stands in a picture of one column. */
  read(picture: GreyPicture): RecognisedTable;
}

/** What was found in a picture. */
export interface RecognisedTable {
  /** Tesseract's table (TSV): a row for every block, paragraph, line and word, in pixels. */
  readonly table: string;
  /** Of its words, [0, 100]. */
  readonly confidence: number;
}

interface TessApi {
  Init(path: null, languages: string, engine: number): number;
  SetVariable(name: string, value: string): boolean;
  /** Takes the picture in `/input`. */
  SetImageFile(exifOrientation: number, radians: number): number;
  SetSourceResolution(dotsPerInch: number): void;
  Recognize(monitor: null): number;
  GetTSVText(page: number): string;
  MeanTextConf(): number;
  Clear(): void;
}

interface TessModule {
  readonly FS: { writeFile(path: string, data: Uint8Array): void; unlink(path: string): void };
  readonly TessBaseAPI: new () => TessApi;
}

type LoadTesseract = (options: {
  wasmBinary: Uint8Array;
  print: (line: string) => void;
  printErr: (line: string) => void;
}) => Promise<TessModule>;

const ENGINE_LSTM = 1;
const CORE = 'tesseract.js-core/tesseract-core-simd-lstm';
/** Where the build reads pictures from, in a file system of its own in memory. */
const INPUT = '/input';
const UPRIGHT = 1;
const NOTHING: RecognisedTable = { table: '', confidence: 0 };
/** One block of text, upright: columns were parted before. */
const SEGMENT_BLOCK = '6';
const SCAN_DPI = 300;

/**
 * Loads Tesseract as WASM with the data of some languages. Opens files: to be called before the process restricts
 * itself. Nothing is fetched.
 * @throws Error where the data is missing or not Tesseract's
 */
export async function loadTesseract(languages: readonly OcrLanguage[]): Promise<Tesseract> {
  const require = createRequire(import.meta.url);
  const load: LoadTesseract = require(`${CORE}.js`);
  const wasmBinary = readFileSync(require.resolve(`${CORE}.wasm`));
  const quiet = () => undefined;
  const module = await load({ wasmBinary, print: quiet, printErr: quiet });
  for (const language of languages) {
    module.FS.writeFile(`${language}.traineddata`, readLanguage(language));
  }
  const api = new module.TessBaseAPI();
  const status = api.Init(null, languages.join('+'), ENGINE_LSTM);
  if (status !== 0) throw new Error(`Tesseract did not start: ${status}`);
  // It has taken them in; the copies in its file system are only weight.
  for (const language of languages) module.FS.unlink(`${language}.traineddata`);
  api.SetVariable('tessedit_pageseg_mode', SEGMENT_BLOCK);
  return { read: (picture) => read(module, api, picture) };
}

function read(module: TessModule, api: TessApi, picture: GreyPicture): RecognisedTable {
  module.FS.writeFile(INPUT, portableGreyMap(picture));
  try {
    if (api.SetImageFile(UPRIGHT, 0) !== 0) return NOTHING;
    api.SetSourceResolution(SCAN_DPI);
    if (api.Recognize(null) !== 0) return NOTHING;
    return { table: api.GetTSVText(0), confidence: Math.max(0, api.MeanTextConf()) };
  } finally {
    api.Clear();
    module.FS.unlink(INPUT);
  }
}

/** The format with the least to it: a line that says the size, then the pixels. */
function portableGreyMap({ width, height, grey }: GreyPicture): Uint8Array {
  const head = new TextEncoder().encode(`P5 ${width} ${height} 255\n`);
  const file = new Uint8Array(head.length + grey.length);
  file.set(head);
  file.set(grey, head.length);
  return file;
}
