import { expect, test } from 'vitest';
import type { AnswerChunk } from '../../contract/engine-contract.ts';
import { chunkReader, mergeChunks } from './answer-chunks.ts';
import { Pump } from './pump.ts';

const batch = { readTokens: 0, promptTokens: 10, text: '', reasoning: '', toolCalls: [], odds: [] };

test('progress is told when it moved, then reasoning, then text', () => {
  const read = chunkReader();
  expect(read(batch)).toEqual([{ type: 'prompt', readTokens: 0, promptTokens: 10 }]);
  expect(read(batch)).toEqual([]);
  expect(read({ ...batch, readTokens: 10, text: 'a', reasoning: 'r' })).toEqual([
    { type: 'prompt', readTokens: 10, promptTokens: 10 },
    { type: 'reasoning', text: 'r' },
    { type: 'text', text: 'a' },
  ]);
  expect(read({ ...batch, readTokens: 10, text: 'b' })).toEqual([{ type: 'text', text: 'b' }]);
});

test('tool calls come after the text, and odds after all', () => {
  const read = chunkReader();
  read(batch);
  const odds = { token: 1, text: 'a', probability: 0.5, alternatives: [] };
  const toolCalls = [{ index: 0, id: 'c', name: 'look', arguments: '{' }];
  expect(read({ ...batch, text: 'a', toolCalls, odds: [odds] })).toEqual([
    { type: 'text', text: 'a' },
    { type: 'tool-call', index: 0, id: 'c', name: 'look', arguments: '{' },
    { type: 'odds', odds: [odds] },
  ]);
});

test('waiting arguments of one call are joined, those of two calls are not', async () => {
  const pump = new Pump(mergeChunks);
  const odds = { token: 1, text: 'a', probability: 0.5, alternatives: [] };
  const chunks: AnswerChunk[] = [
    { type: 'tool-call', index: 0, id: 'c', name: 'look', arguments: '{' },
    { type: 'tool-call', index: 0, arguments: '}' },
    { type: 'tool-call', index: 1, id: 'd', name: 'look', arguments: '{' },
    { type: 'tool-call', index: 1, arguments: '"a"' },
    { type: 'odds', odds: [odds] },
    { type: 'odds', odds: [odds] },
  ];
  for (const chunk of chunks) pump.push(chunk);
  pump.end();
  const got: AnswerChunk[] = [];
  for await (const chunk of pump.values()) got.push(chunk);
  expect(got).toEqual([
    { type: 'tool-call', index: 0, id: 'c', name: 'look', arguments: '{}' },
    { type: 'tool-call', index: 1, id: 'd', name: 'look', arguments: '{"a"' },
    { type: 'odds', odds: [odds, odds] },
  ]);
});

test('what a slow reader left waiting is joined, in order and without loss', async () => {
  const pump = new Pump(mergeChunks);
  const chunks: AnswerChunk[] = [
    { type: 'prompt', readTokens: 1, promptTokens: 2 },
    { type: 'prompt', readTokens: 2, promptTokens: 2 },
    { type: 'reasoning', text: 'r1' },
    { type: 'reasoning', text: 'r2' },
    { type: 'text', text: '👋' },
    { type: 'text', text: 'b' },
    { type: 'reasoning', text: 'r3' },
  ];
  for (const chunk of chunks) pump.push(chunk);
  pump.end();
  const got: AnswerChunk[] = [];
  for await (const chunk of pump.values()) got.push(chunk);
  expect(got).toEqual([
    { type: 'prompt', readTokens: 2, promptTokens: 2 },
    { type: 'reasoning', text: 'r1r2' },
    { type: 'text', text: '👋b' },
    { type: 'reasoning', text: 'r3' },
  ]);
});

test('a reader that waits gets each value as it comes', async () => {
  const pump = new Pump<number>(() => undefined);
  const values = pump.values();
  const first = values.next();
  pump.push(1);
  expect(await first).toEqual({ done: false, value: 1 });
  const end = values.next();
  pump.end();
  expect(await end).toEqual({ done: true, value: undefined });
});
