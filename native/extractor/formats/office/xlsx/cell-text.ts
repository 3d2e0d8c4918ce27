import type { CellStyle } from './cell-styles.ts';

const dayMs = 86_400_000;
/** 30 December 1899: day 0, once the 29 February 1900 that never was is behind. */
const epochMs = Date.UTC(1899, 11, 30);
const epoch1904Days = 1462;
const lastDay = 2_958_465;

/**
 * A number as a person reads it: dates and times as ISO 8601, percentages with the digits that are shown, all else with
 * the digits that carry meaning (15), without separators.
 */
export function numberText(raw: string, style: CellStyle, is1904: boolean): string {
  const value = Number(raw);
  if (raw.trim() === '' || !Number.isFinite(value)) return raw;
  switch (style.kind) {
    case 'percent':
      return `${fixed(value * 100, style.decimals)}%`;
    case 'duration':
      return durationText(value);
    case 'date':
    case 'time':
    case 'date-time':
      return dateText(value, style.kind, is1904) ?? digits(value);
    default:
      return digits(value);
  }
}

function digits(value: number): string {
  return String(Number.parseFloat(value.toPrecision(15)));
}

function fixed(value: number, decimals: number): string {
  return Math.abs(value) < 1e15 ? value.toFixed(Math.min(20, decimals)) : digits(value);
}

function dateText(
  value: number,
  kind: 'date' | 'time' | 'date-time',
  is1904: boolean,
): string | undefined {
  const days = is1904 ? value + epoch1904Days : value;
  if (days < 0 || days > lastDay + 1) return undefined;
  // Days before 1 March 1900 are one less than the calendar says.
  const shift = days < 60 && !is1904 && days >= 1 ? 1 : 0;
  const date = new Date(epochMs + Math.round((days + shift) * dayMs));
  const text = date.toISOString();
  const time = text.slice(11, 19).replace(/:00$/u, '');
  const hasTime = time !== '00:00';
  if (kind === 'time' || days < 1) return time;
  if (kind === 'date') return text.slice(0, 10);
  return hasTime ? `${text.slice(0, 10)} ${time}` : text.slice(0, 10);
}

function durationText(value: number): string {
  const seconds = Math.round(Math.abs(value) * 86_400);
  const two = (part: number): string => String(part).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const text = `${hours}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return value < 0 ? `-${text}` : text;
}
