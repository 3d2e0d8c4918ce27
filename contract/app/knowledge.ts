import * as z from 'zod';
import { collectionId, documentId, documentSummary, recallHit } from '../documents/documents.ts';
import { call, event } from '../rpc/declare.ts';

const nothing = z.object({});

const collectionName = z.string().trim().min(1).max(200);
export const collectionSummary = z.object({
  id: collectionId,
  name: z.string(),
  createdAtMs: z.number(),
  documentCount: z.number().int(),
  passageCount: z.number().int(),
  embeddedCount: z.number().int(),
  failedCount: z.number().int(),
  /** `isMissing`: the folder is not there now; what was read of it stays. */
  folders: z.array(z.object({ path: z.string(), isMissing: z.boolean() })),
});
export type CollectionSummary = z.infer<typeof collectionSummary>;

/** What the indexer does. `embedder`: whether passages can be found by meaning. */
export const indexingState = z.object({
  waitingFiles: z.number().int(),
  waitingPassages: z.number().int(),
  isPaused: z.boolean(),
  /** Why it rests although nobody paused it. */
  restsBecause: z.enum(['battery', 'chat']).nullable(),
  embedder: z.enum(['absent', 'loading', 'ready', 'failed']),
});
export type IndexingState = z.infer<typeof indexingState>;

/** Collections of files and watched folders, to ask questions of. */
export const knowledgeContract = {
  list: call({ input: nothing, output: z.array(collectionSummary) }),
  create: call({
    input: z.object({ name: collectionName }),
    output: collectionSummary,
    errors: ['storage.full', 'storage.failed'],
  }),
  rename: call({
    input: z.object({ collectionId, name: collectionName }),
    output: collectionSummary,
    errors: ['collection.not-found', 'storage.full', 'storage.failed'],
  }),
  /** The files themselves are never touched. `restore` brings it back until the app is closed. */
  remove: call({
    input: z.object({ collectionId }),
    output: nothing,
    errors: ['collection.not-found', 'storage.full', 'storage.failed'],
  }),
  restore: call({
    input: z.object({ collectionId }),
    output: collectionSummary,
    errors: ['collection.not-found', 'storage.full', 'storage.failed'],
  }),
  documents: call({
    input: z.object({ collectionId }),
    output: z.array(documentSummary),
    errors: ['collection.not-found'],
  }),
  addDocument: call({
    input: z.object({ collectionId, documentId }),
    output: collectionSummary,
    errors: ['collection.not-found', 'document.not-found', 'storage.full', 'storage.failed'],
  }),
  removeDocument: call({
    input: z.object({ collectionId, documentId }),
    output: collectionSummary,
    errors: ['collection.not-found', 'document.not-found', 'storage.full', 'storage.failed'],
  }),
  /** Files of the folder and below join the collection, and follow its changes, until `unwatch`. */
  watch: call({
    input: z.object({ collectionId, path: z.string().min(1).max(4096) }),
    output: collectionSummary,
    errors: ['collection.not-found', 'folder.not-found', 'storage.full', 'storage.failed'],
  }),
  unwatch: call({
    input: z.object({ collectionId, path: z.string().min(1).max(4096) }),
    output: collectionSummary,
    errors: ['collection.not-found', 'storage.full', 'storage.failed'],
  }),
  pause: call({ input: z.object({ isPaused: z.boolean() }), output: indexingState }),
  state: call({ input: nothing, output: indexingState }),
  /** The recall test: the passages a question finds, best first, and why. */
  recall: call({
    input: z.object({
      question: z.string().min(1).max(10_000),
      collectionIds: z.array(collectionId).max(100),
      documentIds: z.array(documentId).max(1000),
      count: z.number().int().min(1).max(100),
    }),
    output: z.object({ hits: z.array(recallHit), hasMeaning: z.boolean() }),
    errors: ['collection.not-found', 'document.not-found', 'storage.failed'],
  }),
  changed: event(collectionSummary),
  removed: event(z.object({ collectionId })),
  stateChanged: event(indexingState),
} as const;
