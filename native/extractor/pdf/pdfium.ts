import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PDFiumLibrary } from '@hyzyla/pdfium';

/** A pointer into PDFium's memory; 0 is none. */
export type Pointer = number;

/** Functions of PDFium's C interface that the reader calls, as the WASM module exports them. */
export interface PdfiumFunctions {
  malloc(bytes: number): Pointer;
  free(pointer: Pointer): void;
  FPDF_LoadMemDocument(data: Pointer, bytes: number, password: Pointer): Pointer;
  FPDF_CloseDocument(document: Pointer): void;
  FPDF_GetLastError(): number;
  FPDF_GetPageCount(document: Pointer): number;
  FPDF_GetMetaText(document: Pointer, tag: Pointer, buffer: Pointer, bytes: number): number;
  FPDF_LoadPage(document: Pointer, index: number): Pointer;
  FPDF_ClosePage(page: Pointer): void;
  FPDF_GetPageWidthF(page: Pointer): number;
  FPDF_GetPageHeightF(page: Pointer): number;
  FPDF_PageToDevice(
    page: Pointer,
    startX: number,
    startY: number,
    width: number,
    height: number,
    rotate: number,
    x: number,
    y: number,
    deviceX: Pointer,
    deviceY: Pointer,
  ): number;
  FPDFText_LoadPage(page: Pointer): Pointer;
  FPDFText_ClosePage(textPage: Pointer): void;
  FPDFText_CountChars(textPage: Pointer): number;
  FPDFText_GetUnicode(textPage: Pointer, index: number): number;
  FPDFText_IsHyphen(textPage: Pointer, index: number): number;
  FPDFText_HasUnicodeMapError(textPage: Pointer, index: number): number;
  FPDFText_GetTextObject(textPage: Pointer, index: number): Pointer;
  FPDFText_GetLooseCharBox(textPage: Pointer, index: number, rect: Pointer): number;
  FPDFText_GetMatrix(textPage: Pointer, index: number, matrix: Pointer): number;
  FPDFText_GetFontSize(textPage: Pointer, index: number): number;
  FPDFText_GetFontWeight(textPage: Pointer, index: number): number;
  FPDFTextObj_GetTextRenderMode(object: Pointer): number;
  FPDFTextObj_GetFont(object: Pointer): Pointer;
  FPDFFont_GetBaseFontName(font: Pointer, buffer: Pointer, bytes: number): number;
  FPDFPage_CountObjects(page: Pointer): number;
  FPDFPage_GetObject(page: Pointer, index: number): Pointer;
  FPDFFormObj_CountObjects(form: Pointer): number;
  FPDFFormObj_GetObject(form: Pointer, index: number): Pointer;
  FPDFPageObj_GetType(object: Pointer): number;
  FPDFPageObj_SetIsActive(object: Pointer, isActive: number): number;
  FPDFPageObj_CountMarks(object: Pointer): number;
  FPDFPageObj_GetMark(object: Pointer, index: number): Pointer;
  FPDFPageObjMark_GetName(
    mark: Pointer,
    buffer: Pointer,
    bytes: number,
    neededBytes: Pointer,
  ): number;
  FPDFPageObj_GetBounds(
    object: Pointer,
    left: Pointer,
    bottom: Pointer,
    right: Pointer,
    top: Pointer,
  ): number;
  FPDFPageObj_GetMatrix(object: Pointer, matrix: Pointer): number;
  FPDFPageObj_GetFillColor(object: Pointer, r: Pointer, g: Pointer, b: Pointer, a: Pointer): number;
  FPDFPageObj_GetStrokeColor(
    object: Pointer,
    r: Pointer,
    g: Pointer,
    b: Pointer,
    a: Pointer,
  ): number;
  FPDFPath_GetDrawMode(path: Pointer, fillMode: Pointer, stroke: Pointer): number;
  FPDFPage_GetAnnotCount(page: Pointer): number;
  FPDFLink_Enumerate(page: Pointer, position: Pointer, link: Pointer): number;
  FPDFLink_GetAction(link: Pointer): Pointer;
  FPDFAction_GetType(action: Pointer): number;
  FPDFDoc_GetAttachmentCount(document: Pointer): number;
  FPDFDoc_GetJavaScriptActionCount(document: Pointer): number;
  FPDFBookmark_GetFirstChild(document: Pointer, bookmark: Pointer): Pointer;
  FPDFBookmark_GetNextSibling(document: Pointer, bookmark: Pointer): Pointer;
  FPDFBookmark_GetTitle(bookmark: Pointer, buffer: Pointer, bytes: number): number;
  FPDFBookmark_GetDest(document: Pointer, bookmark: Pointer): Pointer;
  FPDFDest_GetDestPageIndex(document: Pointer, dest: Pointer): number;
  FPDFBitmap_CreateEx(
    width: number,
    height: number,
    format: number,
    pixels: Pointer,
    stride: number,
  ): Pointer;
  FPDFBitmap_FillRect(
    bitmap: Pointer,
    left: number,
    top: number,
    width: number,
    height: number,
    color: number,
  ): number;
  FPDFBitmap_Destroy(bitmap: Pointer): void;
  FPDF_RenderPageBitmap(
    bitmap: Pointer,
    page: Pointer,
    startX: number,
    startY: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void;
}

/** PDFium and its memory. Everything in it belongs to one file, as the process does. */
export interface Pdfium {
  readonly functions: PdfiumFunctions;
  /** The memory as it is now: growing replaces the buffer, so a view is never kept over a call. */
  bytes(): Uint8Array;
  /** Eight numbers' room for what a function writes through pointers. */
  readonly scratch: Pointer;
  /** Floats or unsigned words at `scratch`, 4 bytes each. */
  scratchFloats(): Float32Array;
  scratchWords(): Int32Array;
}

const SCRATCH_BYTES = 128;

interface LoadedModule {
  readonly HEAPU8: Uint8Array;
  readonly wasmExports: PdfiumFunctions;
}

/**
 * Loads PDFium, with its WASM from node_modules. Opens files: to be called before the process restricts itself.
 * Built without V8: it has no JavaScript and no XFA to run.
 */
export async function loadPdfium(): Promise<Pdfium> {
  const path = createRequire(import.meta.url).resolve('@hyzyla/pdfium/pdfium.wasm');
  const wasm = readFileSync(path);
  const library = await PDFiumLibrary.init({ wasmBinary: new Uint8Array(wasm).buffer });
  // The package's own classes know neither boxes nor colours; the module beneath them is private in its types only.
  const module = (library as unknown as { module: LoadedModule }).module;
  const functions = module.wasmExports;
  const scratch = functions.malloc(SCRATCH_BYTES);
  let floats: Float32Array = new Float32Array(0);
  let words: Int32Array = new Int32Array(0);
  const refresh = () => {
    if (floats.buffer === module.HEAPU8.buffer) return;
    floats = new Float32Array(module.HEAPU8.buffer, scratch, SCRATCH_BYTES / 4);
    words = new Int32Array(module.HEAPU8.buffer, scratch, SCRATCH_BYTES / 4);
  };
  return {
    functions,
    scratch,
    bytes: () => module.HEAPU8,
    scratchFloats() {
      refresh();
      return floats;
    },
    scratchWords() {
      refresh();
      return words;
    },
  };
}

/**
 * Runs `use` with `bytes` of PDFium's memory, and gives them back.
 * @throws RangeError when there are none, in words by which the process knows that it is out of memory
 */
export function withMemory<T>(pdfium: Pdfium, bytes: number, use: (pointer: Pointer) => T): T {
  const pointer = pdfium.functions.malloc(bytes);
  if (pointer === 0) throw new RangeError(`PDFium is out of memory: ${bytes} bytes`);
  try {
    return use(pointer);
  } finally {
    pdfium.functions.free(pointer);
  }
}

/**
 * Reads a string through one of PDFium's functions that say how many bytes they need.
 * At most `maxBytes` of it, so that a hostile length costs nothing.
 */
export function readString(
  pdfium: Pdfium,
  fill: (buffer: Pointer, bytes: number) => number,
  { encoding, maxBytes = 4096 }: { encoding: 'utf-16le' | 'utf-8'; maxBytes?: number },
): string {
  const needed = fill(0, 0);
  if (needed <= 0 || needed > maxBytes) return '';
  return withMemory(pdfium, needed, (pointer) => {
    const written = Math.min(fill(pointer, needed), needed);
    const end = encoding === 'utf-8' ? 1 : 2;
    return new TextDecoder(encoding).decode(
      pdfium.bytes().slice(pointer, pointer + Math.max(0, written - end)),
    );
  });
}
