export type { EmbeddedTexts, Embedder, EmbedderState } from './embedder.ts';
export type { ChosenModel } from './loader.ts';
export type { ModelRuntime, ReadyModel } from './model-runtime.ts';
export { createModels, type Models, type ModelsOptions } from './models-service.ts';
