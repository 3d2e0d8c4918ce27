import { defineMessages } from './define-messages.ts';

interface ExactSpeed {
  /** How long the first word took. */
  began: string;
  model: string;
  answerTokens: string;
  tokensPerSecond: string | null;
  promptTokens: string;
  reusedTokens: string;
}

/** Words of the conversation. */
export const chatMessages = defineMessages({
  en: {
    welcome: 'What’s on your mind?',
    welcomeNote: 'Everything you write stays on this computer.',
    starters: 'Ideas to start with',
    starterList: [
      'Explain how tides work, as if I were ten',
      'Help me write a kind but firm reply to …',
      'What can I cook with eggs, rice and spinach?',
      'Write a Python function that renames photos by date',
    ].join('\n'),
    composer: 'Message',
    placeholder: 'Ask anything',
    send: 'Send',
    stop: 'Stop',
    noModel: 'Add a model first, then you can send. What you write is kept.',
    modelLoading: (percent: string) =>
      `The model is loading (${percent}). You can send now; the answer begins when it is ready.`,
    answering: 'An answer is being written. Stop it, or send when it is done.',
    messages: 'Conversation',
    youSaid: 'You said',
    answerSaid: 'The answer',
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'The text could not be copied. Select it and press Ctrl+C.',
    edit: 'Edit',
    saveEdit: 'Send',
    editNote: 'The old version stays: switch back to it below the message.',
    regenerate: 'Write another answer',
    branches: 'Versions',
    previousBranch: 'Previous version',
    nextBranch: 'Next version',
    branchPlace: (place: string, count: string) => `${place}/${count}`,
    branchName: (place: string, count: string) => `Version ${place} of ${count}`,
    latest: 'Jump to the latest',
    reasoning: 'Thoughts',
    thinking: 'Thinking…',
    loadingModel: (percent: string) => `Loading the model, ${percent}`,
    queued: 'Waiting for its turn',
    reading: (read: string, all: string) => `Reading, ${read} of about ${all} words`,
    writing: 'Writing…',
    speed: (began: string, words: string) => `${began} · ${words} words/s`,
    exactSpeed: (exact: ExactSpeed) =>
      [
        exact.model,
        `Time to the first word: ${exact.began}`,
        `${exact.answerTokens} tokens (pieces of words) written${exact.tokensPerSecond === null ? '' : `, ${exact.tokensPerSecond} per second`}`,
        `${exact.promptTokens} read, ${exact.reusedTokens} of them remembered from before`,
      ]
        .filter((line) => line !== '')
        .join('\n'),
    stopped: 'You stopped this answer.',
    cut: 'The answer reached its length limit and was cut off.',
    interrupted: 'The model stopped before the end. The answer so far is kept.',
    damaged:
      'The stored text of this message does not match its checksum: the disk may have changed it. Read it with care.',
    empty: 'The model gave no text.',
    gone: 'This chat is no longer here.',
    linkTitle: 'Open this address?',
    linkNote: 'It opens in your browser, outside Parley.',
    linkPlain:
      'This address is not encrypted: others on the network can read and change what it shows.',
    linkOpen: 'Open',
    linkCopy: 'Copy the address',
    done: 'The answer is complete.',
  },
  'zh-Hant': {
    welcome: '今天想聊什麼？',
    welcomeNote: '你寫的一切都留在這台電腦上。',
    starters: '可以從這裡開始',
    starterList: [
      '用十歲小孩聽得懂的話解釋潮汐',
      '幫我寫一封客氣但堅定的回信給…',
      '家裡有蛋、白飯和菠菜，可以煮什麼？',
      '寫一個依日期重新命名照片的 Python 函式',
    ].join('\n'),
    composer: '訊息',
    placeholder: '想問什麼都可以',
    send: '送出',
    stop: '停止',
    noModel: '先加入一個模型，就能送出。你寫的內容會保留。',
    modelLoading: (percent: string) =>
      `模型載入中（${percent}）。現在就可以送出，準備好就會開始回答。`,
    answering: '正在寫回答。可以先停止，或等寫完再送出。',
    messages: '對話',
    youSaid: '你說',
    answerSaid: '回答',
    copy: '複製',
    copied: '已複製',
    copyFailed: '無法複製文字。請選取後按 Ctrl+C。',
    edit: '編輯',
    saveEdit: '送出',
    editNote: '原來的版本會保留，可以在訊息下方切換回去。',
    regenerate: '再寫一個回答',
    branches: '版本',
    previousBranch: '上一個版本',
    nextBranch: '下一個版本',
    branchPlace: (place: string, count: string) => `${place}/${count}`,
    branchName: (place: string, count: string) => `第 ${place} 個版本，共 ${count} 個`,
    latest: '跳到最新',
    reasoning: '思考過程',
    thinking: '思考中…',
    loadingModel: (percent: string) => `載入模型中，${percent}`,
    queued: '等候中',
    reading: (read: string, all: string) => `閱讀中，約 ${all} 字已讀 ${read} 字`,
    writing: '書寫中…',
    speed: (began: string, words: string) => `${began} · 每秒 ${words} 字`,
    exactSpeed: (exact: ExactSpeed) =>
      [
        exact.model,
        `第一個字出現：${exact.began}`,
        `寫了 ${exact.answerTokens} 個 token（字詞片段）${exact.tokensPerSecond === null ? '' : `，每秒 ${exact.tokensPerSecond} 個`}`,
        `讀了 ${exact.promptTokens} 個，其中 ${exact.reusedTokens} 個是先前讀過的`,
      ]
        .filter((line) => line !== '')
        .join('\n'),
    stopped: '你停止了這個回答。',
    cut: '回答已達長度上限，後面被截斷了。',
    interrupted: '模型在寫完之前停止了，已經寫好的部分都保留著。',
    damaged: '這則訊息儲存的內容與檢查碼不符，可能被磁碟更動過，請小心閱讀。',
    empty: '模型沒有給出文字。',
    gone: '這個對話已經不在了。',
    linkTitle: '要開啟這個網址嗎？',
    linkNote: '會在瀏覽器中開啟，離開 Parley。',
    linkPlain: '這個網址沒有加密：同一網路上的其他人可以看到、也可能更動網頁的內容。',
    linkOpen: '開啟',
    linkCopy: '複製網址',
    done: '回答完成。',
  },
});

/** The chat's words in one language. */
export type ChatWords = (typeof chatMessages)['en'];
