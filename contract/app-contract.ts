import * as z from 'zod';
import { documentsContract } from './app/documents.ts';
import { knowledgeContract } from './app/knowledge.ts';
import { conversationId, message, messageId, wholeTask } from './chat/message.ts';
import { attachment, collectionId, documentId } from './documents/documents.ts';
import { fileRef, installedModel, modelsState } from './models/models.ts';
import { type Client, call, type Emitter, event, type Handlers, stream } from './rpc/declare.ts';

const nothing = z.object({});

/** A change names what it changes: a field with a default would come back from the parser unasked. */
const settingsChange = z
  .object({
    language: z.enum(['system', 'en', 'zh-Hant']),
    theme: z.enum(['system', 'light', 'dark']),
    isSidebarOpen: z.boolean(),
    /** The model to load at start; null until one was chosen. */
    modelId: z.string().nullable(),
    /** What the engine has read of conversations is kept on disk, so that a reopened chat answers at once. */
    keepsReadingState: z.boolean(),
    /** Minutes without use after which the model's memory is given back; 0: never. */
    idleUnloadMinutes: z.number().int().min(0).max(10_000),
  })
  .partial();

const { shape } = settingsChange;
export const settings = z.object({
  language: shape.language.unwrap().default('system'),
  theme: shape.theme.unwrap().default('system'),
  isSidebarOpen: shape.isSidebarOpen.unwrap().default(true),
  modelId: shape.modelId.unwrap().default(null),
  keepsReadingState: shape.keepsReadingState.unwrap().default(true),
  idleUnloadMinutes: shape.idleUnloadMinutes.unwrap().default(15),
});
export type Settings = z.infer<typeof settings>;
/** What a person may add to the app's own instructions, for one conversation. */
const systemText = z.string().max(100_000);
const attachments = z.array(attachment).max(100);
const collectionIds = z.array(collectionId).max(100);

export const conversationSummary = z.object({
  id: conversationId,
  title: z.string(),
  /** A title the person wrote is never changed by the app. */
  titleSource: z.enum(['first-words', 'model', 'person']),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
  /** An answer is being written. */
  isAnswering: z.boolean(),
});
export type ConversationSummary = z.infer<typeof conversationSummary>;

/** Where a run is before, and while, it writes. */
export const runPhase = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('loading-model'), fraction: z.number() }),
  z.object({ phase: z.literal('queued') }),
  /** Looks for passages in the documents, or gets pictures ready. */
  z.object({ phase: z.literal('gathering') }),
  /** A whole-document task reads; `step` [1, steps] is being read. */
  z.object({
    phase: z.literal('step'),
    step: z.number().int(),
    steps: z.number().int(),
    /** What is left, by how fast this model was so far; null until that is known. */
    leftMs: z.number().nullable(),
  }),
  z.object({
    phase: z.literal('reading'),
    readTokens: z.number().int(),
    promptTokens: z.number().int(),
  }),
  z.object({ phase: z.literal('writing') }),
]);
export type RunPhase = z.infer<typeof runPhase>;

const watchedChunk = z.discriminatedUnion('type', [
  /** Always the first chunk: the whole tree, with what a running answer has so far. */
  z.object({
    type: z.literal('snapshot'),
    conversation: conversationSummary,
    messages: z.array(message),
    activeLeafId: messageId.nullable(),
    run: z.object({ messageId, phase: runPhase }).nullable(),
  }),
  /** A message is new or has changed as a whole (created, finished, failed). */
  z.object({ type: z.literal('message'), message }),
  /** Text added at the end of a streaming message. */
  z.object({
    type: z.literal('delta'),
    messageId,
    part: z.enum(['text', 'reasoning']),
    text: z.string(),
  }),
  z.object({ type: z.literal('phase'), messageId, phase: runPhase }),
  z.object({ type: z.literal('leaf'), activeLeafId: messageId.nullable() }),
]);
export type WatchedChunk = z.infer<typeof watchedChunk>;

const started = z.object({
  conversationId,
  userMessageId: messageId.nullable(),
  answerId: messageId,
});
const sendErrors = [
  'conversation.not-found',
  'message.not-found',
  'conversation.busy',
  'document.not-found',
  'model.not-loaded',
  'storage.full',
  'storage.failed',
] as const;

const wholeFiles = z.object({ documentIds: z.array(documentId).min(1).max(100) });

/** What a window asks of main. Payloads are plain JSON. */
export const appContract = {
  app: {
    info: call({
      input: nothing,
      output: z.object({
        version: z.string(),
        dataFolder: z.string(),
        /** Free text for the about box: engine version and processor features. */
        engineDescription: z.string().nullable(),
        /** The stored data cannot be opened: beside this, only `settings` and `app.showFolder` answer. */
        isBlocked: z.boolean(),
        /** What went wrong with the stored data at start, if anything did. */
        storageNotice: z.object({ code: z.string(), data: z.unknown() }).nullable(),
      }),
    }),
    /** Opens an https, http or mailto address in the person's browser, after the window showed it in full. */
    openLink: call({
      input: z.object({ url: z.string().max(8192) }),
      output: nothing,
      errors: ['link.refused'],
    }),
    showFolder: call({ input: z.object({ folder: z.enum(['data', 'models']) }), output: nothing }),
  },
  settings: {
    get: call({ input: nothing, output: settings }),
    change: call({ input: settingsChange, output: settings }),
    changed: event(settings),
  },
  conversations: {
    /** All that are not in the trash, last used first. */
    list: call({ input: nothing, output: z.array(conversationSummary) }),
    rename: call({
      input: z.object({ conversationId, title: z.string().trim().min(1).max(200) }),
      output: conversationSummary,
      errors: ['conversation.not-found', 'storage.full', 'storage.failed'],
    }),
    /** To the trash; `restore` brings it back whole. A running answer is stopped first. */
    trash: call({
      input: z.object({ conversationId }),
      output: nothing,
      errors: ['conversation.not-found', 'storage.full', 'storage.failed'],
    }),
    restore: call({
      input: z.object({ conversationId }),
      output: conversationSummary,
      errors: ['conversation.not-found', 'storage.full', 'storage.failed'],
    }),
    /** What stands unsent in the composer; null names the one of a chat not begun yet. */
    draft: call({
      input: z.object({ conversationId: conversationId.nullable() }),
      output: z.object({ text: z.string(), attachments }),
    }),
    /** Without `attachments` the files stay as they are. */
    saveDraft: call({
      input: z.object({
        conversationId: conversationId.nullable(),
        text: z.string().max(2_000_000),
        attachments: attachments.exactOptional(),
      }),
      output: nothing,
      errors: ['storage.full', 'storage.failed'],
    }),
    /** The instructions of a conversation; null names the chat not begun yet, which takes them with it. */
    systemText: call({
      input: z.object({ conversationId: conversationId.nullable() }),
      output: z.object({ text: z.string() }),
      errors: ['conversation.not-found'],
    }),
    saveSystemText: call({
      input: z.object({ conversationId: conversationId.nullable(), text: systemText }),
      output: nothing,
      errors: ['conversation.not-found', 'storage.full', 'storage.failed'],
    }),
    /**
     * The collections that every question of a conversation is looked up in; null names the chat not begun
     * yet, which takes them with it. One that was removed stays among them, and counts again once restored.
     */
    collections: call({
      input: z.object({ conversationId: conversationId.nullable() }),
      output: z.object({ collectionIds }),
      errors: ['conversation.not-found'],
    }),
    saveCollections: call({
      input: z.object({ conversationId: conversationId.nullable(), collectionIds }),
      output: nothing,
      errors: ['conversation.not-found', 'storage.full', 'storage.failed'],
    }),
    /** Created, renamed, moved in the list, or answering state changed. */
    changed: event(conversationSummary),
    removed: event(z.object({ conversationId })),
  },
  chat: {
    /**
     * Stores the person's message and starts an answer. The reply comes when the message is on disk.
     * `conversationId` null begins a conversation. The message goes below the active leaf. Nothing is stored
     * where a picture is among the files and the loaded model has no eyes (`model.cannot-see`); with mode
     * `whole` or `passages` the text that was recognised in it goes instead.
     */
    send: call({
      input: z.object({
        conversationId: conversationId.nullable(),
        text: z.string().min(1).max(2_000_000),
        /** Files that were added, to go with the question. The window waits until they are read. */
        attachments: attachments.exactOptional(),
      }),
      output: started,
      errors: [...sendErrors, 'model.cannot-see'],
    }),
    /**
     * Writes a sibling of a message of the person and answers it; the old branch stays. The files that came
     * with the message come with its sibling.
     */
    edit: call({
      input: z.object({ messageId, text: z.string().min(1).max(2_000_000) }),
      output: started,
      errors: [...sendErrors, 'model.cannot-see'],
    }),
    /**
     * Writes a sibling of an answer; the old one stays. The question keeps what was given with it. Of a
     * whole-document task that did not come to its end, the steps that are there are not read again.
     */
    regenerate: call({
      input: z.object({ messageId }),
      output: started,
      errors: [...sendErrors, 'model.cannot-see'],
    }),
    /** What a whole-document task over these files would take, before it is begun. Nothing is stored. */
    wholeCost: call({
      input: wholeFiles,
      output: z.object({
        passages: z.number().int(),
        tokens: z.number().int(),
        steps: z.number().int(),
        /** By how fast the chosen model was here lately; null where it has not answered yet. */
        estimatedMs: z.number().nullable(),
      }),
      errors: ['document.not-found', 'model.not-loaded'],
    }),
    /**
     * Reads every passage of these files in steps and answers: `summary` puts its notes together at the end,
     * `list` adds what it finds as it goes. `text` says what is wanted, in the person's words. The window
     * offers it as an action of its own on files that do not go whole: nothing guesses it from a question.
     * Stopping, or a death, keeps the steps that are done; `regenerate` goes on from there.
     */
    readWhole: call({
      input: z.object({
        conversationId: conversationId.nullable(),
        kind: wholeTask,
        text: z.string().min(1).max(2_000_000),
        ...wholeFiles.shape,
      }),
      output: started,
      errors: sendErrors,
    }),
    /** Ends the running answer, keeping what is there. Nothing runs: nothing happens. */
    stop: call({ input: z.object({ conversationId }), output: nothing }),
    /** Shows the branch that `messageId` is on, down to its newest leaf. */
    showBranch: call({
      input: z.object({ messageId }),
      output: z.object({ activeLeafId: messageId }),
      errors: ['message.not-found', 'storage.full', 'storage.failed'],
    }),
    /** A conversation as it is and as it changes, until the caller leaves. */
    watch: stream({
      input: z.object({ conversationId }),
      chunk: watchedChunk,
      output: nothing,
      errors: ['conversation.not-found'],
    }),
  },
  documents: documentsContract,
  knowledge: knowledgeContract,
  /** What the engine has read, kept on disk: see `settings.keepsReadingState`. */
  cache: {
    size: call({ input: nothing, output: z.object({ diskBytes: z.number() }) }),
    /** Removes all of it, once no answer is being written; the model is loaded anew. */
    clear: call({
      input: nothing,
      output: z.object({ diskBytes: z.number() }),
      errors: ['storage.full', 'storage.failed'],
    }),
  },
  models: {
    state: call({ input: nothing, output: modelsState }),
    changed: event(modelsState),
    /** Makes it the chosen model and begins to load it; progress and result come by `changed`. */
    choose: call({
      input: z.object({ modelId: z.string() }),
      output: nothing,
      errors: ['model.not-found'],
    }),
    unload: call({ input: nothing, output: nothing }),
    /**
     * Adds a GGUF that is on this computer. A path is used where it lies; an upload is moved into the
     * models folder. A projector is paired with its model. The model is then chosen.
     */
    addFile: call({
      input: z.object({ file: fileRef, projector: fileRef.optional() }),
      output: installedModel,
      errors: [
        'model.file-missing',
        'model.file-unreadable',
        'model.file-broken',
        'model.projector-mismatch',
        'file.not-found',
        'storage.full',
        'engine.crashed',
        'engine.unavailable',
      ],
    }),
    /** Folders and GGUF files, for the app's own path picker. Null starts at the home folder. */
    browse: call({
      input: z.object({ folder: z.string().max(4096).nullable() }),
      output: z.object({
        folder: z.string(),
        parentFolder: z.string().nullable(),
        /** Other places to begin: drives, mounted sticks, the home and download folders. */
        places: z.array(z.object({ name: z.string(), path: z.string() })),
        entries: z.array(
          z.object({
            name: z.string(),
            path: z.string(),
            kind: z.enum(['folder', 'model']),
            fileBytes: z.number().nullable(),
          }),
        ),
      }),
      errors: ['file.not-found'],
    }),
    download: call({
      input: z.object({ catalogId: z.string() }),
      output: nothing,
      errors: ['download.not-found', 'download.no-space'],
    }),
    pauseDownload: call({
      input: z.object({ downloadId: z.string() }),
      output: nothing,
      errors: ['download.not-found'],
    }),
    resumeDownload: call({
      input: z.object({ downloadId: z.string() }),
      output: nothing,
      errors: ['download.not-found', 'download.no-space'],
    }),
    /** Ends it and removes what had come. */
    cancelDownload: call({
      input: z.object({ downloadId: z.string() }),
      output: nothing,
      errors: ['download.not-found'],
    }),
  },
} as const;

export type AppContract = typeof appContract;
export type AppClient = Client<AppContract>;
export type AppHandlers = Handlers<AppContract>;
export type AppEmitter = Emitter<AppContract>;
