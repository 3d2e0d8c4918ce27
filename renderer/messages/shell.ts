import { defineMessages } from './define-messages.ts';

/** The frame around the rooms. */
export const shellMessages = defineMessages({
  en: {
    newChat: 'New chat',
    toggleSidebar: 'Show or hide the sidebar',
    openSettings: 'Settings',
    undo: 'Undo',
    stoppedTitle: 'Parley has stopped',
    stoppedText:
      'This window is no longer connected to Parley. Everything you sent is kept on this computer.',
    stoppedNext: 'Start Parley again. This window continues by itself once it is back.',
    loadFailed: 'Parley could not read its list of models.',
  },
  'zh-Hant': {
    newChat: '新對話',
    toggleSidebar: '顯示或隱藏側邊欄',
    openSettings: '設定',
    undo: '復原',
    stoppedTitle: 'Parley 已停止',
    stoppedText: '這個視窗與 Parley 的連線中斷了。已送出的內容都保存在這台電腦上。',
    stoppedNext: '請重新啟動 Parley。恢復後，這個視窗會自動繼續。',
    loadFailed: 'Parley 無法讀取模型清單。',
  },
});
