import type { PdfDocument } from './document.ts';
import { type Pointer, readString } from './pdfium.ts';

/** An entry of a document's outline. */
export interface Bookmark {
  readonly title: string;
  /** From 1. */
  readonly level: number;
  /** From 1; 0 where it leads nowhere in this file. */
  readonly page: number;
}

const MAX_BOOKMARKS = 5_000;
const MAX_LEVEL = 6;

/** The outline of a document, in order. An outline that leads back into itself ends where it does so. */
export function readBookmarks(document: PdfDocument): Bookmark[] {
  const { functions } = document.pdfium;
  const found: Bookmark[] = [];
  const seen = new Set<Pointer>();
  const walk = (parent: Pointer, level: number): void => {
    let bookmark = functions.FPDFBookmark_GetFirstChild(document.pointer, parent);
    while (bookmark !== 0 && !seen.has(bookmark) && found.length < MAX_BOOKMARKS) {
      seen.add(bookmark);
      found.push({ title: titleOf(document, bookmark), level, page: pageOf(document, bookmark) });
      if (level < MAX_LEVEL) walk(bookmark, level + 1);
      bookmark = functions.FPDFBookmark_GetNextSibling(document.pointer, bookmark);
    }
  };
  walk(0, 1);
  return found;
}

function titleOf({ pdfium }: PdfDocument, bookmark: Pointer): string {
  return readString(
    pdfium,
    (buffer, bytes) => pdfium.functions.FPDFBookmark_GetTitle(bookmark, buffer, bytes),
    { encoding: 'utf-16le' },
  );
}

function pageOf({ pdfium, pointer }: PdfDocument, bookmark: Pointer): number {
  const destination = pdfium.functions.FPDFBookmark_GetDest(pointer, bookmark);
  if (destination === 0) return 0;
  return pdfium.functions.FPDFDest_GetDestPageIndex(pointer, destination) + 1;
}
