import * as z from 'zod';

const empty = z.object({});
const bytes = z.number().nonnegative();

/** Why our own reader refuses a GGUF file; one word per check, in the order they are made. */
export const ggufFault = z.enum([
  'empty',
  'not-gguf',
  'big-endian',
  'version',
  'truncated',
  'too-many-entries',
  'string-too-long',
  'array-too-long',
  'nested-array',
  'bad-type',
  'bad-key',
  'duplicate-key',
  'bad-alignment',
  'bad-dimensions',
  'bad-tensor-type',
  'duplicate-tensor',
  'size-overflow',
  'misaligned-tensor',
  'overlapping-tensors',
  'tensor-outside-file',
  'bad-vocabulary',
  'bad-template',
  'missing-architecture',
  'not-a-model',
]);
export type GgufFault = z.infer<typeof ggufFault>;

/** Why a file of vectors is refused; in the order in which it is looked at. */
const vectorFault = z.enum([
  'not-vectors',
  'version',
  'checksum',
  'dimensions',
  'truncated',
  'bad-scale',
]);

/**
 * Every error that may cross a process border: code, then the shape of its data (units in the names).
 * Each has a section in docs/errors.md and a sentence in every UI language; tests keep the three equal.
 */
export const errorCatalog = {
  /** A bug. The log has the rest under the incident id. */
  internal: z.object({ incidentId: z.string() }),
  /** The caller left. Never shown, never logged as an error. */
  cancelled: empty,
  'request.invalid': z.object({ path: z.string(), issues: z.array(z.string()) }),
  'connection.lost': empty,

  'engine.crashed': z.object({
    exitCode: z.number().nullable(),
    lastLogLines: z.array(z.string()),
  }),
  'engine.unavailable': z.object({ reason: z.string() }),
  'engine.silent': z.object({ silentMs: z.number() }),

  'model.not-loaded': empty,
  'model.not-found': z.object({ modelId: z.string() }),
  'model.file-missing': z.object({ path: z.string() }),
  'model.file-unreadable': z.object({ path: z.string(), reason: z.string() }),
  'model.file-broken': z.object({
    path: z.string(),
    fault: ggufFault,
    detail: z.string(),
    offsetBytes: bytes.optional(),
  }),
  'model.unsupported': z.object({ architecture: z.string() }),
  'model.load-failed': z.object({ path: z.string(), lastLogLines: z.array(z.string()) }),
  'model.template-broken': z.object({ detail: z.string() }),
  'model.out-of-memory': z.object({ neededBytes: bytes, availableBytes: bytes }),
  'model.projector-mismatch': z.object({ path: z.string(), reason: z.string() }),
  'model.cannot-see': z.object({}),
  'model.cannot-embed': z.object({ architecture: z.string() }),
  'model.set-aside': z.object({ modelId: z.string(), deaths: z.number().int() }),
  'model.in-use': z.object({ modelId: z.string() }),
  'prompt.too-long': z.object({
    promptTokens: z.number().int(),
    contextTokens: z.number().int(),
  }),
  'schema.unsupported': z.object({ detail: z.string() }),
  'picture.refused': z.object({ width: z.number().int(), height: z.number().int() }),

  'embedding.not-loaded': z.object({}),
  'embedding.too-long': z.object({
    textIndex: z.number().int(),
    textTokens: z.number().int(),
    contextTokens: z.number().int(),
  }),

  'document.not-found': z.object({ documentId: z.string() }),
  'document.unsupported': z.object({ name: z.string() }),
  'document.broken': z.object({ name: z.string(), detail: z.string() }),
  'document.encrypted': z.object({ name: z.string() }),
  'document.too-large': z.object({
    name: z.string(),
    limit: z.enum(['bytes', 'pages', 'entries', 'unpacked', 'ratio', 'text']),
    found: z.number(),
    allowed: z.number(),
  }),
  /** The extractor met its limit of processor time or memory, or stopped answering. */
  'document.too-slow': z.object({ name: z.string(), limitMs: z.number() }),
  'document.too-heavy': z.object({ name: z.string(), limitBytes: bytes }),
  'extractor.crashed': z.object({
    name: z.string(),
    exitCode: z.number().nullable(),
    signal: z.string().nullable(),
  }),
  'extractor.unavailable': z.object({ reason: z.string() }),
  'collection.not-found': z.object({ collectionId: z.string() }),
  'folder.not-found': z.object({ path: z.string() }),

  'conversation.not-found': z.object({ conversationId: z.string() }),
  'conversation.busy': z.object({ conversationId: z.string() }),
  'message.not-found': z.object({ messageId: z.string() }),
  'message.damaged': z.object({ messageId: z.string() }),

  'download.not-found': z.object({ downloadId: z.string() }),
  'download.no-space': z.object({ neededBytes: bytes, freeBytes: bytes }),
  'download.unreachable': z.object({ host: z.string(), reason: z.string() }),
  'download.refused': z.object({ host: z.string(), status: z.number().int() }),
  'download.changed': z.object({ host: z.string() }),
  'download.not-the-file': z.object({
    host: z.string(),
    contentType: z.string().nullable(),
    contentEncoding: z.string().nullable(),
  }),
  'download.wrong-hash': z.object({ expectedSha256: z.string(), actualSha256: z.string() }),
  'download.wrong-size': z.object({ expectedBytes: bytes, actualBytes: bytes }),
  'download.stalled': z.object({ host: z.string(), silentMs: z.number() }),
  'download.tool-missing': z.object({ tool: z.string() }),
  'download.tool-failed': z.object({
    tool: z.string(),
    exitCode: z.number().nullable(),
    lastLogLines: z.array(z.string()),
  }),

  'network.denied': z.object({ purpose: z.string(), host: z.string() }),

  'storage.full': z.object({ path: z.string() }),
  'storage.failed': z.object({ reason: z.string() }),
  'storage.damaged': z.object({ path: z.string(), setAsidePath: z.string() }),
  'storage.newer': z.object({ foundVersion: z.number().int(), knownVersion: z.number().int() }),
  'storage.locked': z.object({ path: z.string() }),

  'vectors.broken': z.object({ path: z.string(), fault: vectorFault }),
  'vectors.in-use': z.object({ path: z.string() }),
  'vectors.failed': z.object({ path: z.string(), reason: z.string() }),
  'vectors.not-finite': z.object({ row: z.number().int().nonnegative() }),

  'file.not-found': z.object({ name: z.string() }),
  /** It changed each time while it was copied. */
  'file.changing': z.object({ name: z.string() }),
  'file.not-a-model': z.object({ name: z.string() }),
  'link.refused': z.object({ url: z.string() }),
} as const;
