export { createDocuments, type Documents, type DocumentsOptions } from './documents-service.ts';
export { recognisedLanguages } from './recognised-languages.ts';
