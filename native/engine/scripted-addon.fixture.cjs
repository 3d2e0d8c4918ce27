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

class Engine {
  constructor({ onLog, threads }) {
    this.loaded = false;
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
      this.loaded = true;
      return {
        description: 'scripted',
        contextTokens: request.contextTokens,
        trainedContextTokens: 2048,
        canSee: false,
        canThink: false,
        deviceName: 'CPU',
        memoryBytes: 1010,
        loadMs: 10,
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
    const result = { promptTokens: 4, reusedTokens: 0, promptMs: 1, answerMs: 1 };
    const work = async () => {
      if (!this.loaded) throw new AddonError('model.not-loaded', {});
      if (last === 'bug') throw new Error('secret words of a person');
      onBatch({ readTokens: 2, promptTokens: 4, text: '', reasoning: '' });
      await pause(1);
      onBatch({ readTokens: 4, promptTokens: 4, text: '', reasoning: 'hm' });
      for (let answerTokens = 1; ; answerTokens += 1) {
        await pause(5);
        if (isCancelled) return { ...result, stopReason: 'cancelled', answerTokens };
        onBatch({ readTokens: 4, promptTokens: 4, text: `${answerTokens} `, reasoning: '' });
        if (last !== 'forever' && answerTokens >= Number(last)) {
          return { ...result, stopReason: 'end', answerTokens };
        }
      }
    };
    return {
      done: work(),
      cancel: () => {
        isCancelled = true;
      },
    };
  }

  async dispose() {
    if (process.env.SCRIPTED_DISPOSE === 'hangs') await new Promise(() => {});
  }
}

function describe() {
  return { llamaVersion: 'scripted', systemInfo: process.pid.toString(), devices: [] };
}

module.exports = { inspectGguf, estimateMemory, describe, Engine };
