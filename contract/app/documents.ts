import * as z from 'zod';
import { conversationId } from '../chat/message.ts';
import {
  attachment,
  collectionId,
  documentId,
  documentSummary,
  fileReading,
} from '../documents/documents.ts';
import { block } from '../documents/extracted.ts';
import { forbiddenAct, restrictions } from '../extractor-contract.ts';
import { fileRef } from '../models/models.ts';
import { call, event } from '../rpc/declare.ts';

const nothing = z.object({});

/** Files that were attached or belong to a collection. */
export const documentsContract = {
  /**
   * Takes a file in: the reply comes once it is kept; it is then read, and `changed` tells how far. The same
   * bytes under the same name give the same document.
   */
  add: call({
    input: z.object({ file: fileRef }),
    output: documentSummary,
    errors: [
      'file.not-found',
      'file.changing',
      'document.too-large',
      'storage.full',
      'storage.failed',
    ],
  }),
  get: call({
    input: z.object({ documentId }),
    output: documentSummary,
    errors: ['document.not-found'],
  }),
  /** Stops reading it; what was read by then stays. */
  stop: call({ input: z.object({ documentId }), output: nothing }),
  /** Reads it again: after a failure, or with text recognition of its scanned pages. */
  read: call({
    input: z.object({
      documentId,
      recognise: z.boolean(),
      /** The person lets it take longer than usual. */
      isPatient: z.boolean(),
    }),
    output: nothing,
    errors: ['document.not-found'],
  }),
  /** Its text as the model gets it, `from` the block of that number. */
  blocks: call({
    input: z.object({
      documentId,
      from: z.number().int().nonnegative(),
      count: z.number().int().min(1).max(500),
    }),
    output: z.object({ blocks: z.array(block), totalBlocks: z.number().int() }),
    errors: ['document.not-found'],
  }),
  /** A page of it, or the picture itself as page 1, as a picture that the extractor drew. */
  draw: call({
    input: z.object({
      documentId,
      page: z.number().int().positive(),
      maxPx: z.number().int().min(16).max(4096),
    }),
    /** `path` is below the window's own origin. */
    output: z.object({ path: z.string(), widthPx: z.number(), heightPx: z.number() }),
    errors: [
      'document.not-found',
      'document.unsupported',
      'document.broken',
      'document.encrypted',
      'document.too-slow',
      'document.too-heavy',
      'picture.refused',
      'extractor.crashed',
      'extractor.unavailable',
    ],
  }),
  /**
   * What the model would be given with a question that came with these files and collections. `isBlind`: a
   * picture is among them and the loaded model has no eyes.
   */
  plan: call({
    input: z.object({
      conversationId: conversationId.nullable(),
      question: z.string(),
      attachments: z.array(attachment).max(100),
      collectionIds: z.array(collectionId).max(100),
    }),
    output: z.object({
      files: z.array(fileReading),
      roomTokens: z.number().int(),
      isBlind: z.boolean(),
    }),
    errors: ['conversation.not-found', 'document.not-found', 'model.not-loaded'],
  }),
  /** What holds the process that reads files, and whether it refused what it must. */
  sandbox: call({
    input: nothing,
    output: z.object({
      restrictions: restrictions.nullable(),
      acts: z.array(z.object({ act: forbiddenAct, isRefused: z.boolean() })),
    }),
  }),
  changed: event(documentSummary),
  removed: event(z.object({ documentId })),
} as const;
