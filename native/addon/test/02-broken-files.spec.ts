import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { brokenShapes } from './broken-shapes.ts';
import { headerParts, sound, textEntry, withEntries, write } from './gguf-writer.ts';
import { addon, modelPath, rejection } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-broken-'));
const file = join(folder, 'model.gguf');
after(() => rmSync(folder, { recursive: true }));

test('the file that every broken one is made from is accepted', async () => {
  writeFileSync(file, write(sound()));
  const summary = await addon.inspectGguf(file);
  assert.equal(summary.name, 'Sound');
  assert.equal(summary.parameterCount, 48);
});

test('the reader allows what stands at each limit', async () => {
  const nested = '{% if a %}'.repeat(64) + '{% endif %}'.repeat(64);
  const assignments = '{% set a = 1 %}'.repeat(500);
  for (const text of [nested, assignments, 'x'.repeat(65_536), `{{ ${'('.repeat(256)} }}`]) {
    writeFileSync(file, write(withEntries(textEntry('tokenizer.chat_template', text))));
    assert.equal((await addon.inspectGguf(file)).hasChatTemplate, true);
  }
});

describe('a broken file is refused with its reason', () => {
  for (const { name, expectedFault, bytes } of brokenShapes) {
    test(name, async () => {
      writeFileSync(file, bytes);
      const error = await rejection(addon.inspectGguf(file));
      assert.equal(error.code, 'model.file-broken');
      assert.equal(error.data['fault'], expectedFault, String(error.data['detail']));
      assert.ok(Number(error.data['offsetBytes']) <= bytes.length);
    });
  }
});

test('a broken file is refused before llama.cpp sees it, and the loaded model stays', async () => {
  const lines: string[] = [];
  const engine = new addon.Engine({ threads: 1, onLog: (_level, line) => lines.push(line) });
  await engine.load({ path: modelPath, projectorPath: null, contextTokens: 512 }, () => {}).done;
  lines.length = 0;
  writeFileSync(file, write(sound({ dataBytes: 100 })));
  const job = engine.load({ path: file, projectorPath: null, contextTokens: 512 }, () => {});
  assert.equal((await rejection(job.done)).data['fault'], 'tensor-outside-file');
  assert.deepEqual(lines, []);
  const messages = [{ role: 'user' as const, text: 'Hello' }];
  assert.ok((await engine.tokenizePrompt({ messages, enableThinking: false })).tokens.length > 0);
  await engine.dispose();
});

/** A small generator, so that a failing case can be made again from its seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function mutate(bytes: Buffer, headerBytes: number, random: () => number): Buffer {
  const mutated = Buffer.from(bytes);
  const interesting = [0, 1, 2, 3, 7, 8, 9, 0x7f, 0x80, 0xff];
  const changes = 1 + Math.floor(random() * 4);
  for (let change = 0; change < changes; change += 1) {
    const at = Math.floor(random() * headerBytes);
    const value = interesting[Math.floor(random() * interesting.length)] ?? 0;
    mutated[at] = random() < 0.5 ? value : Math.floor(random() * 256);
  }
  return random() < 0.1 ? mutated.subarray(0, Math.floor(random() * mutated.length)) : mutated;
}

test('20,000 mutations of a header end in a summary or a reason, never in a crash', async () => {
  const small = write(sound());
  const real = readFileSync(modelPath).subarray(0, 60_000);
  const random = randomNumbers(20_261_124);
  let refused = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const bytes =
      round % 50 === 0 ? mutate(real, 40_000, random) : mutate(small, headerBytes, random);
    writeFileSync(file, bytes);
    try {
      await addon.inspectGguf(file);
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'model.file-broken');
      refused += 1;
    }
  }
  assert.ok(refused > 10_000, `${refused} refused`);
});

const headerBytes = Buffer.concat(headerParts(sound())).length;
