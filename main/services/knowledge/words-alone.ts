import type { MeaningWork } from './knowledge-service.ts';

/** Where there is no embedding model: passages are found by their words alone. */
export function wordsAlone(): MeaningWork {
  return {
    find: async () => null,
    embedderState: () => 'absent',
    wake: () => {},
    close: async () => {},
  };
}
