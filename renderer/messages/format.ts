import type { Language } from './define-messages.ts';

const locales = { en: 'en', 'zh-Hant': 'zh-Hant-TW' } as const;
const dayMs = 86_400_000;
// The system keeps a part of the memory for itself, so it reports a little less than was bought.
const soldMemoryGb = [1, 2, 3, 4, 6, 8, 12, 16, 18, 24, 32, 36, 48, 64, 96, 128];

function startOfDay(timeMs: number): number {
  return new Date(timeMs).setHours(0, 0, 0, 0);
}

/** Whole days between two times as a calendar counts them; 0 is the same day. */
export function calendarDaysBetween(earlierMs: number, laterMs: number): number {
  return Math.round((startOfDay(laterMs) - startOfDay(earlierMs)) / dayMs);
}

/** Numbers, sizes and times as people of one language read them. */
export class Format {
  readonly #language: Language;
  readonly #numbers: Intl.NumberFormat;

  constructor(language: Language) {
    this.#language = language;
    this.#numbers = new Intl.NumberFormat(locales[language]);
  }

  /** A whole number with its group separators. */
  count(value: number): string {
    return this.#numbers.format(Math.round(value));
  }

  /** A size in decimal units, two significant digits below ten: `98 MB`, `2.7 GB`. */
  bytes(value: number): string {
    const units = ['B', 'KB', 'MB', 'GB', 'TB'];
    let amount = Math.max(0, value);
    let index = 0;
    while (amount >= 999.5 && index < units.length - 1) {
      amount /= 1000;
      index += 1;
    }
    const digits =
      index > 0 && amount < 99.5 && index >= 3 ? 1 : index > 0 && amount < 9.95 ? 1 : 0;
    const text = amount.toFixed(digits).replace(/\.0$/u, '');
    return `${text} ${units[index]}`;
  }

  /** Installed memory in the round figure it is sold by: `8 GB`. */
  memory(value: number): string {
    const gib = value / 2 ** 30;
    const sold = soldMemoryGb.find((size) => size >= gib - 0.1) ?? Math.round(gib);
    return `${sold} GB`;
  }

  speed(bytesPerSecond: number): string {
    const size = this.bytes(bytesPerSecond);
    return this.#language === 'en' ? `${size}/s` : `每秒 ${size}`;
  }

  percent(fraction: number): string {
    return `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)}%`;
  }

  /** How long is left, rounded as a person would say it. */
  timeLeft(seconds: number): string {
    const isEnglish = this.#language === 'en';
    if (seconds < 5) return isEnglish ? 'a few seconds left' : '剩下幾秒';
    if (seconds < 55) {
      const rounded = Math.ceil(seconds / 5) * 5;
      return isEnglish ? `${rounded} s left` : `剩下約 ${rounded} 秒`;
    }
    const minutes = Math.max(1, Math.round(seconds / 60));
    if (minutes < 60) return isEnglish ? `${minutes} min left` : `剩下約 ${minutes} 分鐘`;
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    return isEnglish ? `${hours} h ${rest} min left` : `剩下約 ${hours} 小時 ${rest} 分鐘`;
  }

  /** How long something takes, as a guess in a sentence: `It takes about 7 minutes.` */
  about(milliseconds: number): string {
    const isEnglish = this.#language === 'en';
    const minutes = Math.ceil(milliseconds / 60_000);
    if (minutes <= 1) return isEnglish ? 'It takes less than a minute.' : '不到一分鐘。';
    if (minutes < 60)
      return isEnglish ? `It takes about ${minutes} minutes.` : `大約 ${minutes} 分鐘。`;
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    return isEnglish
      ? `It takes about ${hours} h ${rest} min.`
      : `大約 ${hours} 小時 ${rest} 分鐘。`;
  }

  /** A length of time with one decimal: `0.4 s`; a shorter one than that can show is `under 0.1 s`. */
  seconds(milliseconds: number): string {
    const isEnglish = this.#language === 'en';
    if (milliseconds < 100) return isEnglish ? 'under 0.1 s' : '不到 0.1 秒';
    const text = (milliseconds / 1000).toFixed(1);
    return isEnglish ? `${text} s` : `${text} 秒`;
  }

  /** A day near today by name, another by date. */
  day(timeMs: number, nowMs: number): string {
    const days = calendarDaysBetween(timeMs, nowMs);
    if (days >= 0 && days < 2) {
      const names = { en: ['Today', 'Yesterday'], 'zh-Hant': ['今天', '昨天'] } as const;
      return names[this.#language][days] ?? '';
    }
    return new Intl.DateTimeFormat(locales[this.#language], { dateStyle: 'medium' }).format(timeMs);
  }

  /** Day and time of day in full, for a tooltip. */
  dateTime(timeMs: number): string {
    return new Intl.DateTimeFormat(locales[this.#language], {
      dateStyle: 'full',
      timeStyle: 'short',
    }).format(timeMs);
  }
}
