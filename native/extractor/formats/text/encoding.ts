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
  const { valid, invalid } = weighUtf8(sample);
  if (invalid === 0 || valid >= invalid) return 'utf-8';
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
  if (Math.max(even, odd) < Math.max(3, length / 20)) return undefined;
  if (even <= few && odd > even * 4) return 'utf-16le';
  return odd <= few && even > odd * 4 ? 'utf-16be' : undefined;
}

/**
 * How much speaks for UTF-8: right sequences, those of three and four bytes for more, since other encodings hardly ever
 * make them; and against it: bytes that belong to none, a byte that repeats once. What the end of the sample cuts counts
 * as neither.
 */
export function weighUtf8(sample: Buffer): { valid: number; invalid: number } {
  let valid = 0;
  let invalid = 0;
  for (let at = 0; at < sample.byteLength; ) {
    const length = lengthAt(sample, at);
    if (length > 0) {
      valid += length < 3 ? length - 1 : length;
      at += length;
    } else if (isCutAt(sample, at)) break;
    else {
      if (sample[at - 1] !== sample[at]) invalid += 1;
      at += 1;
    }
  }
  return { valid, invalid };
}

/** Bytes of the character at `at`; 0 where there is none. */
function lengthAt(sample: Buffer, at: number): number {
  const lead = sample[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = sequenceLength(lead);
  return isSequence(sample, at, length) ? length : 0;
}

/** The character at `at` goes on behind the sample. */
function isCutAt(sample: Buffer, at: number): boolean {
  const end = sample.byteLength;
  const length = sequenceLength(sample[at] ?? 0);
  return length > 0 && at + length > end && isContinued(sample, at + 1, end);
}

function isSequence(sample: Buffer, at: number, length: number): boolean {
  if (length === 0) return false;
  return (
    isContinued(sample, at + 1, at + length) && isShortest(sample[at] ?? 0, sample[at + 1] ?? 0)
  );
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

interface WideEncoding {
  label: string;
  /** First bytes of its everyday characters and punctuation. */
  isUsualLead: (lead: number) => boolean;
  /** The most used characters of the language: text in it is full of them, bytes read wrongly are not. */
  usual: RegExp;
}

const isWithin = (byte: number, first: number, last: number): boolean =>
  byte >= first && byte <= last;

const wideEncodings: readonly WideEncoding[] = [
  {
    label: 'big5',
    isUsualLead: (lead) => isWithin(lead, 0xa1, 0xc6),
    usual:
      /[的一是不了在有人我他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生會，。、：]/gu,
  },
  {
    label: 'gb18030',
    isUsualLead: (lead) => isWithin(lead, 0xb0, 0xd7) || isWithin(lead, 0xa1, 0xa3),
    usual:
      /[的一是不了在有人我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生会，。、：]/gu,
  },
  {
    label: 'shift_jis',
    isUsualLead: (lead) => isWithin(lead, 0x81, 0x83) || isWithin(lead, 0x88, 0x97),
    usual: /[ぁ-んァ-ヶー。、]/gu,
  },
  {
    label: 'euc-jp',
    isUsualLead: (lead) => isWithin(lead, 0xa1, 0xa5) || isWithin(lead, 0xb0, 0xcf),
    usual: /[ぁ-んァ-ヶー。、]/gu,
  },
  {
    label: 'euc-kr',
    isUsualLead: (lead) => isWithin(lead, 0xb0, 0xc8) || lead === 0xa1,
    usual: /[이다는의에가을를고하은한도지로서사기인리어대정자니나아시해]/gu,
  },
];
/** By what ISO's set for the language lacks, and Windows' has. */
const wider: Readonly<Record<string, string>> = {
  'iso-8859-1': 'windows-1252',
  'iso-8859-2': 'windows-1250',
  'iso-8859-5': 'windows-1251',
  'iso-8859-6': 'windows-1256',
  'iso-8859-7': 'windows-1253',
  'iso-8859-8': 'windows-1255',
  'iso-8859-9': 'windows-1254',
};
const shortChars = 12;

/** By reading the bytes in each encoding of East Asia and looking for its usual characters, then as chardet says. */
function guess(sample: Buffer): Encoding | undefined {
  const part = aroundFirstHigh(sample);
  const scores = wideEncodings.map((encoding) => ({
    label: encoding.label,
    score: scoreOf(part, encoding),
  }));
  const best = scores.reduce((one, other) => (other.score > one.score ? other : one));
  if (best.score > 0) return best.label;
  const found = analyse(part).find(
    ({ name }) => isKnown(name) && !/^(utf|iso-2022|big5|gb|euc|shift)/iu.test(name),
  );
  const name = found?.name.toLowerCase();
  return name === undefined ? undefined : (wider[name] ?? name);
}

/** 0 where the bytes are no text in it; else more, the more of its everyday characters there are. */
function scoreOf(part: Buffer, { label, isUsualLead, usual }: WideEncoding): number {
  const text = new TextDecoder(label).decode(part);
  const high = Array.from(text).filter((char) => char > '\u007f');
  const broken = high.filter((char) => char === '\ufffd' || (char >= '\ue000' && char <= '\uf8ff'));
  if (high.length === 0 || broken.length * 50 > high.length) return 0;
  const leads = leadsOf(part);
  const usualLeads = leads.filter(isUsualLead).length / Math.max(1, leads.length);
  const usualChars = (text.match(usual)?.length ?? 0) / high.length;
  if (usualLeads < 0.8 || (usualChars < 0.06 && high.length > shortChars)) return 0;
  return usualLeads + 3 * usualChars;
}

/** First bytes of pairs. */
function leadsOf(part: Buffer): number[] {
  const leads: number[] = [];
  for (let at = 0; at < part.byteLength; at += 1) {
    const byte = part[at] ?? 0;
    if (byte < 0x81) continue;
    leads.push(byte);
    at += 1;
  }
  return leads;
}

/** Whole lines from the first one that is not plain ASCII. */
function aroundFirstHigh(sample: Buffer): Buffer {
  const first = sample.findIndex((byte) => byte >= 0x80);
  const start = first < 0 ? 0 : sample.lastIndexOf(0x0a, first) + 1;
  const end = Math.min(sample.byteLength, start + detectBytes);
  const lastBreak = sample.lastIndexOf(0x0a, end - 1);
  return sample.subarray(start, lastBreak > start + detectBytes / 2 ? lastBreak : end);
}
