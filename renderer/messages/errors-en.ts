import {
  type ErrorSentences,
  type FaultWords,
  fileNameOf,
  type LimitWords,
} from './error-words.ts';

const faults: FaultWords = {
  empty: 'it is empty',
  'not-gguf': 'it is not a GGUF file',
  'big-endian': 'it was made for another kind of processor',
  version: 'its GGUF version is one that Parley does not know',
  truncated: 'it ends too early, as after a broken download',
  'too-many-entries': 'it claims more entries than any model has',
  'string-too-long': 'it holds a text longer than the file',
  'array-too-long': 'it holds a list longer than the file',
  'nested-array': 'it holds a list inside a list',
  'bad-type': 'it holds a value of an unknown kind',
  'bad-key': 'it holds a name that is not allowed',
  'duplicate-key': 'it says the same thing twice',
  'bad-alignment': 'its data is not aligned',
  'bad-dimensions': 'the shape of its data makes no sense',
  'bad-tensor-type': 'its numbers are of an unknown kind',
  'duplicate-tensor': 'a part of it is there twice',
  'size-overflow': 'it claims to be larger than any file can be',
  'misaligned-tensor': 'a part of it starts in the wrong place',
  'overlapping-tensors': 'two parts of it lie on top of each other',
  'tensor-outside-file': 'a part of it is missing, as after a broken download',
  'bad-vocabulary': 'its list of words is broken',
  'bad-template': 'its chat template is broken',
  'missing-architecture': 'it does not say what kind of model it is',
  'not-a-model': 'it is a GGUF file but not a model that can chat',
};

const limits: LimitWords = {
  bytes: ({ found, allowed }, format) =>
    `it is ${format.bytes(found)}, and ${format.bytes(allowed)} is the most`,
  pages: ({ found, allowed }, format) =>
    `it has ${format.count(found)} pages, and ${format.count(allowed)} is the most`,
  entries: ({ found, allowed }, format) =>
    `it is made of ${format.count(found)} parts, and ${format.count(allowed)} is the most`,
  unpacked: ({ allowed }, format) => `unpacked it is more than ${format.bytes(allowed)}`,
  ratio: () => 'unpacked it grows as no honest file does',
  text: ({ allowed }, format) => `it holds more than ${format.count(allowed)} characters`,
};

/** Every error in English. */
export const errorSentencesEn: ErrorSentences = {
  internal: ({ incidentId }) =>
    `Something in Parley went wrong. What you wrote is kept. Try again; if it happens again, the log has the details under ${incidentId}.`,
  cancelled: () => 'Stopped.',
  'request.invalid': () =>
    'Parley did not understand its own request. Nothing was changed. Close the window and open it again.',
  'connection.lost': () =>
    'This window lost its connection to Parley. What was sent is kept. Start Parley again.',
  'engine.crashed': () =>
    'The model stopped. Your answer so far is kept. Try again, or choose a smaller model.',
  'engine.unavailable': () =>
    'The part of Parley that runs models could not start. Your chats are safe. Start Parley again; if it happens again, reinstall it.',
  'engine.silent': () =>
    'The model has gone silent. Your answer so far is kept. Try again, or choose a smaller model.',
  'model.not-loaded': () =>
    'No model is loaded. Your message was not sent and is kept. Choose a model first.',
  'model.not-found': () =>
    'This model is no longer in Parley’s list. Nothing else was changed. Choose another model.',
  'model.file-missing': ({ path }) =>
    `The file ${fileNameOf(path)} is not where it was. Your chats are safe. Put it back (perhaps a USB stick has to be plugged in), or choose another model.`,
  'model.file-unreadable': ({ path }) =>
    `The file ${fileNameOf(path)} cannot be read. Nothing was changed. Check that you are allowed to open it, or copy it to another folder.`,
  'model.file-broken': ({ path, fault }) =>
    `${fileNameOf(path)} was not opened: ${faults[fault]}. Nothing was changed. Download the file again, or choose another.`,
  'model.unsupported': ({ architecture }) =>
    `Parley cannot run models of the kind “${architecture}” yet. Nothing was changed. Choose another model.`,
  'model.load-failed': ({ path }) =>
    `${fileNameOf(path)} could not be loaded. Your chats are safe. Try again, or choose another model.`,
  'model.template-broken': () =>
    'This model’s chat template does not work, so it cannot hold a conversation. Your chats are safe. Choose another model.',
  'model.out-of-memory': ({ neededBytes, availableBytes }, format) =>
    `This model needs ${format.bytes(neededBytes)} of memory and ${format.bytes(availableBytes)} is free. Your chats are safe. Close other programs and try again, or choose a smaller model.`,
  'model.projector-mismatch': ({ path }) =>
    `${fileNameOf(path)} does not belong to this model, so the model cannot see with it. Choose the projector that came with the model, or add the model without one.`,
  'model.cannot-see': () =>
    'This model cannot see pictures. Your message is kept. Leave the picture out, or choose a model that can see.',
  'model.cannot-embed': () =>
    'This model is not made for searching. Nothing was changed. Choose a model made for embeddings.',
  'model.set-aside': ({ deaths }) =>
    `This model stopped ${deaths} times in a row and was set aside. Your chats are safe. Choose a smaller model, or load this one again yourself.`,
  'model.in-use': () =>
    'This model is in use. Nothing was changed. Wait until the answer is done, or stop it first.',
  'prompt.too-long': ({ promptTokens, contextTokens }, format) =>
    `This is more than the model can read at once: about ${format.count(promptTokens * 0.75)} words, and it has room for about ${format.count(contextTokens * 0.75)}. Your message is kept. Shorten it, or begin a new chat.`,
  'schema.unsupported': () =>
    'The form this answer must have, or a tool, is described in a way the model cannot follow. Your message is kept. Correct the description, or go on without it.',
  'picture.refused': ({ width, height }, format) =>
    `A picture of ${format.count(width)} × ${format.count(height)} pixels is too large, or too long for its width. Your message is kept. Make the picture smaller, or cut it.`,
  'embedding.not-loaded': () =>
    'No model for searching is loaded. Nothing was changed. Choose one first.',
  'embedding.too-long': ({ textTokens, contextTokens }, format) =>
    `A passage is longer than the model for searching can read: about ${format.count(textTokens * 0.75)} words, and it has room for about ${format.count(contextTokens * 0.75)}. Nothing was changed. Shorten the text.`,
  'document.not-found': () =>
    'This file is no longer in Parley. Nothing else was changed. Add it again.',
  'document.unsupported': ({ name }) =>
    `Parley cannot read “${name}”: it is of a kind that it does not know. Your message is kept. Save the file as PDF, DOCX, text or PNG and add that.`,
  'document.broken': ({ name }) =>
    `“${name}” is damaged and could not be read. Your message is kept. Open it in the program that made it, save it again, and add that.`,
  'document.encrypted': ({ name }) =>
    `“${name}” opens only with a password. Your message is kept. Save a copy without one and add that.`,
  'document.too-large': ({ name, limit, found, allowed }, format) =>
    `“${name}” is too large: ${limits[limit]({ found, allowed }, format)}. Your message is kept. Split the file, or add the part that matters.`,
  'document.too-slow': ({ name, limitMs }, format) =>
    `Reading “${name}” took more than ${format.count(limitMs / 1000)} seconds and was stopped. Your message is kept. Let it take longer, or split the file.`,
  'document.too-heavy': ({ name, limitBytes }, format) =>
    `Reading “${name}” needed more than ${format.bytes(limitBytes)} of memory and was stopped. Your message is kept. Split the file, or save it again in another format.`,
  'extractor.crashed': ({ name }) =>
    `Something in “${name}” brought down the part of Parley that reads files. Only this file is affected. Try again, or save it in another format.`,
  'extractor.unavailable': () =>
    'The part of Parley that reads files could not start. Your chats are safe. Start Parley again; if it happens again, reinstall it.',
  'collection.not-found': () =>
    'This collection is no longer here. It may have been deleted in another window. Choose another one.',
  'folder.not-found': ({ path }) =>
    `The folder ${fileNameOf(path)} is not there. What was read from it is kept. Plug in the drive it lies on, or choose another folder.`,
  'conversation.not-found': () =>
    'This chat is no longer here. It may have been deleted in another window. Choose another one.',
  'conversation.busy': () =>
    'An answer is still being written in this chat. Your message was not sent and is kept. Stop the answer, or wait until it is done.',
  'message.not-found': () =>
    'This message is no longer here. Nothing was changed. Close the chat and open it again.',
  'message.damaged': () =>
    'This message is not as it was written: the disk may be failing. It is shown as it is now. Make a copy of your data folder.',
  'download.not-found': () =>
    'This download is no longer here. Nothing else was changed. Start it again.',
  'download.no-space': ({ neededBytes, freeBytes }, format) =>
    `This needs ${format.bytes(neededBytes)} on the disk and ${format.bytes(freeBytes)} is free. Nothing was downloaded. Make room and try again, or choose a smaller model.`,
  'download.unreachable': ({ host }) =>
    `${host} cannot be reached. What has come so far is kept. Check the network and resume, or bring the file on a stick.`,
  'download.refused': ({ host, status }) =>
    `${host} refused the file (${status}). What has come so far is kept. Try again later, or bring the file on a stick.`,
  'download.changed': ({ host }) =>
    `The file at ${host} changed while it was being downloaded. What had come was thrown away. Start the download again.`,
  'download.not-the-file': ({ host }) =>
    `${host} sent something that is not a model, as networks in hotels and trains do before you sign in. It was thrown away. Open any web page to see whether the network asks you to sign in, then resume.`,
  'download.wrong-hash': () =>
    'The file that came is not the one that Parley knows. It was thrown away and nothing was changed. Start the download again.',
  'download.wrong-size': ({ expectedBytes, actualBytes }, format) =>
    `The file that came is ${format.bytes(actualBytes)} and should be ${format.bytes(expectedBytes)}. It was thrown away. Start the download again.`,
  'download.stalled': ({ host, silentMs }, format) =>
    `Nothing has come from ${host} for ${format.count(silentMs / 1000)} seconds. What has come so far is kept. Check the network and resume.`,
  'download.tool-missing': ({ tool }) =>
    `The second source needs “${tool}”, which is not on this computer. Nothing was changed. Install it, or bring the file on a stick.`,
  'download.tool-failed': ({ tool }) =>
    `“${tool}” could not fetch the file. Nothing was changed. Check the network and try again, or bring the file on a stick.`,
  'network.denied': ({ host }) =>
    `Parley did not contact ${host}: the network is closed for this. Nothing has left this computer.`,
  'storage.full': () =>
    'The disk is full, so this could not be saved. What was saved before is safe. Make room and try again.',
  'storage.failed': () =>
    'This could not be written to the disk, so it is not saved. What was saved before is safe. Try again; if it happens again, make a copy of your data folder.',
  'storage.damaged': ({ setAsidePath }) =>
    `Parley’s stored chats were damaged, so it started with what could be read. The damaged file is kept as ${fileNameOf(setAsidePath)}. Keep a copy of it.`,
  'storage.newer': () =>
    'Your chats were written by a newer Parley. They are untouched. Install the newer version to open them.',
  'storage.locked': () =>
    'Another program has Parley’s stored chats open. They are untouched. Close it and start Parley again.',
  'vectors.broken': () =>
    'The search index of your documents is damaged and was left as it is. Your documents are untouched. Have it made again.',
  'vectors.in-use': () =>
    'Another program has the search index of your documents open. Nothing was changed. Close it and try again.',
  'vectors.failed': () =>
    'The search index of your documents could not be read or written. Your documents are untouched. Check the disk and try again.',
  'vectors.not-finite': () =>
    'The model gave no usable numbers for a part of this document, so that part was not added to the search index. Try again, or choose another embedding model.',
  'file.not-found': ({ name }) =>
    `“${name}” is no longer there. Nothing was changed. Choose it again.`,
  'file.changing': ({ name }) =>
    `“${name}” was being changed by another program while it was read. Nothing was added. Save and close it there, then add it again.`,
  'file.not-a-model': ({ name }) =>
    `“${name}” is not a model file. Nothing was changed. Choose a file whose name ends in .gguf.`,
  'link.refused': ({ url }) =>
    `Parley did not open this address: ${url}. It opens only web and mail addresses. Copy it if you trust it.`,
};
