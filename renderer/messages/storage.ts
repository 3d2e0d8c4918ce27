import { defineMessages } from './define-messages.ts';

/** The room in place of all others when the stored chats cannot be opened. */
export const storageMessages = defineMessages({
  en: {
    title: 'Parley cannot open your chats',
    newer:
      'They were written by a newer version of Parley, which this one cannot read. Nothing was changed. Install the newer version to open them.',
    locked:
      'Another program has them open: perhaps a second Parley, a backup or a virus scanner. Nothing was changed. Close it, then start Parley again.',
    full: 'The disk is full. Nothing was changed. Free some space, then start Parley again.',
    failed:
      'The disk did not let Parley read them. Nothing was changed. Check that the disk is connected and that you may open the folder below, then start Parley again.',
    folder: 'They are kept in',
    showFolder: 'Show the folder',
  },
  'zh-Hant': {
    title: 'Parley 無法開啟你的對話',
    newer:
      '這些對話是較新版的 Parley 寫的，這個版本無法讀取。內容完全沒有變動。請安裝較新的版本來開啟。',
    locked:
      '另一個程式正開著這些對話，可能是另一個 Parley、備份或防毒軟體。內容完全沒有變動。請關閉它，再重新啟動 Parley。',
    full: '磁碟已滿。內容完全沒有變動。請先騰出空間，再重新啟動 Parley。',
    failed:
      '磁碟無法讓 Parley 讀取這些對話。內容完全沒有變動。請確認磁碟已接上，而且你有權限開啟下面的資料夾，再重新啟動 Parley。',
    folder: '存放的位置',
    showFolder: '顯示資料夾',
  },
});
