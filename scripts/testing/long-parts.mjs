/** The parts of `npm run test:long`. */

/**
 * @typedef {object} Part
 * @property {string} name what to type
 * @property {string} what one line for people
 * @property {number} minutes about how long on two cores; never over 60
 * @property {string} file a program that prints `N passed, N failed`, or a Playwright spec under e2e/
 */

/** @type {readonly Part[]} */
export const PARTS = [
  {
    name: 'kill-storage',
    what: 'main killed 1,000 times while an answer streams: nothing acknowledged is lost',
    minutes: 20,
    file: 'scripts/long/kill-storage.ts',
  },
  {
    name: 'kill-download',
    what: 'a download killed again and again arrives whole',
    minutes: 10,
    file: 'scripts/long/kill-download.ts',
  },
  {
    name: 'kill-app',
    what: 'the whole app killed 25 times mid-answer and opened again',
    minutes: 15,
    file: 'e2e/long/kill-app.spec.ts',
  },
  {
    name: 'embedding-model',
    what: 'the real embedding model, fetched and converted, beside a float32 encoder over its weights',
    minutes: 5,
    file: 'scripts/long/embedding-model.ts',
  },
  {
    name: 'bad-files',
    what: 'damaged, locked, hostile and huge PDFs and pictures, each in a process of its own',
    minutes: 5,
    file: 'scripts/long/bad-files.ts',
  },
  {
    name: 'recognition',
    what: 'twenty printed pages of English and twenty of Chinese, recognised: how many characters are wrong',
    minutes: 10,
    file: 'scripts/long/recognition.ts',
  },
  {
    name: 'foreign-files',
    what: 'every shape of bad input and texts of a gigabyte, each in a process of its own; 5,000 spoilt files',
    minutes: 8,
    file: 'scripts/long/foreign-files.ts',
  },
  {
    name: 'fuzz',
    what: 'the readers of model files and of cache files under libFuzzer, 10 minutes each',
    minutes: 22,
    file: 'scripts/long/fuzz.mjs',
  },
];
