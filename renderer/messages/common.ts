import { defineMessages } from './define-messages.ts';

/** Words that every room uses. */
export const commonMessages = defineMessages({
  en: {
    cancel: 'Cancel',
    close: 'Close',
    tryAgain: 'Try again',
    undo: 'Undo',
    notifications: 'Notifications',
    dismiss: 'Dismiss',
    more: 'More',
    loading: 'Loading',
  },
  'zh-Hant': {
    cancel: '取消',
    close: '關閉',
    tryAgain: '再試一次',
    undo: '復原',
    notifications: '通知',
    dismiss: '關掉這則通知',
    more: '更多',
    loading: '載入中',
  },
});
