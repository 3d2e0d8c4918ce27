import type { Settings } from '../../contract/app-contract.ts';
import type { Language, Messages } from './define-messages.ts';
import { Format } from './format.ts';
import { languageOf } from './language.ts';

// One window speaks one language: the only state that is not handed down by props.
let spoken = $state<Language>('en');
const format = $derived(new Format(spoken));

/** The language of the window; reactive. */
export function currentLanguage(): Language {
  return spoken;
}

/** Switches the window's language; every sentence and number follows at once. */
export function speak(setting: Settings['language']): void {
  spoken = languageOf(setting, navigator.languages);
}

/** The sentences of a domain in the current language; reactive where it is read. */
export function t<M>(messages: Messages<M>): Messages<M>[Language] {
  return messages[spoken];
}

/** Numbers, sizes and times in the current language; reactive where it is read. */
export function formats(): Format {
  return format;
}
