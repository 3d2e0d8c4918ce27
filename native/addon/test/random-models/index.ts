import { bertRecipe } from './bert.ts';
import { type Recipe, writeRandomModel } from './recipe.ts';
import { hybridRecipe, recurrentRecipe, type Size, windowRecipe } from './recipes.ts';
import { copyTokenizer } from './tokenizer-entries.ts';

export const modelKinds = ['hybrid', 'window', 'recurrent', 'bert'] as const;
export type ModelKind = (typeof modelKinds)[number];

export const isModelKind = (text: string): text is ModelKind =>
  (modelKinds as readonly string[]).includes(text);

export interface RandomModelOptions {
  size: Size;
  /** GGUF file whose tokenizer and chat template it gets; `bert` has its own. */
  vocabularyPath: string;
  seed?: number;
}

function recipeOf(kind: ModelKind, { size, vocabularyPath }: RandomModelOptions): Recipe {
  if (kind === 'bert') return bertRecipe(size);
  const tokenizer = copyTokenizer(vocabularyPath);
  if (kind === 'hybrid') return hybridRecipe(size, tokenizer);
  return kind === 'window' ? windowRecipe(size, tokenizer) : recurrentRecipe(size, tokenizer);
}

/** Writes a model of a real architecture whose weights are random; the same options give the same bytes. */
export function makeRandomModel(path: string, kind: ModelKind, options: RandomModelOptions): void {
  writeRandomModel(path, recipeOf(kind, options), options.seed);
}
