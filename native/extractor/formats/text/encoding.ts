import { TextDecoder } from 'node:util';
import { analyse } from 'chardet';

/** A name that TextDecoder knows. */
export type Encoding = string;

/** How much of a file is looked at. */
export const sampleBytes = 256 * 1024;
const detectBytes = 32 * 1024;

/**
 * The encoding of text whose first bytes are `sample`: by its byte order mark, by being UTF-8 or UTF-16, by what it
 * declares (`declared`), else by what its bytes look like. `isWhole`: there is no more of it.
 */
export function detectEncoding(sample: Buffer, declared?: string): Encoding {
  const marked = byMark(sample);
  if (marked !== undefined) return marked;
  const wide = byZeroes(sample);
  if (wide !== undefined) return wide;
  const { multiByte, invalid } = countUtf8(sample);
  if (invalid === 0 || multiByte > invalid * 8) return 'utf-8';
  if (declared !== undefined && isKnown(declared)) return declared;
  return guess(sample) ?? 'windows-1252';
}

function byMark(sample: Buffer): Encoding | undefined {
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return 'utf-8';
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** Text of two bytes a character has zeroes on one side wherever it is ASCII, and no odd control characters. */
function byZeroes(sample: Buffer): Encoding | undefined {
  const length = Math.min(sample.byteLength, 4096) & ~1;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < length; at += 2) {
    if (sample[at] === 0) even += 1;
    if (sample[at + 1] === 0) odd += 1;
  }
  const few = length / 40;
  if (length < 4 || Math.max(even, odd) < length / 20) return undefined;
  if (even <= few && odd > even * 4) return 'utf-16le';
  return odd <= few && even > odd * 4 ? 'utf-16be' : undefined;
}

/** Sequences of UTF-8 that are right, and bytes that belong to none. What the end of the sample cuts counts as neither. */
export function countUtf8(sample: Buffer): { multiByte: number; invalid: number } {
  let multiByte = 0;
  let invalid = 0;
  const end = sample.byteLength;
  for (let at = 0; at < end; ) {
    const lead = sample[at] ?? 0;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    const length = sequenceLength(lead);
    if (length > 0 && at + length > end && isContinued(sample, at + 1, end)) break;
    if (
      length > 0 &&
      isContinued(sample, at + 1, at + length) &&
      isShortest(lead, sample[at + 1] ?? 0)
    ) {
      multiByte += 1;
      at += length;
    } else {
      invalid += 1;
      at += 1;
    }
  }
  return { multiByte, invalid };
}

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

function isContinued(sample: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (((sample[at] ?? 0) & 0xc0) !== 0x80) return false;
  return true;
}

/** Neither an overlong form, nor half of a surrogate pair, nor beyond Unicode. */
function isShortest(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second < 0xa0;
  if (lead === 0xf0) return second >= 0x90;
  return lead === 0xf4 ? second < 0x90 : true;
}

export function isKnown(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

const wideEncodings = ['big5', 'gb18030', 'shift_jis', 'euc-jp', 'euc-kr'] as const;
/** The most used characters of each language: text in it is full of them, and bytes read wrongly are not. */
const usual: Readonly<Record<(typeof wideEncodings)[number], RegExp>> = {
  big5: /[的一是不了在有人我他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生，。、]/gu,
  gb18030:
    /[的一是不了在有人我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生，。、]/gu,
  shift_jis: /[ぁ-んァ-ヶー。、]/gu,
  'euc-jp': /[ぁ-んァ-ヶー。、]/gu,
  'euc-kr': /[가-힣]/gu,
};

/** By reading the bytes in each encoding of East Asia and looking for its usual characters, then as chardet says. */
function guess(sample: Buffer): Encoding | undefined {
  const part = aroundFirstHigh(sample);
  const scores = wideEncodings.map((encoding) => ({ encoding, score: scoreOf(part, encoding) }));
  const best = scores.reduce((one, other) => (other.score > one.score ? other : one));
  if (best.score > 0.15) return best.encoding;
  const found = analyse(part).find(({ name }) => isKnown(name) && !/^(utf|iso-2022)/iu.test(name));
  const name = found?.name.toLowerCase();
  return name === 'iso-8859-1' ? 'windows-1252' : name;
}

/** The share of characters beyond ASCII that are usual ones; nothing where bytes do not fit the encoding. */
function scoreOf(part: Buffer, encoding: (typeof wideEncodings)[number]): number {
  const text = new TextDecoder(encoding).decode(part);
  let high = 0;
  let broken = 0;
  for (const char of text) {
    if (char > '\u007f') high += 1;
    if (char === '\ufffd' || (char >= '\ue000' && char <= '\uf8ff')) broken += 1;
  }
  if (high === 0 || broken * 50 > high) return 0;
  return (text.match(usual[encoding])?.length ?? 0) / high;
}

/** Whole lines from the first one that is not plain ASCII. */
function aroundFirstHigh(sample: Buffer): Buffer {
  const first = sample.findIndex((byte) => byte >= 0x80);
  const start = first < 0 ? 0 : sample.lastIndexOf(0x0a, first) + 1;
  const end = Math.min(sample.byteLength, start + detectBytes);
  const lastBreak = sample.lastIndexOf(0x0a, end - 1);
  return sample.subarray(start, lastBreak > start + detectBytes / 2 ? lastBreak : end);
}
