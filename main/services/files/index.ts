export { ContentStore, type ContentStoreOptions, type KeptFile } from './content-store.ts';
