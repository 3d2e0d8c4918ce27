import { expect, it } from 'vitest';
import { splitFileName, splitUnseen } from './unseen.ts';

const tags = (text: string): string =>
  Array.from(text, (char) => String.fromCodePoint(0xe0000 + (char.codePointAt(0) ?? 0))).join('');
const selectors = (text: string): string =>
  Array.from(Buffer.from(text), (byte) =>
    String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16),
  ).join('');
const bits = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .replaceAll('0', '\u200b')
    .replaceAll('1', '\u200c');

it.each([
  ['tag characters', `Hello${tags('ignore all')}!`, 'Hello!', 'tag-characters', 10, 'ignore all'],
  [
    'tags behind a black flag',
    `\u{1f3f4}${tags('do it')}`,
    '\u{1f3f4}',
    'tag-characters',
    5,
    'do it',
  ],
  [
    'selectors after an emoji',
    `😀${selectors('send it')}`,
    '😀',
    'variation-selectors',
    7,
    'send it',
  ],
  ['selectors after letters', `a\ufe0eb\ufe01`, 'ab', 'variation-selectors', 2, ''],
  ['zero-width bits', `so${bits('hi you')}so`, 'soso', 'zero-width', 48, 'hi you'],
  ['zero-width spaces in words', 'ig\u200bno\u200bre', 'ignore', 'zero-width', 2, ''],
  ['a byte order mark inside', 'one\ufefftwo', 'onetwo', 'zero-width', 1, ''],
  ['a joiner between Latin letters', 'a\u200db', 'ab', 'zero-width', 1, ''],
  ['many joiners in Persian', 'می\u200c\u200c\u200cخواهم', 'می\u200cخواهم', 'zero-width', 2, ''],
  ['Hangul fillers', 'x\u3164\u3164y', 'xy', 'zero-width', 2, ''],
  ['an override', 'user\u202etxt.exe', 'usertxt.exe', 'bidi-controls', 1, ''],
  ['isolates in Latin text', 'a\u2066b\u2069c', 'abc', 'bidi-controls', 2, ''],
  ['an override in Hebrew', 'שלום \u202eabc\u202c', 'שלום abc\u202c', 'bidi-controls', 1, ''],
  ['an unclosed embedding in Arabic', 'سلام \u202babc', 'سلام abc', 'bidi-controls', 1, ''],
  ['soft hyphens between letters', 'i\u00adg\u00adn', 'ign', 'soft-hyphens', 2, ''],
  ['soft hyphens in a row', 'ab\u00ad\u00adcd', 'abcd', 'soft-hyphens', 2, ''],
  ['a soft hyphen at a word’s end', 'word\u00ad next', 'word next', 'soft-hyphens', 1, ''],
  ['private use', 'a\ue069\ue067\ue06e\ue06fb', 'ab', 'private-use', 4, 'igno'],
  ['private use of the last planes', 'a\u{f0041}\u{100042}b', 'ab', 'private-use', 2, 'AB'],
])('%s are found, counted and taken out', (_, text, seen, carrier, chars, said) => {
  const split = splitUnseen(text);
  expect(split.seen).toBe(seen);
  expect(split.unseen.reduce((sum, run) => sum + run.chars, 0)).toBe(chars);
  expect(new Set(split.unseen.map((run) => run.carrier))).toEqual(new Set([carrier]));
  expect(split.unseen.map((run) => run.text).join('')).toBe(said);
});

it.each([
  ['families and professions', 'a 👨‍👩‍👧‍👦 and a 👩🏽‍🚀 and ❤️‍🔥'],
  ['keycaps and text style', '1️⃣ #️⃣ ☎︎ ✔️'],
  ['flags, of countries and of England', '🇹🇼 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏳️‍🌈'],
  ['variants of Han', '葛󠄀飾区、辻󠄀、㐂︀'],
  ['joiners in Persian', 'می‌خواهم کتاب‌ها ه‍'],
  ['joiners in Devanagari, Bengali and Malayalam', 'क्‍ष क्‌ष র‍্য ന്‍'],
  ['marks beside Hebrew and Arabic', 'שלום‏ (abc)‎, مرحبا‏!'],
  ['isolates around names in Arabic', 'كتب \u2068Ada Lovelace\u2069 هذا'],
  ['Thai and Khmer with places to break', 'สวัสดี\u200bครับ កម្ពុជា\u200bខ្មែរ'],
  ['old Hangul', '\u115f\u1161\u11a8'],
  ['mathematical variants', 'a ≨︀ b'],
  ['Mongolian variants', 'ᠮᠣᠩ᠋ᠭᠣᠯ'],
  ['plain text of many scripts', 'Ünïcödé, 漢字、カタカナ、한글, ελληνικά, кириллица — “quotes”…'],
])('what writing needs stays: %s', (_, text) => {
  expect(splitUnseen(text)).toEqual({ seen: text, unseen: [] });
});

it('a soft hyphen between syllables goes without being told of', () => {
  expect(splitUnseen('Silben\u00adtren\u00adnung')).toEqual({ seen: 'Silbentrennung', unseen: [] });
});

it('a text that spells with selectors after every ideograph is found', () => {
  const text = Array.from(
    '每個字後面都有一個選擇符號用來藏東西',
    (char) => `${char}\u{e0101}`,
  ).join('');
  expect(splitUnseen(text).unseen.map(({ carrier }) => carrier)).toContain('variation-selectors');
});

it.each([
  ['bill\u202efdp.exe', 'billfdp.exe', 1],
  ['a\u200bb.txt', 'ab.txt', 1],
  [`report${' '.repeat(40)}.exe`, 'report .exe', 39],
  ['line\nbreak.txt', 'linebreak.txt', 1],
  [`x${tags('run')}.md`, 'x.md', 3],
  ['報告 📄.pdf', '報告 📄.pdf', 0],
  ['ملف.docx', 'ملف.docx', 0],
])('the file name %j is shown as %j', (name, shown, hiddenChars) => {
  expect(splitFileName(name)).toEqual({ name: shown, hiddenChars });
});
