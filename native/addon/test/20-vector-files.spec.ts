import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { VectorIndex } from '../index.d.ts';
import { addon, modelPath, rejection } from './harness.ts';
import { randomNumbers, scattered, vectorOf } from './vectors.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-vector-files-'));
after(() => rmSync(folder, { recursive: true }));

const dimensions = 20;
const headerBytes = 64;
/** 64 scales and 64 rows of 20 values, padded to 64. */
const blockBytes = 64 * 4 + 64 * 64;

let fileCount = 0;
const newPath = (): string => {
  fileCount += 1;
  return join(folder, `${fileCount}.vectors`);
};
const open = (path: string, width = dimensions): Promise<VectorIndex> =>
  addon.VectorIndex.open({ path, dimensions: width });

/** A closed file of 100 rows: a whole block and a begun one. */
async function soundFile(): Promise<{ path: string; vectors: Float32Array }> {
  const path = newPath();
  const vectors = scattered(1, 100, dimensions);
  const index = await open(path);
  await index.append(vectors);
  await index.close();
  return { path, vectors };
}

/** Fails unless every vector finds itself; rows from `first` on. */
async function expectRows(index: VectorIndex, vectors: Float32Array, first = 0): Promise<void> {
  for (let row = 0; row < vectors.length / dimensions; row += 1) {
    const { rows, scores } = await index.scan(vectorOf(vectors, row, dimensions), { count: 1 });
    assert.deepEqual([...rows], [first + row]);
    assert.ok((scores[0] ?? 0) > 0.99, `row ${first + row}: ${scores[0]}`);
  }
}

describe('keeping', () => {
  test('rows are there again after closing, and more can follow', async () => {
    const { path, vectors } = await soundFile();
    const more = scattered(2, 60, dimensions);
    const index = await open(path);
    assert.equal(index.rowCount, 100);
    assert.equal(await index.append(more), 100);
    await expectRows(index, vectors);
    await expectRows(index, more, 100);
    await index.close();
    assert.equal(statSync(path).size, headerBytes + 3 * blockBytes);
  });

  test('rows are numbered in the order of the calls, whichever is written first', async () => {
    const index = await open(newPath());
    const parts = Array.from({ length: 60 }, (_, part) => scattered(part, part % 5, dimensions));
    const firsts = await Promise.all(parts.map((part) => index.append(part)));
    let expected = 0;
    for (const [at, part] of parts.entries()) {
      assert.equal(firsts[at], expected);
      await expectRows(index, part, expected);
      expected += part.length / dimensions;
    }
    assert.equal(index.rowCount, expected);
    await index.close();
  });

  test('a scan sees the rows there were when it was called', async () => {
    const index = await open(newPath());
    await index.append(scattered(3, 10, dimensions));
    const appending = index.append(scattered(4, 1_000, dimensions));
    const hits = await index.scan(scattered(5, 1, dimensions), { count: 2_000 });
    assert.equal(hits.rows.length, 10);
    await appending;
    const later = await index.scan(scattered(5, 1, dimensions), { count: 2_000 });
    assert.equal(later.rows.length, 1_010);
    await index.close();
  });

  test('what is handed over may be changed at once', async () => {
    const index = await open(newPath());
    const vectors = scattered(6, 200, dimensions);
    const handed = vectors.slice();
    const appending = index.append(handed);
    handed.fill(0);
    await appending;
    const query = vectorOf(vectors, 150, dimensions);
    const filter = new Uint8Array(25).fill(255);
    const scanning = index.scan(query, { count: 1, filter });
    query.fill(0);
    filter.fill(0);
    assert.deepEqual([...(await scanning).rows], [150]);
    await index.close();
  });
});

describe('opening', () => {
  test('a file is opened once, in this process or in another', async () => {
    const path = newPath();
    const index = await open(path);
    const error = await rejection(open(path));
    assert.deepEqual([error.code, error.data], ['vectors.in-use', { path }]);
    assert.equal(inChild(path, 'console.log("opened");').output, 'vectors.in-use');
    await index.close();
    assert.equal(inChild(path, 'console.log("opened");').output, 'opened');
  });

  test('what cannot be a file is refused', async () => {
    for (const path of [folder, join(folder, 'no', 'folder'), join(folder, 'zero\0byte'), '']) {
      const error = await rejection(open(path));
      assert.equal(error.code, 'vectors.failed');
      assert.ok(String(error.data['reason']).length > 0);
    }
  });

  test('foreign files are refused and left as they are', async () => {
    const path = newPath();
    const foreign = [
      Buffer.from('x'),
      Buffer.alloc(5_000),
      readFileSync(modelPath).subarray(0, 9_000),
    ];
    for (const bytes of foreign) {
      writeFileSync(path, bytes);
      const error = await rejection(open(path));
      assert.deepEqual(
        [error.code, error.data],
        ['vectors.broken', { path, fault: 'not-vectors' }],
      );
      assert.deepEqual(readFileSync(path), bytes);
    }
  });

  test('vectors of another width are refused', async () => {
    const { path } = await soundFile();
    const error = await rejection(open(path, dimensions + 1));
    assert.deepEqual(error.data, { path, fault: 'dimensions' });
  });

  test('a file cut anywhere is refused, but one cut to nothing is new', async () => {
    const { path: sound } = await soundFile();
    const bytes = readFileSync(sound);
    const path = newPath();
    const inHeader = Array.from({ length: headerBytes }, (_, at) => at);
    const borders = [1, 2].flatMap((block) =>
      [-1, 0, 1, 256, 2_000].map((by) => headerBytes + block * blockBytes + by),
    );
    for (const length of [...inHeader, ...borders].filter((at) => at < bytes.length)) {
      writeFileSync(path, bytes.subarray(0, length));
      if (length === 0) {
        await (await open(path)).close();
        continue;
      }
      const error = await rejection(open(path));
      const fault = length < 8 ? 'not-vectors' : 'truncated';
      assert.deepEqual([error.code, error.data], ['vectors.broken', { path, fault }], `${length}`);
    }
  });

  test('a header with any bit turned is refused', async () => {
    const { path: sound } = await soundFile();
    const bytes = readFileSync(sound);
    const path = newPath();
    for (let bit = 0; bit < headerBytes * 8; bit += 1) {
      const turned = Buffer.from(bytes);
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, turned);
      assert.equal((await rejection(open(path))).code, 'vectors.broken', `bit ${bit}`);
    }
  });

  test('whatever stands in the rows, a scan ends in hits or is refused', async () => {
    const { path: sound } = await soundFile();
    const bytes = readFileSync(sound);
    const path = newPath();
    const random = randomNumbers(7);
    let refused = 0;
    for (let round = 0; round < 200; round += 1) {
      const noise = Buffer.from(bytes);
      for (let at = headerBytes; at < noise.length; at += 1) {
        if (random() < round / 200) noise[at] = Math.floor(random() * 256);
      }
      writeFileSync(path, noise);
      const index = await open(path);
      try {
        const { rows } = await index.scan(scattered(round, 1, dimensions), { count: 200 });
        assert.equal(new Set(rows).size, 100);
      } catch (error) {
        assert.deepEqual((error as { data: unknown }).data, { path, fault: 'bad-scale' });
        refused += 1;
      }
      await index.close();
    }
    assert.ok(refused > 0 && refused < 200, `${refused} refused`);
  });
});

describe('a write that did not end', () => {
  test('what lies behind the last row is cut off when the file is opened', async () => {
    const { path, vectors } = await soundFile();
    const sound = readFileSync(path);
    writeFileSync(path, Buffer.concat([sound, Buffer.alloc(blockBytes + 777, 0xee)]));
    const index = await open(path);
    assert.equal(statSync(path).size, sound.length);
    assert.equal(index.rowCount, 100);
    const more = scattered(8, 64, dimensions);
    assert.equal(await index.append(more), 100);
    await expectRows(index, vectors);
    await expectRows(index, more, 100);
    await index.close();
  });

  test('half a row inside the last block is written over by the next', async () => {
    const { path } = await soundFile();
    const bytes = readFileSync(path);
    bytes.fill(0xff, headerBytes + blockBytes + 36 * 4, headerBytes + blockBytes + 256);
    bytes.fill(0xff, headerBytes + blockBytes + 256 + 36 * 64);
    writeFileSync(path, bytes);
    const index = await open(path);
    const hits = await index.scan(scattered(9, 1, dimensions), { count: 1_000 });
    assert.equal(hits.rows.length, 100);
    const more = scattered(10, 5, dimensions);
    assert.equal(await index.append(more), 100);
    await expectRows(index, more, 100);
    await index.close();
  });

  test('a process killed while it appends loses no row it was promised', async () => {
    const path = newPath();
    let promised = 0;
    for (let kill = 0; kill < 10; kill += 1) {
      promised = Math.max(promised, await appendUntilKilled(path, 10 + kill * 15));
      const index = await open(path);
      assert.ok(index.rowCount >= promised, `${index.rowCount} rows of ${promised}`);
      assert.equal(index.rowCount % 7, 0, 'an append is there whole or not at all');
      await expectRows(index, vectorsByRow(index.rowCount));
      await index.close();
    }
    assert.ok(promised > 0);
  });

  test('a write that finds no room adds nothing, and the next may', {
    skip: process.platform === 'win32',
  }, async () => {
    const { path, vectors } = await soundFile();
    const tried = inChild(
      path,
      `const error = await index.append(new Float32Array(${dimensions} * 5_000).fill(1)).catch((caught) => caught);
       console.log(error.code, index.rowCount);
       console.log(await index.append(new Float32Array(${dimensions}).fill(1)));`,
      'ulimit -f 64; ',
    );
    assert.equal(tried.output, 'vectors.failed 100\n100');
    const index = await open(path);
    assert.equal(index.rowCount, 101);
    await expectRows(index, vectors);
    await index.close();
  });
});

describe('closing', () => {
  test('what was begun ends first; what comes later is cancelled', async () => {
    const { path } = await soundFile();
    const index = await open(path);
    const query = scattered(11, 1, dimensions);
    const scans = Array.from({ length: 20 }, () => index.scan(query, { count: 3 }));
    const appending = index.append(scattered(12, 50, dimensions));
    const closing = index.close();
    assert.equal((await rejection(index.scan(query, { count: 3 }))).code, 'cancelled');
    assert.equal((await rejection(index.append(query))).code, 'cancelled');
    await closing;
    for (const scan of scans) assert.equal((await scan).rows.length, 3);
    assert.equal(await appending, 100);
    await index.close();
    const again = await open(path);
    assert.equal(again.rowCount, 150);
    await again.close();
  });

  test('an index that nobody holds lets go of its file', () => {
    const ended = inChild(
      newPath(),
      `await index.append(new Float32Array(${dimensions}));
       index = undefined;
       const letGo = () => addon.VectorIndex.open({ path, dimensions: ${dimensions} }).catch(() => undefined);
       let again;
       for (let round = 0; round < 100 && !again; round += 1) {
         globalThis.gc();
         await new Promise((resolve) => setTimeout(resolve, 10));
         again = await letGo();
       }
       console.log(again?.rowCount);`,
    );
    assert.equal(ended.output, '1');
  });

  test('a process and a worker thread may end while a scan runs', () => {
    const busy = `
      await index.append(new Float32Array(${dimensions} * 20_000).fill(1));
      const query = new Float32Array(${dimensions}).fill(1);
      for (let round = 0; round < 50; round += 1) index.scan(query, { count: 10_000 });
    `;
    const exited = inChild(newPath(), `${busy}; process.exit(7);`);
    assert.deepEqual([exited.status, exited.signal], [7, null], exited.output);
    const code = JSON.stringify(`(async () => {
      const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
      const addon = process.getBuiltinModule('node:module').createRequire('/')(workerData.addonPath);
      const index = await addon.VectorIndex.open({ path: workerData.path, dimensions: ${dimensions} });
      ${busy}
      parentPort.postMessage('busy');
    })()`);
    const terminated = inChild(
      newPath(),
      `const { Worker } = await import('node:worker_threads');
       const { createRequire } = await import('node:module');
       const addonPath = Object.keys(createRequire(import.meta.url).cache).find((name) => name.endsWith('.node'));
       const worker = new Worker(${code}, { eval: true, workerData: { addonPath, path: path + '-2' } });
       await new Promise((resolve) => worker.once('message', resolve));
       await worker.terminate();
       console.log('terminated');`,
    );
    assert.deepEqual([terminated.status, terminated.output], [0, 'terminated']);
  });
});

/** Runs a script that has `addon`, `path` and the opened `index` in another process. */
function inChild(
  path: string,
  script: string,
  shellStart = '',
): { status: number | null; signal: string | null; output: string } {
  const code = `${childStart(path)}
    let index = await addon.VectorIndex.open({ path, dimensions: ${dimensions} }).catch((error) => error.code);
    if (typeof index === 'string') { console.log(index); process.exit(0); }
    ${script}`;
  const args = ['--input-type=module', '--expose-gc', '-e', code];
  const options = { encoding: 'utf8', timeout: 60_000 } as const;
  const child = shellStart
    ? spawnSync('sh', ['-c', `${shellStart} exec "$0" "$@"`, process.execPath, ...args], options)
    : spawnSync(process.execPath, args, options);
  return {
    status: child.status,
    signal: child.signal,
    output: `${child.stdout}${child.stderr}`.trim(),
  };
}

function childStart(path: string): string {
  const harness = JSON.stringify(new URL('./harness.ts', import.meta.url).href);
  return `import { addon } from ${harness};\nconst path = ${JSON.stringify(path)};`;
}

/** What the appending process writes: each row points its own way. */
function vectorsByRow(rowCount: number): Float32Array {
  return Float32Array.from({ length: rowCount * dimensions }, (_, at) => {
    const mixed = Math.sin(at + 1) * 43_758.5453;
    return mixed - Math.floor(mixed) - 0.5;
  });
}

/** Appends 7 rows at a time in another process and kills it; resolves to the rows it had promised. */
function appendUntilKilled(path: string, afterMs: number): Promise<number> {
  const code = `${childStart(path)}
    const vectorsByRow = ${vectorsByRow};
    const dimensions = ${dimensions};
    const index = await addon.VectorIndex.open({ path, dimensions });
    for (;;) {
      const rows = vectorsByRow(index.rowCount + 7).slice(index.rowCount * dimensions);
      await index.append(rows);
      process.stdout.write(index.rowCount + '\\n');
    }`;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      // The clock starts with the first row, so that a slow start is not what is killed.
      if (output === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
      output += text;
    });
    child.once('close', () => {
      const lines = output.split('\n').slice(0, -1);
      resolve(Number(lines.at(-1) ?? 0));
    });
  });
}
