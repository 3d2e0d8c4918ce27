import { describe, expect, it } from 'vitest';
import type { Contestant, Prompt } from './contestants/contestant.ts';
import { Field } from './field.ts';

const prompt: Prompt = { messages: [], tokens: [1, 2, 3], text: 'abc', marks: [] };

function contestant(name: string, own: number[] = [1, 2, 3]): Contestant & { stops: number } {
  return {
    name,
    stops: 0,
    start: async () => {},
    answer: async () => ({ firstTokenMs: 5, totalMs: 9, tokens: [], text: '', computedTokens: 3 }),
    keep: async () => {},
    reopen: async () => {},
    async stop() {
      this.stops += 1;
    },
    tokensOf: async () => own,
  };
}

describe('contestants side by side', () => {
  it('take turns in beginning', async () => {
    const field = new Field([contestant('a'), contestant('b'), contestant('c')]);
    const order: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      await field.each(async ({ name }) => {
        order.push(name);
      });
    }
    expect(order.join('')).toBe('abcbcacab');
  });

  it('go on without one that fails, which is stopped and named', async () => {
    const broken = contestant('b');
    const field = new Field([contestant('a'), broken]);
    const seen: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      await field.each(async ({ name }) => {
        if (name === 'b') throw new Error('no such file');
        seen.push(name);
      });
    }
    expect(seen).toEqual(['a', 'a']);
    expect(broken.stops).toBe(1);
    expect(field.notes).toEqual(['b could not run: no such file']);
  });

  it('are nothing without us', async () => {
    const field = new Field([contestant('Parley')]);
    const fails = field.each(async () => {
      throw new Error('gone');
    });
    await expect(fails).rejects.toThrow('Parley: gone');
  });

  it('note the time with what had to be restored first', async () => {
    const field = new Field([]);
    await field.measure(contestant('a'), { prompt, maxTokens: 1, conversation: 'x' }, 20);
    expect(field.values('a', 'first token')).toEqual([25]);
    expect(field.values('a', 'prompt tokens computed')).toEqual([3]);
  });

  it('are named where they read other tokens', async () => {
    const field = new Field([]);
    await field.checkTokens(contestant('a'), prompt);
    await field.checkTokens(contestant('b', [1, 2, 4]), prompt);
    await field.checkTokens(contestant('c', [1, 2, 3, 4]), prompt);
    expect(field.notes).toHaveLength(2);
    expect(field.notes[0]).toMatch(/^b .* from token 2 of 3/);
    expect(field.notes[1]).toMatch(/^c .* from token 3 of 3/);
  });
});
