import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { choosePassages, chooseWhole, retrievalTokens, roomFor } from './room.ts';

test('the room is half of the context, and less where history and answer need it', () => {
  expect(roomFor(4096, 100)).toBe(2048);
  expect(roomFor(4096, 2048)).toBe(1024);
  expect(roomFor(2048, 1000)).toBe(536);
  expect(roomFor(2048, 5000)).toBe(0);
});

test('passages take three thousand tokens at most', () => {
  expect(retrievalTokens(32_768, 16_384)).toBe(3000);
  expect(retrievalTokens(4096, 2048)).toBe(2048);
  expect(retrievalTokens(4096, 500)).toBe(500);
});

const small = (tokens: number) => ({ tokens, isAsked: false });
const asked = (tokens: number) => ({ tokens, isAsked: true });
const wholes = (files: { tokens: number; isAsked: boolean }[], room: number, others = 0) =>
  [...chooseWhole(files, room, others)].map(({ tokens }) => tokens);

test('small files go whole while each is within its share, and leave the rest to larger ones', () => {
  expect(wholes([small(900), small(100)], 1000)).toEqual([100, 900]);
  expect(wholes([small(901), small(100)], 1000)).toEqual([100]);
  expect(wholes([small(600), small(100)], 1000, 1)).toEqual([100]);
  expect(wholes([small(6001)], 100_000)).toEqual([]);
});

test('what was asked for goes whole at any size that fits, and before the others', () => {
  expect(wholes([small(100), asked(20_000)], 20_050)).toEqual([20_000]);
  expect(wholes([asked(800), asked(300), asked(200)], 1000)).toEqual([200, 300]);
});

const of = (source: string, tokens: number) => ({ source, tokens });
const taken = (candidates: { source: string; tokens: number }[], tokens: number) =>
  [...choosePassages(candidates, tokens)].map(({ source }) => source).join('');

test('one source may fill the room alone', () => {
  expect(taken([of('a', 40), of('a', 40), of('a', 40), of('a', 15)], 100)).toBe('aaa');
});

test('of two sources each has half first, and then what the other left', () => {
  const many = [of('a', 25), of('a', 25), of('a', 25), of('a', 25), of('b', 25), of('b', 25)];
  expect(taken(many, 100)).toBe('aabb');
  expect(taken(many.slice(0, 5), 100)).toBe('aaba');
});

test('of three sources none has more than two fifths', () => {
  const many = [...'aaaaabc'].map((source) => of(source, 20));
  expect(taken(many, 100)).toBe('aabc');
});

test('what is chosen always fits, keeps the order within a source, and no small share is refused', () => {
  const candidate = fc.record({
    source: fc.constantFrom('a', 'b', 'c', 'd'),
    tokens: fc.integer({ min: 1, max: 400 }),
  });
  void fc.assert(
    fc.property(fc.array(candidate), fc.nat(3000), (candidates, room) => {
      const chosen = choosePassages(candidates, room);
      const total = [...chosen].reduce((sum, { tokens }) => sum + tokens, 0);
      expect(total).toBeLessThanOrEqual(room);
      const sources = new Set(candidates.map(({ source }) => source));
      if (sources.size > 2) {
        for (const source of sources) {
          const own = [...chosen].filter((one) => one.source === source);
          expect(own.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(room * 0.4);
        }
      }
      const first = candidates[0];
      if (first && first.tokens <= room * 0.4) expect(chosen.has(first)).toBe(true);
    }),
  );
});
