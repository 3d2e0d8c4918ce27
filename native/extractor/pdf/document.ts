import { AppError } from '../../../contract/errors/app-error.ts';
import type { ForeignFile } from '../reader.ts';
import { type Pdfium, type Pointer, readString, withMemory } from './pdfium.ts';

/** An open document. Its pages must be closed before it is. */
export interface PdfDocument {
  readonly pdfium: Pdfium;
  readonly pointer: Pointer;
  readonly pageCount: number;
  /** Its own title, without what surrounds it; null where it has none. */
  readonly title: string | null;
  /** Files inside it, which nobody unpacks. */
  readonly embeddedFiles: number;
  /** Scripts inside it, which nobody runs. */
  readonly scripts: number;
  [Symbol.dispose](): void;
}

/** Larger files are refused: they and PDFium's structures must fit the process's memory. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;
const ERROR_PASSWORD = 4;
const ERROR_SECURITY = 5;

/**
 * Opens a PDF. Its bytes go piece by piece into PDFium's memory, so there is one copy of them.
 * @throws AppError `document.too-large` beyond 256 MiB, `document.encrypted` where it needs a password,
 *   `document.broken` where PDFium finds no document in it
 */
export function openPdf(pdfium: Pdfium, file: ForeignFile): PdfDocument {
  const { name, fileBytes } = file;
  if (fileBytes > MAX_FILE_BYTES) {
    throw new AppError('document.too-large', {
      name,
      limit: 'bytes',
      found: fileBytes,
      allowed: MAX_FILE_BYTES,
    });
  }
  const { functions } = pdfium;
  const data = copyIn(pdfium, file);
  const pointer = functions.FPDF_LoadMemDocument(data, fileBytes, 0);
  if (pointer === 0) {
    const error = functions.FPDF_GetLastError();
    functions.free(data);
    if (error === ERROR_PASSWORD || error === ERROR_SECURITY) {
      throw new AppError('document.encrypted', { name });
    }
    throw new AppError('document.broken', { name, detail: `pdfium ${error}` });
  }
  return {
    pdfium,
    pointer,
    pageCount: Math.max(0, functions.FPDF_GetPageCount(pointer)),
    title: titleOf(pdfium, pointer),
    embeddedFiles: Math.max(0, functions.FPDFDoc_GetAttachmentCount(pointer)),
    scripts: Math.max(0, functions.FPDFDoc_GetJavaScriptActionCount(pointer)),
    [Symbol.dispose]() {
      functions.FPDF_CloseDocument(pointer);
      functions.free(data);
    },
  };
}

function copyIn(pdfium: Pdfium, file: ForeignFile): Pointer {
  const { fileBytes } = file;
  const data = pdfium.functions.malloc(Math.max(1, fileBytes));
  if (data === 0) throw new RangeError(`PDFium is out of memory: ${fileBytes} bytes`);
  const target = pdfium.bytes().subarray(data, data + fileBytes);
  let filled = 0;
  while (filled < fileBytes) {
    const piece = file.read(filled, Math.min(PIECE_BYTES, fileBytes - filled));
    if (piece.length === 0) break;
    target.set(piece, filled);
    filled += piece.length;
  }
  // A file that became shorter since it was opened ends in zeros; PDFium then says what it misses.
  target.fill(0, filled);
  return data;
}

function titleOf(pdfium: Pdfium, document: Pointer): string | null {
  const tag = new TextEncoder().encode('Title\0');
  const title = withMemory(pdfium, tag.length, (pointer) => {
    pdfium.bytes().set(tag, pointer);
    return readString(
      pdfium,
      (buffer, bytes) => pdfium.functions.FPDF_GetMetaText(document, pointer, buffer, bytes),
      { encoding: 'utf-16le' },
    );
  });
  const trimmed = title.replace(/\s+/g, ' ').trim().slice(0, 300);
  return trimmed === '' ? null : trimmed;
}
