import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { caller, DocumentsBench } from './testing/documents-bench.fixture.ts';

const childPath = fileURLToPath(new URL('./testing/reading-child.fixture.ts', import.meta.url));
const paragraphs = 3000;
const text = Array.from(
  { length: paragraphs },
  (_, at) => `Paragraph ${at} of the story. ${'It goes on. '.repeat(20)}`,
).join('\n\n');

/** Kills a process with SIGKILL once it has read this share of the file. */
async function killAt(share: number, folder: string, path: string): Promise<void> {
  const child = spawn(process.execPath, [childPath, folder, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready' || Number(line) >= share) break;
  }
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
}

test.each([0, 0.3, 0.7, 1])(
  'a file that was being read when the app was killed (at %d) is read to the end at the next start',
  { timeout: 60_000 },
  async (share) => {
    const bench = new DocumentsBench();
    try {
      const path = join(bench.folder, 'long.txt');
      writeFileSync(path, text);
      await killAt(share, bench.folder, path);
      await bench.open();
      const { id, contentHash } = await bench.add('long.txt', text);
      const read = await bench.settled(id);
      expect(read.state.state).toBe('ready');
      const reply = await bench.documents.handlers.blocks(
        { documentId: id, from: 0, count: 1 },
        caller,
      );
      expect(reply.totalBlocks).toBe(paragraphs);
      const passages = await bench.documents.passages(id);
      expect(passages.map((passage) => passage.text).join('')).toBe(text);
      expect(await bench.index.documentIds()).toEqual([id]);
      // Nothing half stays in the store of contents.
      const kept = readdirSync(join(bench.folder, 'files'), { recursive: true }).map(String);
      expect(kept.filter((name) => !/^([0-9a-f]{2}|incoming)$/u.test(name))).toEqual([
        join(contentHash.slice(0, 2), contentHash),
      ]);
    } finally {
      await bench.dispose();
    }
  },
);
