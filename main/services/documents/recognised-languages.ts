import type { Settings } from '../../../contract/app-contract.ts';
import type { OcrLanguage } from '../../../contract/extractor-contract.ts';

/**
 * What scanned text is looked for in: English always, and the Chinese that the app is used in. Every language
 * more makes recognition slower and a little worse in the others.
 */
export function recognisedLanguages(language: Settings['language']): readonly OcrLanguage[] {
  return language === 'zh-Hant' ? ['chi_tra', 'eng'] : ['eng', 'chi_tra', 'chi_sim'];
}
