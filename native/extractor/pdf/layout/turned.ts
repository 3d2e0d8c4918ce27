import type { PdfPage, Rect } from '../page.ts';
import type { TextStyle, Word } from '../words.ts';
import { type LaidOut, layOut } from './blocks.ts';
import { type Segment, segmentsOf } from './segments.ts';

/** Text of a page that runs another way than from left to right, in a frame where it does. */
export interface TurnedText {
  readonly segments: readonly Segment[];
  /** From the frame back to the page. */
  readonly toPage: (rect: Rect) => Rect;
}

type Turns = Exclude<TextStyle['quarterTurns'], 0>;
const TURNS: readonly Turns[] = [1, 2, 3];

/** The turned text of a page, by the way in which it runs. */
export function turnedTexts({ widthPt, heightPt }: PdfPage, words: readonly Word[]): TurnedText[] {
  const texts: TurnedText[] = [];
  for (const turns of TURNS) {
    const turned = words.filter(({ style }) => style.quarterTurns === turns);
    if (turned.length === 0) continue;
    const { toFrame, toPage } = frameOf(turns, widthPt, heightPt);
    const framed = turned.map((word) => ({ ...word, rect: toFrame(word.rect) }));
    texts.push({ segments: segmentsOf(framed), toPage });
  }
  return texts;
}

/** Lays turned text out in its frame; the boxes are those on the page. */
export function upright({ segments, toPage }: TurnedText): LaidOut[] {
  return layOut(segments).map((block) => ({
    ...block,
    lines: block.lines.map((line) => ({ ...line, rect: toPage(line.rect) })),
  }));
}

type MapRect = (rect: Rect) => Rect;

function frameOf(
  turns: Turns,
  width: number,
  height: number,
): { toFrame: MapRect; toPage: MapRect } {
  switch (turns) {
    case 1:
      return { toFrame: turnedLeft(width), toPage: turnedRight(width) };
    case 2:
      return { toFrame: upsideDown(width, height), toPage: upsideDown(width, height) };
    case 3:
      return { toFrame: turnedRight(height), toPage: turnedLeft(height) };
    default:
      return turns satisfies never;
  }
}

/** A page of this width turned a quarter against the clock. */
function turnedLeft(width: number): MapRect {
  return ({ left, top, right, bottom }) => ({
    left: top,
    right: bottom,
    top: width - right,
    bottom: width - left,
  });
}

/** A page of this height turned a quarter with the clock. */
function turnedRight(height: number): MapRect {
  return ({ left, top, right, bottom }) => ({
    left: height - bottom,
    right: height - top,
    top: left,
    bottom: right,
  });
}

function upsideDown(width: number, height: number): MapRect {
  return ({ left, top, right, bottom }) => ({
    left: width - right,
    right: width - left,
    top: height - bottom,
    bottom: height - top,
  });
}
