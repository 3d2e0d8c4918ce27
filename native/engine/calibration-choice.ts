/** How fast the model was with one setting. */
export interface MeasuredSetting {
  threads: number;
  promptTokensPerSecond: number;
  answerTokensPerSecond: number;
}

/** A usual turn: a question with some text, and an answer of a few paragraphs. */
const usualPromptTokens = 300;
const usualAnswerTokens = 200;

/** Less than this much faster is noise. */
const worthwhile = 1.05;
/** Larger steps take memory and make everybody wait longer for each other: they must gain more. */
const worthwhileGrowth = 1.1;

/** Steps that are of any use on a CPU, and on a GPU. */
export const largestBatchTokens = { cpu: 512, gpu: 1024 } as const;
const smallestBatchTokens = 64;

/** Milliseconds that a usual turn would take with a setting. */
export function turnMs(setting: Omit<MeasuredSetting, 'threads'>): number {
  const seconds =
    usualPromptTokens / setting.promptTokensPerSecond +
    usualAnswerTokens / setting.answerTokensPerSecond;
  return seconds * 1000;
}

/**
 * Thread counts worth measuring, the usual one first: one for each core that there is, and fewer, since two
 * threads of one core share its arithmetic, and the slowest core of a mixed processor makes all others wait.
 */
export function threadCandidates(mostThreads: number): number[] {
  const all = [mostThreads, mostThreads / 2, mostThreads - 1, (mostThreads * 3) / 4];
  return [...new Set(all.map(Math.ceil))].filter((threads) => threads >= 1);
}

/** The fastest setting; the first of them unless another is faster by more than noise. */
export function fastestOf<T extends MeasuredSetting>(measured: readonly [T, ...T[]]): T {
  const [usual] = measured;
  const best = measured.reduce((left, right) => (turnMs(right) < turnMs(left) ? right : left));
  return turnMs(usual) > turnMs(best) * worthwhile ? best : usual;
}

/**
 * Tokens of a step at the next load, by how fast prompts are read in steps of this size and of half of it.
 * What a step of twice the size would gain can be measured only once there is room for it.
 */
export function nextBatchTokens(options: {
  batchTokens: number;
  mostBatchTokens: number;
  wholeTokensPerSecond: number;
  halfTokensPerSecond: number;
}): number {
  const { batchTokens, mostBatchTokens, wholeTokensPerSecond, halfTokensPerSecond } = options;
  const gain = wholeTokensPerSecond / halfTokensPerSecond;
  if (gain * worthwhile < 1 && batchTokens / 2 >= smallestBatchTokens) return batchTokens / 2;
  if (gain > worthwhileGrowth && batchTokens * 2 <= mostBatchTokens) return batchTokens * 2;
  return batchTokens;
}
