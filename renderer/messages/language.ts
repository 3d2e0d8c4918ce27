import type { Settings } from '../../contract/app-contract.ts';
import type { Language } from './define-messages.ts';

/** Picks Parley's language for the first of the person's `wanted` languages that Parley knows; else English. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'zh') return 'zh-Hant';
    if (primary === 'en') return 'en';
  }
  return 'en';
}

/** The language to speak under a setting; `system` follows `wanted`. */
export function languageOf(setting: Settings['language'], wanted: readonly string[]): Language {
  return setting === 'system' ? languageFor(wanted) : setting;
}
