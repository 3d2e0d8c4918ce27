/** What an answer needs of the context, at most; a quarter of it where that is less. */
const answerTokens = 1024;
/** Small models lose their way in more than this, and it is read anew with each question. */
const mostRetrievedTokens = 3000;
/** Files that go whole without being asked to: read once, ahead of the question. */
const mostWholeTokens = 6000;
/** What one source may take of the passages, where there are three or more. */
const mostOfOneSource = 0.4;

/** Room for what is read with a question: at most half of the context, and what history and answer leave. */
export function roomFor(contextTokens: number, usedTokens: number): number {
  const reserved = Math.min(answerTokens, Math.floor(contextTokens / 4));
  const left = contextTokens - reserved - usedTokens;
  return Math.max(0, Math.min(Math.floor(contextTokens / 2), left));
}

/** What passages found for a question may take of the room that is left. */
export function retrievalTokens(contextTokens: number, roomTokens: number): number {
  return Math.min(mostRetrievedTokens, Math.floor(contextTokens / 2), roomTokens);
}

/** A file that may go whole. */
export interface WholeCandidate {
  tokens: number;
  /** The person asked for it; else it goes whole only where it is small. */
  isAsked: boolean;
}

/**
 * Those that go whole. Asked ones first, the smallest before larger ones, as long as they fit; then the
 * others while each is within its even share of what is left. `others` more share that room without being
 * whole.
 */
export function chooseWhole<C extends WholeCandidate>(
  candidates: readonly C[],
  roomTokens: number,
  others: number,
): Set<C> {
  const chosen = new Set<C>();
  const bySize = candidates.toSorted((left, right) => left.tokens - right.tokens);
  let left = roomTokens;
  for (const candidate of bySize.filter(({ isAsked }) => isAsked)) {
    if (candidate.tokens > left) continue;
    chosen.add(candidate);
    left -= candidate.tokens;
  }
  left = Math.min(left, mostWholeTokens);
  const small = bySize.filter(({ isAsked }) => !isAsked);
  for (const [index, candidate] of small.entries()) {
    const share = left / (small.length - index + others);
    if (candidate.tokens > share) break;
    chosen.add(candidate);
    left -= candidate.tokens;
  }
  return chosen;
}

/** A passage that bears on the question. */
export interface PassageCandidate {
  source: string;
  tokens: number;
}

/** Takes what fits, in order, no source beyond `shareTokens`. */
function take<C extends PassageCandidate>(
  candidates: readonly C[],
  chosen: Set<C>,
  limits: { tokens: number; shareTokens: number },
): void {
  const bySource = new Map<string, number>();
  let used = 0;
  for (const { source, tokens } of chosen) {
    used += tokens;
    bySource.set(source, (bySource.get(source) ?? 0) + tokens);
  }
  for (const candidate of candidates) {
    if (chosen.has(candidate)) continue;
    const { source, tokens } = candidate;
    const ofSource = (bySource.get(source) ?? 0) + tokens;
    if (used + tokens > limits.tokens || ofSource > limits.shareTokens) continue;
    chosen.add(candidate);
    used += tokens;
    bySource.set(source, ofSource);
  }
}

/**
 * The passages that go to the model, of `candidates` in their order of relevance. Of two sources each has half,
 * and what the other leaves; of more, none has over 40 %.
 */
export function choosePassages<C extends PassageCandidate>(
  candidates: readonly C[],
  tokens: number,
): Set<C> {
  const chosen = new Set<C>();
  const sources = new Set(candidates.map(({ source }) => source)).size;
  if (sources > 2) take(candidates, chosen, { tokens, shareTokens: tokens * mostOfOneSource });
  else {
    take(candidates, chosen, { tokens, shareTokens: tokens / Math.max(1, sources) });
    take(candidates, chosen, { tokens, shareTokens: tokens });
  }
  return chosen;
}
