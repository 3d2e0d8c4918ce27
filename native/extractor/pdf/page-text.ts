import type { HiddenCarrier } from '../../../contract/documents/extracted.ts';
import type { PdfDocument } from './document.ts';
import { type SortedWords, sortWords } from './hidden-words.ts';
import { type Segment, segmentsOf } from './layout/segments.ts';
import { type TurnedText, turnedTexts } from './layout/turned.ts';
import { countExternalLinks } from './links.ts';
import { areaOf, openPage, type PdfPage } from './page.ts';
import type { PageObjects } from './page-objects.ts';
import { type PageWords, readWords, type Word } from './words.ts';

/** What a page says, before it is put in order. */
export interface PageText {
  /** From 1. */
  readonly number: number;
  readonly widthPt: number;
  readonly heightPt: number;
  /** Text that runs from left to right on the page as shown. */
  readonly segments: readonly Segment[];
  /** Text that runs up, down or upside down. */
  readonly turned: readonly TurnedText[];
  readonly hidden: ReadonlyMap<HiddenCarrier, readonly Segment[]>;
  /** A picture covers it and there is no text to speak of. */
  readonly isScanned: boolean;
  /** Its text has no meaning to anybody but its own font; left out. */
  readonly isUnmapped: boolean;
  /** Its text was laid over a picture by somebody's recognition. */
  readonly isRecognised: boolean;
  /** Links that lead out of the file. */
  readonly links: number;
}

const MAX_SCANNED_CHARS = 20;
const COVERS_SHARE = 0.5;
const MIN_CHARS_TO_JUDGE = 20;
const MAX_UNMAPPED_SHARE = 0.3;

/** Reads one page, from 1; null where PDFium cannot load it. */
export function readPageText(document: PdfDocument, number: number): PageText | null {
  using page = openPage(document, number);
  if (page === null) return null;
  const read = readWords(page);
  const { widthPt, heightPt } = page;
  const links = countExternalLinks(page);
  const base = { number, widthPt, heightPt, links };
  if (isUnmapped(read)) {
    const empty = { segments: [], turned: [], hidden: new Map(), isRecognised: false };
    return { ...base, ...empty, isScanned: false, isUnmapped: true };
  }
  const sorted = sortWords(page, read.words);
  const shown =
    sorted.recognised.length > 0 ? [...sorted.visible, ...sorted.recognised] : sorted.visible;
  return {
    ...base,
    segments: segmentsOf(shown.filter(({ style }) => style.quarterTurns === 0)),
    turned: turnedTexts(page, shown),
    hidden: hiddenSegments(sorted),
    isScanned: charsOf(shown) < MAX_SCANNED_CHARS && isCovered(page, sorted.objects),
    isUnmapped: false,
    isRecognised: charsOf(sorted.recognised) > charsOf(sorted.visible),
  };
}

function isUnmapped({ chars, unmappedChars }: PageWords): boolean {
  return chars >= MIN_CHARS_TO_JUDGE && unmappedChars > chars * MAX_UNMAPPED_SHARE;
}

function hiddenSegments({ hidden }: SortedWords): Map<HiddenCarrier, Segment[]> {
  return new Map(Array.from(hidden, ([carrier, words]) => [carrier, segmentsOf(words)]));
}

function charsOf(words: readonly Word[]): number {
  return words.reduce((sum, { text }) => sum + text.length, 0);
}

/** Whether pictures cover the page. Scans often come in strips. */
function isCovered(page: PdfPage, { pictures }: PageObjects): boolean {
  const covered = pictures.reduce((sum, { rect }) => {
    const inside = {
      left: Math.max(0, rect.left),
      top: Math.max(0, rect.top),
      right: Math.min(page.widthPt, rect.right),
      bottom: Math.min(page.heightPt, rect.bottom),
    };
    return sum + areaOf(inside);
  }, 0);
  return covered >= page.widthPt * page.heightPt * COVERS_SHARE;
}
