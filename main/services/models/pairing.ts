import type { GgufSummary } from '../../../contract/engine-contract.ts';

/**
 * Projector kinds that belong to one family of models. Where a kind is listed, the model's architecture
 * must begin with one of its prefixes; kinds that are not listed (`mlp`, `ldp`, …) are used by many
 * families, and the width decides alone.
 */
const familiesByKind: readonly (readonly [kind: RegExp, architectures: readonly string[]])[] = [
  [/^qwen/, ['qwen']],
  [/^gemma/, ['gemma']],
  [/^lfm2/, ['lfm2']],
  [/^pixtral/, ['llama', 'mistral', 'pixtral']],
  [/^(?:resampler|minicpm)/, ['minicpm', 'qwen', 'llama']],
  [/^glm/, ['glm', 'chatglm']],
  [/^internvl/, ['qwen', 'internlm', 'llama', 'gpt-oss']],
];

/** Why two files are no pair. */
export type PairFault = 'not-a-model' | 'not-a-projector' | 'width' | 'width-unknown' | 'family';

/** Undefined when `projector` makes pictures readable for `model`; never judged by file names. */
export function pairFault(model: GgufSummary, projector: GgufSummary): PairFault | undefined {
  if (model.kind !== 'model') return 'not-a-model';
  if (projector.kind !== 'projector') return 'not-a-projector';
  if (model.embeddingWidth === null || projector.embeddingWidth === null) return 'width-unknown';
  if (model.embeddingWidth !== projector.embeddingWidth) return 'width';
  const kind = projector.projectorKind?.toLowerCase() ?? '';
  const family = familiesByKind.find(([pattern]) => pattern.test(kind));
  if (!family) return undefined;
  const architecture = model.architecture.toLowerCase();
  return family[1].some((prefix) => architecture.startsWith(prefix)) ? undefined : 'family';
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1)?.toLowerCase() ?? '';
}

/** How many words two names share, to choose among projectors that all fit. */
function sharedWords(a: string, b: string): number {
  const words = new Set(a.split(/[^a-z0-9]+/));
  return b.split(/[^a-z0-9]+/).filter((word) => word !== '' && words.has(word)).length;
}

/** The projector of `candidates` that fits `model`, or null. Of several, the one named most alike. */
export function choosePair(
  model: GgufSummary,
  candidates: readonly GgufSummary[],
): GgufSummary | null {
  const name = baseName(model.path);
  const fitting = candidates
    .filter((candidate) => pairFault(model, candidate) === undefined)
    .map((candidate) => ({ candidate, shared: sharedWords(name, baseName(candidate.path)) }))
    .sort((a, b) => b.shared - a.shared || (a.candidate.path < b.candidate.path ? -1 : 1));
  return fitting[0]?.candidate ?? null;
}
