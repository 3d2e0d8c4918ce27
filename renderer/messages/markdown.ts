import { defineMessages } from './define-messages.ts';

/** Words inside written text. */
export const markdownMessages = defineMessages({
  en: { code: 'Code', copyCode: 'Copy code', copied: 'Copied', table: 'Table' },
  'zh-Hant': { code: '程式碼', copyCode: '複製程式碼', copied: '已複製', table: '表格' },
});
