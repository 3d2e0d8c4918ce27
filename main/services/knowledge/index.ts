export { EmbeddingFlow } from './embedding-flow.ts';
export {
  createKnowledge,
  type Knowledge,
  type KnowledgeOptions,
  type MeaningWork,
} from './knowledge-service.ts';
export type { Found, Lookup } from './recall.ts';
