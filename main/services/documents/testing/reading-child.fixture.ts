/** Reads a long file in a process that a test kills: `node reading-child.fixture.ts FOLDER FILE`. */
import { setTimeout as delay } from 'node:timers/promises';
import { openStorage } from '../../../storage/index.ts';
import { ContentStore } from '../../files/index.ts';
import { openPassageIndex } from '../../passages/index.ts';
import { createDocuments } from '../index.ts';
import { ScriptedExtractor } from './scripted-extractor.fixture.ts';

const [folder = '', path = ''] = process.argv.slice(2);
const log = { info: () => {}, warn: () => {}, incident: () => 'incident' };
const clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
let lastId = 0;
const ids = {
  next: () => {
    lastId += 1;
    return `child-${lastId}`;
  },
};
const entry = new URL('../../passages/search-index/worker.ts', import.meta.url);
const documents = await createDocuments({
  ...{ storage: openStorage({ folder, clock }), clock, ids, log, dataFolder: folder, width: 1 },
  index: await openPassageIndex({ entry, dataFolder: folder, log, onDamaged: () => {} }),
  content: new ContentStore({
    ...{ dataFolder: folder, ids },
    machine: { freeDiskBytes: async () => 1e12 },
  }),
  extractor: new ScriptedExtractor(),
  exchange: { take: async ({ name }) => ({ path, name, isOurs: false }) },
  languages: () => ['eng'],
  emit: {
    changed: ({ state }) => {
      if (state.state === 'reading') process.stdout.write(`${state.fraction}\n`);
      else process.stdout.write(`${state.state}\n`);
    },
    removed: () => {},
  },
});
const file = { kind: 'path', path, name: 'long.txt' } as const;
await documents.handlers.add({ file }, { signal: new AbortController().signal });
await delay(60_000);
