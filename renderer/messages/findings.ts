import type { HiddenCarrier, LeftOut } from '../../contract/documents/extracted.ts';
import { defineMessages } from './define-messages.ts';

const hiddenEn: Record<HiddenCarrier, string> = {
  'tag-characters': 'characters that no program shows',
  'bidi-controls': 'marks that turn the direction of writing',
  'zero-width': 'characters without width',
  'variation-selectors': 'invisible variation marks',
  'soft-hyphens': 'invisible hyphens',
  'private-use': 'characters without a meaning of their own',
  'html-comment': 'comments in the page',
  'html-hidden': 'parts of the page that are not shown',
  'zero-size-text': 'letters of no size',
  'white-text': 'letters in the colour of the page',
  'off-page-text': 'text beyond the edge of the page',
  'hidden-sheet': 'hidden sheets',
  'vanished-text': 'text marked as hidden',
  comment: 'comments',
  'tracked-change': 'text that was deleted but kept',
  'speaker-notes': 'speaker’s notes',
  'epub-hidden': 'parts of the book that are not shown',
  'picture-exif': 'notes inside the picture file',
  'picture-text': 'text inside the picture file',
  'file-name': 'invisible characters in the file’s name',
};

const hiddenZh: Record<HiddenCarrier, string> = {
  'tag-characters': '任何程式都不會顯示的字元',
  'bidi-controls': '改變書寫方向的符號',
  'zero-width': '沒有寬度的字元',
  'variation-selectors': '看不見的變體符號',
  'soft-hyphens': '看不見的連字號',
  'private-use': '沒有固定意義的字元',
  'html-comment': '網頁裡的註解',
  'html-hidden': '網頁中不顯示的部分',
  'zero-size-text': '大小為零的字',
  'white-text': '與背景同色的字',
  'off-page-text': '在頁面外的文字',
  'hidden-sheet': '隱藏的工作表',
  'vanished-text': '標示為隱藏的文字',
  comment: '註解',
  'tracked-change': '已刪除但仍保留的文字',
  'speaker-notes': '演講者備忘稿',
  'epub-hidden': '書中不顯示的部分',
  'picture-exif': '圖片檔裡的附註',
  'picture-text': '圖片檔裡的文字',
  'file-name': '檔名裡看不見的字元',
};

const leftOutEn: Record<LeftOut, string> = {
  macros: 'programs inside the file',
  'external-links': 'contents that lie elsewhere',
  'embedded-files': 'files inside the file',
  'scanned-pages': 'pages that are pictures of text',
  'unmapped-text': 'letters that cannot be told',
  'too-many-pages': 'pages beyond the limit',
  'too-much-text': 'text beyond the limit',
  'damaged-part': 'damaged parts',
  pictures: 'pictures',
};

const leftOutZh: Record<LeftOut, string> = {
  macros: '檔案裡的程式',
  'external-links': '存放在別處的內容',
  'embedded-files': '檔案裡的檔案',
  'scanned-pages': '內容是文字圖片的頁面',
  'unmapped-text': '無法辨認的字',
  'too-many-pages': '超過上限的頁面',
  'too-much-text': '超過上限的文字',
  'damaged-part': '損壞的部分',
  pictures: '圖片',
};

/** Where text was hidden in a file. */
export const hiddenMessages = defineMessages({ en: hiddenEn, 'zh-Hant': hiddenZh });
/** What was not read of a file. */
export const leftOutMessages = defineMessages({ en: leftOutEn, 'zh-Hant': leftOutZh });
