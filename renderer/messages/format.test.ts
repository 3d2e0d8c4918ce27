import { describe, expect, it } from 'vitest';
import { calendarDaysBetween, Format } from './format.ts';
import { languageFor, languageOf } from './language.ts';

describe('Format', () => {
  const english = new Format('en');
  const chinese = new Format('zh-Hant');

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [98_362_432, '98 MB'],
    [999_999, '1 MB'],
    [2_740_000_000, '2.7 GB'],
    [22_100_000_000, '22.1 GB'],
    [1_000_000_000, '1 GB'],
    [1_640_000, '1.6 MB'],
  ])('writes %i bytes as %s', (bytes, text) => {
    expect(english.bytes(bytes)).toBe(text);
  });

  it('writes memory in the figure it is sold by', () => {
    expect(english.memory(8_240_000_000)).toBe('8 GB');
    expect(english.memory(16_500_000_000)).toBe('16 GB');
  });

  it.each([
    [2, 'a few seconds left', '剩下幾秒'],
    [41, '45 s left', '剩下約 45 秒'],
    [58, '1 min left', '剩下約 1 分鐘'],
    [3_900, '1 h 5 min left', '剩下約 1 小時 5 分鐘'],
  ])('says %i seconds as a person would', (seconds, inEnglish, inChinese) => {
    expect(english.timeLeft(seconds)).toBe(inEnglish);
    expect(chinese.timeLeft(seconds)).toBe(inChinese);
  });

  it.each([
    [0, 'under 0.1 s', '不到 0.1 秒'],
    [99, 'under 0.1 s', '不到 0.1 秒'],
    [100, '0.1 s', '0.1 秒'],
    [12_340, '12.3 s', '12.3 秒'],
  ])('never says that %i milliseconds were none', (milliseconds, inEnglish, inChinese) => {
    expect(english.seconds(milliseconds)).toBe(inEnglish);
    expect(chinese.seconds(milliseconds)).toBe(inChinese);
  });

  it('never rounds an unfinished progress up to whole', () => {
    expect(english.percent(0.999)).toBe('99%');
    expect(english.percent(1.2)).toBe('100%');
  });

  it('counts days by the calendar, not by 24 hours', () => {
    const lateEvening = new Date(2026, 10, 23, 23, 50).getTime();
    const earlyMorning = new Date(2026, 10, 24, 0, 10).getTime();
    expect(calendarDaysBetween(lateEvening, earlyMorning)).toBe(1);
    expect(english.day(lateEvening, earlyMorning)).toBe('Yesterday');
    expect(chinese.day(earlyMorning, earlyMorning)).toBe('今天');
  });
});

describe('languageFor', () => {
  it.each([
    [['zh-TW', 'en'], 'zh-Hant'],
    [['zh-HK'], 'zh-Hant'],
    [['zh-Hant-TW'], 'zh-Hant'],
    [['zh-CN'], 'zh-Hant'],
    [['en-GB', 'zh-TW'], 'en'],
    [['fr', 'zh-TW', 'en'], 'zh-Hant'],
    [['fr'], 'en'],
    [[], 'en'],
  ])('speaks for %j the language %s', (wanted, language) => {
    expect(languageFor(wanted)).toBe(language);
  });

  it('lets the setting win over the system', () => {
    expect(languageOf('en', ['zh-TW'])).toBe('en');
    expect(languageOf('system', ['zh-TW'])).toBe('zh-Hant');
  });
});
