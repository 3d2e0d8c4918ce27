export { indexFolder, openPassageIndex } from './passage-index.ts';
export type { IndexedDocument } from './search-index/document-writer.ts';
export type { Recall } from './search-index/search-index.ts';
export type { IndexThread } from './search-index/thread.ts';
export type { PassageToEmbed } from './search-index/vector-store.ts';
