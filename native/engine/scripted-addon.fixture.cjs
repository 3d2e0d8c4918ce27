/**
 * A scripted addon for the tests of the process around it: the surface of native/addon/index.d.ts, no
 * llama.cpp. What the last message says decides what happens.
 */
class AddonError extends Error {
  constructor(code, data) {
    super(code);
    this.code = code;
    this.data = data;
  }
}

const pause = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs));

async function inspectGguf(path) {
  if (path.includes('broken')) {
    throw new AddonError('model.file-broken', { path, fault: 'not-gguf', detail: 'no magic' });
  }
  return {
    path,
    fileBytes: 1000,
    kind: 'model',
    architecture: 'llama',
    name: null,
    quantization: null,
    parameterCount: null,
    trainedContextTokens: 2048,
    embeddingWidth: 8,
    tensorCount: 1,
    hasChatTemplate: true,
    projectorKind: null,
  };
}

async function estimateMemory({ path, contextTokens }) {
  const modelBytes = path.includes('huge') ? 2 ** 60 : 1000;
  return { modelBytes, contextBytes: contextTokens * 10, computeBytes: 10, projectorBytes: 0 };
}

function result(answerTokens, how) {
  return {
    promptTokens: 4,
    reusedTokens: 1,
    restoredTokens: 1,
    computedTokens: 2,
    stopString: null,
    answerTokens,
    answerTokenIds: Uint32Array.from({ length: answerTokens }, (_, index) => index + 1),
    forgottenMessages: 0,
    draftedTokens: 0,
    acceptedTokens: 0,
    firstTokenMs: 1,
    promptMs: 1,
    answerMs: 1,
    ...how,
  };
}

const empty = { readTokens: 4, promptTokens: 4, text: '', reasoning: '', toolCalls: [], odds: [] };

function callTool({ tools }, onBatch) {
  if (tools === undefined) return;
  const { name } = tools[0];
  onBatch({ ...empty, toolCalls: [{ index: 0, id: 'call-1', name, arguments: '{"a":' }] });
  onBatch({ ...empty, toolCalls: [{ index: 0, arguments: '1}' }] });
}

function oddsOf({ alternatives }, chosen) {
  return alternatives === undefined ? [] : [{ ...chosen, probability: 0.5, alternatives: [] }];
}

class Engine {
  constructor({ onLog, threads }) {
    this.loaded = false;
    this.onLog = onLog;
    onLog?.('info', `scripted addon with ${threads} threads`);
  }

  load(request, onProgress) {
    let isCancelled = false;
    const work = async () => {
      for (let step = 0; step <= 10; step += 1) {
        onProgress(step / 10);
        await pause(request.path.includes('slow') ? 100 : 1);
        if (isCancelled) throw new AddonError('cancelled', {});
      }
      // A file that takes more memory than its header says: only little of it can be had.
      if (request.path.includes('tight') && request.contextTokens > 512) {
        const lastLogLines = ['failed to allocate buffer of size 1000'];
        throw new AddonError('model.load-failed', { path: request.path, lastLogLines });
      }
      if (request.path.includes('hollow')) {
        throw new AddonError('model.load-failed', {
          path: request.path,
          lastLogLines: ['no tensor'],
        });
      }
      this.loaded = true;
      return {
        description: 'scripted',
        contextTokens: request.contextTokens,
        trainedContextTokens: 2048,
        canSee: false,
        canThink: false,
        deviceName: 'CPU',
        memoryBytes: 1010,
        mappedBytes: 1000,
        loadMs: 10,
        fingerprint: 'ab'.repeat(32),
        batchTokens: request.batchTokens ?? 256,
        stateKind: 'attention',
      };
    };
    return {
      done: work(),
      cancel: () => {
        isCancelled = true;
      },
    };
  }

  async unload() {
    this.loaded = false;
  }

  generate(request, onBatch) {
    let isCancelled = false;
    const last = request.messages.at(-1).text;
    const lastToken = last === 'forever' ? Number.POSITIVE_INFINITY : Number(last);
    const work = async () => {
      if (!this.loaded) throw new AddonError('model.not-loaded', {});
      if (last === 'bug') throw new Error('secret words of a person');
      onBatch({ ...empty, readTokens: 2 });
      await pause(1);
      onBatch({ ...empty, reasoning: 'hm' });
      callTool(request, onBatch);
      for (let answerTokens = 1; ; answerTokens += 1) {
        await pause(5);
        if (isCancelled) return result(answerTokens, { stopReason: 'cancelled' });
        const text = `${answerTokens} `;
        onBatch({ ...empty, text, odds: oddsOf(request, { token: answerTokens, text }) });
        const stopString = request.stop?.find((word) => word === text.trim()) ?? null;
        if (answerTokens >= lastToken || stopString)
          return result(answerTokens, { stopReason: 'end', stopString });
      }
    };
    return {
      done: work(),
      cancel: () => {
        isCancelled = true;
      },
    };
  }

  warm(request) {
    let isCancelled = false;
    const last = request.messages.at(-1).text;
    const work = async () => {
      if (!this.loaded) throw new AddonError('model.not-loaded', {});
      while (last === 'forever' && !isCancelled) await pause(1);
      const computedTokens = isCancelled ? 1 : 3;
      return {
        promptTokens: computedTokens + 1,
        reusedTokens: 0,
        restoredTokens: 1,
        computedTokens,
      };
    };
    return {
      done: work(),
      cancel: () => {
        isCancelled = true;
      },
    };
  }

  async forget({ sequenceKey }) {
    this.onLog?.('info', `forgot ${sequenceKey}`);
  }

  async shrinkCache({ ramBytes }) {
    this.onLog?.('info', `cache ${ramBytes}`);
  }

  /** One thread is the fastest. */
  measure({ threads }) {
    const speed = 1000 / threads;
    const speeds = { promptTokensPerSecond: speed, answerTokensPerSecond: speed };
    return { done: Promise.resolve(speeds), cancel: () => {} };
  }

  async setThreads({ threads }) {
    this.onLog?.('info', `threads ${threads}`);
  }

  loadEmbedder(request, onProgress) {
    let isCancelled = false;
    const work = async () => {
      this.dimensions = 0;
      for (let step = 0; step <= 2; step += 1) {
        onProgress(step / 2);
        await pause(request.path.includes('slow') ? 100 : 1);
        if (isCancelled) throw new AddonError('cancelled', {});
      }
      if (request.path.includes('chat')) {
        throw new AddonError('model.cannot-embed', { architecture: 'llama' });
      }
      this.dimensions = 2;
      return {
        description: 'scripted',
        dimensions: 2,
        contextTokens: 8,
        pooling: 'mean',
        fingerprint: 'cd'.repeat(32),
        memoryBytes: 500,
        mappedBytes: 400,
        loadMs: 1,
      };
    };
    return {
      done: work(),
      cancel: () => {
        isCancelled = true;
      },
    };
  }

  async unloadEmbedder() {
    this.dimensions = 0;
  }

  /** The vector of a text is its length and 1; `forever` never ends of itself. */
  embed({ texts, priority = 'background' }, onProgress) {
    let isCancelled = false;
    const work = async () => {
      if (!this.dimensions) throw new AddonError('embedding.not-loaded', {});
      this.onLog?.('info', `embeds ${texts.length} texts, ${priority}`);
      const textIndex = texts.findIndex((text) => text.length > 8);
      if (textIndex >= 0) {
        const textTokens = texts[textIndex].length;
        throw new AddonError('embedding.too-long', { textIndex, textTokens, contextTokens: 8 });
      }
      do {
        await pause(1);
        onProgress(0.5);
      } while (texts.includes('forever') && !isCancelled);
      if (isCancelled) throw new AddonError('cancelled', {});
      onProgress(1);
      return {
        vectors: Float32Array.from(texts.flatMap((text) => [text.length, 1])),
        dimensions: 2,
        tokens: texts.join('').length,
      };
    };
    return {
      done: work(),
      cancel: () => {
        isCancelled = true;
      },
    };
  }

  countTokens({ texts }) {
    const work = async () => {
      if (!this.dimensions) throw new AddonError('embedding.not-loaded', {});
      return Uint32Array.from(texts, (text) => text.length);
    };
    return { done: work(), cancel: () => {} };
  }

  async counters() {
    return {
      sequences: 1,
      contextTokensUsed: 4,
      cacheRamBytes: 100,
      cacheDiskBytes: 200,
      computedTokens: 4,
      reusedTokens: 0,
      restoredTokens: 0,
      diskBytesWritten: 200,
      threads: 2,
    };
  }

  async tokenize({ text }) {
    if (!this.loaded) throw new AddonError('model.not-loaded', {});
    return Uint32Array.from(text, (letter) => letter.codePointAt(0));
  }

  async detokenize({ tokens }) {
    return String.fromCodePoint(...tokens);
  }

  async tokenizePrompt({ messages }) {
    const text = messages.map((message) => message.text).join('');
    const spans = messages.map((message, index) => ({
      text: message.text,
      tokenCount: 1,
      message: index,
    }));
    return {
      tokens: messages.map((_, index) => index),
      isControl: messages.map(() => false),
      text,
      spans,
    };
  }

  async dispose() {
    if (process.env.SCRIPTED_DISPOSE === 'hangs') await new Promise(() => {});
  }
}

async function estimateEmbedderMemory({ path }) {
  const modelBytes = path.includes('huge') ? 2 ** 60 : 400;
  return { modelBytes, contextBytes: 50, computeBytes: 50, projectorBytes: 0 };
}

async function forgetKept({ fingerprint, sequenceKeys }) {
  return !fingerprint.startsWith('00') && sequenceKeys.length > 0;
}

function describe() {
  return { llamaVersion: 'scripted', systemInfo: process.pid.toString(), devices: [] };
}

module.exports = {
  inspectGguf,
  estimateMemory,
  estimateEmbedderMemory,
  forgetKept,
  describe,
  Engine,
  VectorIndex: class {},
};
