import { AppError } from '../../contract/errors/app-error.ts';

/** The least that is of any use: a short question, a short answer. */
export const leastContextTokens = 512;

/**
 * What is used when nobody asked for more. llama.cpp reserves the whole attention state at load: about
 * 1 GiB for 8,192 tokens of an 8-billion-parameter model, which a laptop with 8 GB can spare, while the
 * 131,072 tokens such a model was trained for would take 16 GiB. Few conversations are longer.
 */
export const usualContextTokens = 8192;

/** llama.cpp rounds contexts up to this; we round down to it when memory decides. */
const stepTokens = 256;

/** Memory of model, state, compute buffers and projector together at one context size. */
export interface SizedEstimate {
  contextTokens: number;
  totalBytes: number;
}

export interface ContextChoice {
  contextTokens: number;
  /** What would have been used with memory enough. */
  wantedContextTokens: number;
}

/**
 * The context that would be used with memory enough: what was asked for, else the usual, never more than
 * the model was trained for (null: its file does not say) and never less than 512.
 */
export function wantedContext(options: {
  trainedContextTokens: number | null;
  askedContextTokens: number | undefined;
}): number {
  const asked = options.askedContextTokens ?? usualContextTokens;
  const trained = options.trainedContextTokens ?? asked;
  return Math.max(leastContextTokens, Math.min(asked, trained));
}

/**
 * Memory to leave to everything else, so that loading a model does not push the person's other
 * programs out: a twentieth of what is installed, between 256 MiB and 1 GiB.
 */
export function reserveBytes(installedBytes: number): number {
  return Math.min(Math.max(installedBytes / 20, 256 * 2 ** 20), 2 ** 30);
}

/**
 * The largest context up to `wantedContextTokens` that fits `availableBytes`, by a straight line through
 * two estimates: attention state and masks grow evenly with the context, weights do not grow at all.
 * `least` is the estimate at 512 tokens, `wanted` at the wanted size (the same where that is 512).
 * @throws AppError `model.out-of-memory` when not even 512 tokens fit
 */
export function chooseContext(options: {
  least: SizedEstimate;
  wanted: SizedEstimate;
  availableBytes: number;
}): ContextChoice {
  const { least, wanted } = options;
  const availableBytes = Math.max(0, options.availableBytes);
  const wantedContextTokens = wanted.contextTokens;
  if (wanted.totalBytes <= availableBytes) {
    return { contextTokens: wantedContextTokens, wantedContextTokens };
  }
  if (least.totalBytes > availableBytes) {
    throw new AppError('model.out-of-memory', { neededBytes: least.totalBytes, availableBytes });
  }
  // Here wanted > available >= least, so the line rises and the division is safe.
  const bytesPerToken =
    (wanted.totalBytes - least.totalBytes) / (wanted.contextTokens - least.contextTokens);
  const extraTokens = (availableBytes - least.totalBytes) / bytesPerToken;
  const fitting = Math.floor((least.contextTokens + extraTokens) / stepTokens) * stepTokens;
  return {
    contextTokens: Math.max(least.contextTokens, Math.min(fitting, wantedContextTokens)),
    wantedContextTokens,
  };
}
