/** Replies of an engine that tests script: what they do not care about has a value here. */
import type {
  EngineHandlers,
  GenerateResult,
  LoadedModel,
} from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';

/** What each scripted answer cost. */
export const usage: GenerateResult['usage'] = {
  promptTokens: 5,
  reusedTokens: 0,
  restoredTokens: 0,
  computedTokens: 5,
  answerTokens: 3,
  firstTokenMs: 1,
  promptMs: 1,
  answerMs: 2,
};

/** The end of an answer; `with` says what is special about it. */
export function answerEnd(special: Partial<GenerateResult> = {}): GenerateResult {
  return {
    stopReason: 'end',
    stopString: null,
    usage,
    answerTokenIds: new Uint32Array(),
    forgottenMessages: 0,
    draftedTokens: 0,
    acceptedTokens: 0,
    ...special,
  };
}

/** A loaded model; `special` says what is special about it. */
export function loadedModel(special: Partial<LoadedModel> = {}): LoadedModel {
  return {
    path: '/models/scripted.gguf',
    projectorPath: null,
    description: 'scripted',
    canSee: false,
    canThink: true,
    contextTokens: 4096,
    wantedContextTokens: 4096,
    rung: 'planned' as const,
    rungReason: null,
    memoryBytes: 1,
    deviceName: 'CPU',
    threads: 1,
    loadMs: 1,
    fingerprint: 'ab'.repeat(32),
    stateKind: 'attention',
    ...special,
  };
}

function unasked(): never {
  throw new AppError('internal', { incidentId: 'not in the script' });
}

/** Handlers that fail, for everything a script does not say. */
export const unscripted: EngineHandlers = {
  engine: {
    describe: unasked,
    counters: unasked,
    shrinkCache: unasked,
    forgetKept: unasked,
  },
  model: {
    inspect: unasked,
    readAhead: unasked,
    load: unasked,
    setIdleMinutes: unasked,
    unload: unasked,
  },
  run: {
    generate: unasked,
    stop: unasked,
    warm: unasked,
    forget: unasked,
    tokenize: unasked,
    detokenize: unasked,
    preview: unasked,
  },
  embedding: {
    ...{ convert: unasked, load: unasked, unload: unasked, embed: unasked, countTokens: unasked },
  },
  vectors: { open: unasked, append: unasked, scan: unasked, close: unasked },
};
