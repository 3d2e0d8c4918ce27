import type {
  CatalogEntry,
  Download,
  EmbeddingModel,
  InstalledModel,
  ModelsState,
  OfferedModel,
} from '../../contract/models/models.ts';

type Ability = CatalogEntry['abilities'][number];

interface Sample {
  id: string;
  name: string;
  bytes: number;
  memoryGb: CatalogEntry['memoryGb'];
  fit: OfferedModel['fit'];
  abilities: Ability[];
  isQuickTry?: boolean;
  projectorBytes?: number;
}

function file(name: string, fileBytes: number) {
  const sources = [
    { kind: 'huggingface' as const, repository: 'example/models', file: name, revision: null },
  ];
  return { name, fileBytes, hasExactSize: false, sha256: 'a'.repeat(64), sources };
}

function offered(sample: Sample, rank: number, role: CatalogEntry['role'] = 'chat'): OfferedModel {
  const { projectorBytes } = sample;
  return {
    id: sample.id,
    name: sample.name,
    license: 'Apache-2.0',
    role,
    memoryGb: sample.memoryGb,
    rank,
    isQuickTry: sample.isQuickTry ?? false,
    isWeak: sample.isQuickTry ?? false,
    abilities: sample.abilities,
    parameterCount: sample.bytes * 1.6,
    contextTokens: 262_144,
    model: file(`${sample.id}.gguf`, sample.bytes),
    projector: projectorBytes ? file(`${sample.id}-mmproj.gguf`, projectorBytes) : null,
    downloadBytes: sample.bytes + (projectorBytes ?? 0),
    fit: sample.fit,
    installedId: null,
  };
}

const samples: Sample[] = [
  {
    id: 'qwen3.5-4b',
    name: 'Qwen3.5 4B',
    bytes: 2_740_000_000,
    projectorBytes: 672_000_000,
    memoryGb: 8,
    fit: 'fits',
    abilities: ['sees', 'thinks', 'tools', 'chinese'],
  },
  {
    id: 'smollm2-135m',
    name: 'SmolLM2 135M',
    bytes: 98_362_432,
    memoryGb: 4,
    fit: 'fits',
    abilities: ['fast'],
    isQuickTry: true,
  },
  {
    id: 'granite-4.1-3b',
    name: 'Granite 4.1 3B',
    bytes: 2_100_000_000,
    memoryGb: 8,
    fit: 'fits',
    abilities: ['tools'],
  },
  {
    id: 'gemma-4-e4b',
    name: 'Gemma 4 E4B',
    bytes: 4_220_000_000,
    memoryGb: 8,
    fit: 'tight',
    abilities: ['sees', 'hears', 'tools'],
  },
  {
    id: 'qwen3.5-9b',
    name: 'Qwen3.5 9B',
    bytes: 5_700_000_000,
    memoryGb: 16,
    fit: 'too-big',
    abilities: ['sees', 'thinks', 'tools', 'chinese'],
  },
];

/** The model that finds passages by meaning, not fetched yet. */
export function sampleEmbedding(change: Partial<EmbeddingModel> = {}): EmbeddingModel {
  const sample: Sample = {
    id: 'multilingual-e5-small',
    name: 'multilingual-e5-small',
    bytes: 73_600_000,
    memoryGb: 4,
    fit: 'fits',
    abilities: ['chinese', 'fast'],
  };
  return { offer: offered(sample, 1, 'embedding'), phase: 'absent', model: null, ...change };
}

/** A model that is on the fake's disk. */
export function sampleInstalled(change: Partial<InstalledModel> = {}): InstalledModel {
  return {
    id: 'm-qwen',
    name: 'Qwen3.5 4B',
    path: '/home/mei/.local/share/parley/models/qwen3.5-4b.gguf',
    projectorPath: '/home/mei/.local/share/parley/models/qwen3.5-4b-mmproj.gguf',
    fileBytes: 2_740_000_000,
    architecture: 'qwen35',
    quantization: 'Q4_K_M',
    parameterCount: 4_000_000_000,
    catalogId: 'qwen3.5-4b',
    isOwned: true,
    isPresent: true,
    isSetAside: false,
    ...change,
  };
}

/** The engine with `model` loaded; the context is smaller than wanted, as on a small laptop. */
export function sampleReady(model: InstalledModel): ModelsState['engine'] {
  return {
    phase: 'ready',
    modelId: model.id,
    contextTokens: 16_384,
    wantedContextTokens: 32_768,
    rung: 'planned',
    memoryBytes: 3_400_000_000,
    canSee: model.projectorPath !== null,
    canThink: true,
    deviceName: 'CPU',
  };
}

/** A laptop of 8 GB on its first day. */
export function sampleModels(change: Partial<ModelsState> = {}): ModelsState {
  return {
    installed: [],
    offered: samples.map((sample, index) => offered(sample, index + 1)),
    embedding: sampleEmbedding(),
    recommendedId: 'qwen3.5-4b',
    quickTryId: 'smollm2-135m',
    downloads: [],
    engine: { phase: 'empty' },
    modelsFolder: '/home/mei/.local/share/parley/models',
    installedMemoryBytes: 8_240_000_000,
    ...change,
  };
}

/** The laptop with one model loaded, and one that lies where the person keeps it. */
export function sampleModelsReady(): ModelsState {
  const model = sampleInstalled();
  const other = sampleInstalled({
    id: 'm-smol',
    name: 'SmolLM2 135M',
    path: '/media/mei/STICK/smollm2.gguf',
    projectorPath: null,
    fileBytes: 98_362_432,
    quantization: 'Q4_1',
    catalogId: 'smollm2-135m',
    isOwned: false,
  });
  return sampleModels({ installed: [model, other], engine: sampleReady(model) });
}

/** A download a third of the way. */
export function sampleDownload(change: Partial<Download>): Download {
  return {
    id: 'qwen3.5-4b',
    name: 'Qwen3.5 4B',
    state: 'running',
    doneBytes: 1_180_000_000,
    totalBytes: 3_412_000_000,
    bytesPerSecond: 12_400_000,
    secondsLeft: 180,
    sourceLabel: 'huggingface.co',
    hasRestarted: false,
    error: null,
    ...change,
  };
}
