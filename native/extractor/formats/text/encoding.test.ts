import { TextDecoder } from 'node:util';
import { expect, it } from 'vitest';
import { read } from '../../testing/memory-file.ts';
import { detectEncoding } from './encoding.ts';

/** Text in an encoding, by turning its decoder round. */
function encoded(label: string, text: string): Buffer {
  const bytesOf = new Map<string, number[]>();
  const learn = (bytes: number[]): void => {
    const char = new TextDecoder(label).decode(Uint8Array.from(bytes));
    if ([...char].length === 1 && char !== '\ufffd' && !bytesOf.has(char)) bytesOf.set(char, bytes);
  };
  for (let byte = 0; byte < 256; byte += 1) learn([byte]);
  if (!/^(windows|iso|koi)/u.test(label)) {
    for (let lead = 0x81; lead < 0xff; lead += 1) {
      for (let trail = 0x40; trail < 0xff; trail += 1) learn([lead, trail]);
    }
  }
  return Buffer.from(Array.from(text).flatMap((char) => bytesOf.get(char) ?? [0x3f]));
}

const chinese =
  '本週會議記錄：專案進度正常，預計下個月完成第二階段測試。請各位同仁於週五前回覆意見。';
const simplified =
  '本周会议记录：项目进度正常，预计下个月完成第二阶段测试。请各位同事在周五之前回复意见。';
const japanese = '本日の会議の議事録です。プロジェクトは順調に進んでいます。';

it.each([
  ['big5', chinese],
  ['big5', '測試檔案'],
  ['big5', `Report 2026\n${'plain ASCII line\n'.repeat(2000)}${chinese}`],
  ['gb18030', simplified],
  ['gb18030', '测试文件'],
  ['shift_jis', japanese],
  ['euc-jp', japanese],
  ['euc-kr', '오늘 회의록입니다. 프로젝트는 순조롭게 진행되고 있습니다.'],
  ['windows-1252', 'Café déjà vu, naïve façade, über größe – “quote”'],
  ['windows-1250', 'Zażółć gęślą jaźń, příliš žluťoučký kůň'],
  ['windows-1251', 'Привет, как дела? Это протокол встречи.'],
  ['koi8-r', 'Привет, как дела? Это протокол встречи.'],
  ['windows-1253', 'Καλημέρα, πώς είσαι; Αυτό είναι ένα κείμενο.'],
  ['windows-1254', 'Türkçe karakterler: ğüşıöç ĞÜŞİÖÇ'],
  ['windows-1255', 'שלום, מה שלומך היום? זהו מסמך'],
  ['windows-1256', 'مرحبا كيف حالك اليوم هذا مستند'],
])('%s is told by its bytes: %s', async (label, text) => {
  const { seenText } = await read(encoded(label, text), 'a.txt');
  // Long text comes in several blocks.
  expect(seenText.replaceAll('\n\n', '\n')).toBe(text);
});

it.each([
  ['utf-8', Buffer.from('\ufeffbyte order mark')],
  ['utf-16le', Buffer.from('\ufeff漢字 text', 'utf16le')],
  ['utf-16be', Buffer.from('\ufeff漢字 text', 'utf16le').swap16()],
  ['utf-16le', Buffer.from('plain text without a mark', 'utf16le')],
  ['utf-16be', Buffer.from('plain text without a mark', 'utf16le').swap16()],
  ['utf-8', Buffer.from('漢字かな')],
  ['utf-8', Buffer.from('plain')],
  ['utf-8', Buffer.alloc(0)],
])('%s is told by mark or pattern', (label, bytes) => {
  expect(detectEncoding(bytes)).toBe(label);
});

it('what a page declares counts where its bytes are no UTF-8', async () => {
  const body = encoded('big5', '測試');
  const page = Buffer.concat([Buffer.from('<!doctype html><meta charset="big5"><p>'), body]);
  expect((await read(page, 'a.html')).text).toBe('測試');
  const wrong = Buffer.from('<!doctype html><meta charset="big5"><p>測試');
  expect((await read(wrong, 'a.html')).text).toBe('測試');
});
