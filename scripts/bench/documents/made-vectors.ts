import type { EmbeddedTexts, Embedder } from '../../../main/services/models/embedder.ts';
import { seededRandom } from '../statistics.ts';

const dimensions = 384;
const fingerprint = '0'.repeat(64);

/** Stands in for the model where only the time of a search counts: vectors of chance, at once. */
export function madeVectors(): Embedder {
  const random = seededRandom(7);
  const vectors = (count: number): EmbeddedTexts => {
    const all = new Float32Array(count * dimensions);
    for (let start = 0; start < all.length; start += dimensions) {
      let squares = 0;
      for (let at = start; at < start + dimensions; at += 1) {
        const value = random() - 0.5;
        all[at] = value;
        squares += value * value;
      }
      const length = Math.sqrt(squares);
      for (let at = start; at < start + dimensions; at += 1) all[at] = (all[at] ?? 0) / length;
    }
    return { vectors: all, dimensions, fingerprint };
  };
  return {
    state: 'ready',
    onChanged: () => () => undefined,
    ready: () =>
      Promise.resolve({
        ...{ path: 'made', description: 'made', dimensions, contextTokens: 512 },
        ...{ pooling: 'mean' as const, fingerprint, memoryBytes: 0, loadMs: 0 },
      }),
    embedPassages: (texts) => Promise.resolve(vectors(texts.length)),
    embedQuery: () => Promise.resolve(vectors(1)),
    countPassageTokens: (texts) => Promise.resolve(new Uint32Array(texts.length)),
  };
}
