import {
  type ErrorSentences,
  type FaultWords,
  fileNameOf,
  type LimitWords,
} from './error-words.ts';

const faults: FaultWords = {
  empty: '檔案是空的',
  'not-gguf': '不是 GGUF 檔案',
  'big-endian': '是為另一種處理器製作的',
  version: 'GGUF 版本是 Parley 不認得的',
  truncated: '檔案太早結束，像是下載中斷過',
  'too-many-entries': '宣稱的項目多到不合理',
  'string-too-long': '其中的文字比檔案還長',
  'array-too-long': '其中的清單比檔案還長',
  'nested-array': '清單裡還有清單',
  'bad-type': '有不認得的資料種類',
  'bad-key': '有不允許的名稱',
  'duplicate-key': '同一件事寫了兩次',
  'bad-alignment': '資料沒有對齊',
  'bad-dimensions': '資料的形狀不合理',
  'bad-tensor-type': '數值的格式不認得',
  'duplicate-tensor': '有一部分重複出現',
  'size-overflow': '宣稱的大小超過任何檔案',
  'misaligned-tensor': '有一部分的起點不對',
  'overlapping-tensors': '有兩個部分疊在一起',
  'tensor-outside-file': '缺了一部分，像是下載中斷過',
  'bad-vocabulary': '詞彙表壞了',
  'bad-template': '對話範本壞了',
  'missing-architecture': '沒有寫明是哪一種模型',
  'not-a-model': '是 GGUF 檔案，但不是能對話的模型',
};

const limits: LimitWords = {
  bytes: ({ found, allowed }, format) =>
    `大小是 ${format.bytes(found)}，上限是 ${format.bytes(allowed)}`,
  pages: ({ found, allowed }, format) =>
    `有 ${format.count(found)} 頁，上限是 ${format.count(allowed)} 頁`,
  entries: ({ found, allowed }, format) =>
    `由 ${format.count(found)} 個部分組成，上限是 ${format.count(allowed)} 個`,
  unpacked: ({ allowed }, format) => `解開後超過 ${format.bytes(allowed)}`,
  ratio: () => '解開後膨脹得不像正常的檔案',
  text: ({ allowed }, format) => `文字超過 ${format.count(allowed)} 個字元`,
};

/** Every error in Traditional Chinese. */
export const errorSentencesZh: ErrorSentences = {
  internal: ({ incidentId }) =>
    `Parley 內部出了問題。你寫的內容都還在。請再試一次；如果又發生，記錄檔裡的 ${incidentId} 有詳細說明。`,
  cancelled: () => '已停止。',
  'request.invalid': () =>
    'Parley 看不懂自己發出的要求。沒有任何東西被更動。請關閉視窗再重新開啟。',
  'connection.lost': () =>
    '這個視窗與 Parley 的連線中斷了。已送出的內容都還在。請重新啟動 Parley。',
  'engine.crashed': () => '模型停止了。目前的回答已保留。請再試一次，或選擇較小的模型。',
  'engine.unavailable': () =>
    'Parley 用來執行模型的元件無法啟動。你的對話都安全。請重新啟動 Parley；如果還是不行，請重新安裝。',
  'engine.silent': () => '模型沒有反應了。目前的回答已保留。請再試一次，或選擇較小的模型。',
  'model.not-loaded': () => '還沒有載入模型。你的訊息尚未送出，內容還在。請先選擇一個模型。',
  'model.not-found': () => '這個模型已不在 Parley 的清單裡。其他東西都沒有變動。請選擇另一個模型。',
  'model.file-missing': ({ path }) =>
    `檔案 ${fileNameOf(path)} 不在原來的地方。你的對話都安全。請把它放回去（例如重新插上隨身碟），或選擇另一個模型。`,
  'model.file-unreadable': ({ path }) =>
    `無法讀取檔案 ${fileNameOf(path)}。沒有任何東西被更動。請確認你有權限開啟它，或把它複製到別的資料夾。`,
  'model.file-broken': ({ path, fault }) =>
    `沒有開啟 ${fileNameOf(path)}：${faults[fault]}。沒有任何東西被更動。請重新取得檔案，或選擇另一個。`,
  'model.unsupported': ({ architecture }) =>
    `Parley 還不能執行「${architecture}」這一類的模型。沒有任何東西被更動。請選擇另一個模型。`,
  'model.load-failed': ({ path }) =>
    `無法載入 ${fileNameOf(path)}。你的對話都安全。請再試一次，或選擇另一個模型。`,
  'model.template-broken': () =>
    '這個模型的對話範本無法使用，所以不能對話。你的對話都安全。請選擇另一個模型。',
  'model.out-of-memory': ({ neededBytes, availableBytes }, format) =>
    `這個模型需要 ${format.bytes(neededBytes)} 的記憶體，目前可用的有 ${format.bytes(availableBytes)}。你的對話都安全。請關閉其他程式後再試一次，或選擇較小的模型。`,
  'model.projector-mismatch': ({ path }) =>
    `${fileNameOf(path)} 不屬於這個模型，所以模型無法用它看圖。請選擇與模型一起提供的視覺檔案，或只加入模型。`,
  'model.cannot-see': () =>
    '這個模型看不到圖片。你的訊息已保留。請拿掉圖片，或選擇看得到圖片的模型。',
  'model.cannot-embed': () =>
    '這個模型不是用來搜尋的。沒有任何東西被更動。請選擇嵌入（embedding）模型。',
  'model.set-aside': ({ deaths }) =>
    `這個模型連續停止了 ${deaths} 次，已先擱置。你的對話都安全。請選擇較小的模型，或自己再載入它一次。`,
  'model.in-use': () => '這個模型正在使用中。沒有任何東西被更動。請等回答結束，或先停止它。',
  'prompt.too-long': ({ promptTokens, contextTokens }, format) =>
    `這超過了模型一次能讀的量：大約 ${format.count(promptTokens)} 字，而它只有約 ${format.count(contextTokens)} 字的空間。你的訊息已保留。請縮短內容，或開始新的對話。`,
  'schema.unsupported': () =>
    '這個回答的格式，或某個工具的說明，模型無法照著做。你的訊息已保留。請修正說明，或不使用它。',
  'picture.refused': ({ width, height }, format) =>
    `${format.count(width)} × ${format.count(height)} 像素的圖片太大，或長寬相差太多。你的訊息已保留。請縮小或裁切圖片。`,
  'embedding.not-loaded': () => '還沒有載入搜尋用的模型。沒有任何東西被更動。請先選擇一個。',
  'embedding.too-long': ({ textTokens, contextTokens }, format) =>
    `有一段文字超過了搜尋模型一次能讀的量：大約 ${format.count(textTokens)} 字，而它只有約 ${format.count(contextTokens)} 字的空間。沒有任何東西被更動。請縮短內容。`,
  'document.not-found': () => '這個檔案已經不在 Parley 裡了。其他東西都沒有變動。請重新加入。',
  'document.unsupported': ({ name }) =>
    `Parley 無法讀取「${name}」：這是不認得的檔案種類。你的訊息已保留。請另存為 PDF、DOCX、純文字或 PNG 再加入。`,
  'document.broken': ({ name }) =>
    `「${name}」已損壞，無法讀取。你的訊息已保留。請用原來的程式開啟並重新儲存，再加入一次。`,
  'document.encrypted': ({ name }) =>
    `「${name}」需要密碼才能開啟。你的訊息已保留。請另存一份沒有密碼的檔案再加入。`,
  'document.too-large': ({ name, limit, found, allowed }, format) =>
    `「${name}」太大：${limits[limit]({ found, allowed }, format)}。你的訊息已保留。請把檔案拆開，或只加入需要的部分。`,
  'document.too-slow': ({ name, limitMs }, format) =>
    `讀取「${name}」超過 ${format.count(limitMs / 1000)} 秒，已停止。你的訊息已保留。請允許它花更久的時間，或把檔案拆開。`,
  'document.too-heavy': ({ name, limitBytes }, format) =>
    `讀取「${name}」需要超過 ${format.bytes(limitBytes)} 的記憶體，已停止。你的訊息已保留。請把檔案拆開，或另存為其他格式。`,
  'extractor.crashed': ({ name }) =>
    `「${name}」裡的某些內容讓 Parley 讀取檔案的元件停止了。只有這個檔案受影響。請再試一次，或另存為其他格式。`,
  'extractor.unavailable': () =>
    'Parley 用來讀取檔案的元件無法啟動。你的對話都安全。請重新啟動 Parley；如果還是不行，請重新安裝。',
  'collection.not-found': () => '這個資料集已經不在了，可能在另一個視窗被刪除。請選擇另一個。',
  'folder.not-found': ({ path }) =>
    `資料夾 ${fileNameOf(path)} 不在了。已經讀過的內容都保留著。請接上它所在的磁碟，或選擇另一個資料夾。`,
  'conversation.not-found': () => '這個對話已經不在了，可能在另一個視窗被刪除。請選擇另一個對話。',
  'conversation.busy': () =>
    '這個對話還在寫回答。你的訊息尚未送出，內容還在。請停止回答，或等它結束。',
  'message.not-found': () => '這則訊息已經不在了。沒有任何東西被更動。請關閉這個對話再重新開啟。',
  'message.damaged': () =>
    '這則訊息和當初寫下的不同，磁碟可能有問題。畫面上是目前讀到的內容。請備份你的資料夾。',
  'download.not-found': () => '這個下載已經不在了。其他東西都沒有變動。請重新開始下載。',
  'download.no-space': ({ neededBytes, freeBytes }, format) =>
    `這需要 ${format.bytes(neededBytes)} 的磁碟空間，目前只剩 ${format.bytes(freeBytes)}。什麼都還沒下載。請騰出空間後再試一次，或選擇較小的模型。`,
  'download.unreachable': ({ host }) =>
    `連不到 ${host}。已下載的部分都保留著。請檢查網路後繼續，或用隨身碟帶檔案過來。`,
  'download.refused': ({ host, status }) =>
    `${host} 拒絕提供檔案（${status}）。已下載的部分都保留著。請稍後再試，或用隨身碟帶檔案過來。`,
  'download.changed': ({ host }) =>
    `下載途中 ${host} 上的檔案變了。混在一起的檔案已丟棄。請重新開始下載。`,
  'download.not-the-file': ({ host }) =>
    `${host} 送來的不是模型，旅館或列車的網路在登入前常會這樣。已丟棄收到的內容。請開啟任一網頁看看網路是否要求登入，再繼續下載。`,
  'download.wrong-hash': () =>
    '收到的檔案不是 Parley 認得的那一個。檔案已丟棄，沒有任何東西被更動。請重新開始下載。',
  'download.wrong-size': ({ expectedBytes, actualBytes }, format) =>
    `收到的檔案是 ${format.bytes(actualBytes)}，應該是 ${format.bytes(expectedBytes)}。檔案已丟棄。請重新開始下載。`,
  'download.stalled': ({ host, silentMs }, format) =>
    `${host} 已經 ${format.count(silentMs / 1000)} 秒沒有送來任何內容。已下載的部分都保留著。請檢查網路後繼續。`,
  'download.tool-missing': ({ tool }) =>
    `第二個來源需要「${tool}」，這台電腦上沒有。沒有任何東西被更動。請安裝它，或用隨身碟帶檔案過來。`,
  'download.tool-failed': ({ tool }) =>
    `「${tool}」無法取得檔案。沒有任何東西被更動。請檢查網路後再試一次，或用隨身碟帶檔案過來。`,
  'network.denied': ({ host }) =>
    `Parley 沒有連線到 ${host}：這個用途的網路是關閉的。沒有任何東西離開這台電腦。`,
  'storage.full': () => '磁碟已滿，這次沒有儲存。先前儲存的內容都安全。請騰出空間後再試一次。',
  'storage.failed': () =>
    '無法寫入磁碟，這次沒有儲存。先前儲存的內容都安全。請再試一次；如果又發生，請備份你的資料夾。',
  'storage.damaged': ({ setAsidePath }) =>
    `Parley 儲存的對話受損，已從讀得到的部分開始。受損的檔案保留為 ${fileNameOf(setAsidePath)}。請另外備份它。`,
  'storage.newer': () => '你的對話是較新版的 Parley 寫的，完全沒有變動。請安裝較新的版本來開啟。',
  'storage.locked': () =>
    '另一個程式正開著 Parley 儲存的對話，內容沒有變動。請關閉它，再重新啟動 Parley。',
  'vectors.broken': () => '文件的搜尋索引受損，已原樣保留。你的文件沒有變動。請重新建立索引。',
  'vectors.in-use': () =>
    '另一個程式正開著文件的搜尋索引。沒有任何東西被更動。請關閉它後再試一次。',
  'vectors.failed': () => '無法讀取或寫入文件的搜尋索引。你的文件沒有變動。請檢查磁碟後再試一次。',
  'vectors.not-finite': () =>
    '模型對這份文件的一部分沒有給出可用的數值，所以那部分沒有加入搜尋索引。請再試一次，或選擇另一個嵌入模型。',
  'file.not-found': ({ name }) => `「${name}」已經不在了。沒有任何東西被更動。請重新選擇。`,
  'file.changing': ({ name }) =>
    `讀取「${name}」時，另一個程式正在更動它。沒有加入任何東西。請先在那個程式存檔並關閉，再重新加入。`,
  'file.not-a-model': ({ name }) =>
    `「${name}」不是模型檔案。沒有任何東西被更動。請選擇檔名以 .gguf 結尾的檔案。`,
  'link.refused': ({ url }) =>
    `Parley 不會開啟這個網址：${url}。只能開啟網頁和電子郵件地址。如果你信任它，可以自行複製。`,
};
