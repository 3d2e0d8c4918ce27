import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

const read = (...args: string[]): ReturnType<typeof readOptions> =>
  readOptions(args, '/cache', '/where/typed');

describe('the command line', () => {
  it('without a word measures every cell with the small model', () => {
    const options = read();
    expect(options.model.id).toBe('smollm2');
    expect(options.cells).toBeNull();
    expect(options.rounds).toBe(5);
    expect(options.mayRepeat).toBe(true);
  });

  it('names cells, rounds and a file relative to where it was typed', () => {
    const options = read('--cells', '1,3,9', '--rounds', '7', '--model-file', 'a.gguf');
    expect(options.cells).toEqual([1, 3, 9]);
    expect(options.rounds).toBe(7);
    expect(options.modelFile).toBe('/where/typed/a.gguf');
  });

  it('leaves the slow contestants out of a quick run', () => {
    expect(read().hasBindings).toBe(true);
    expect(read('--quick').hasBindings).toBe(false);
    expect(read('--no-bindings').hasBindings).toBe(false);
  });

  it.each([
    ['--cells', '1,x'],
    ['--rounds', '0'],
    ['--threads', '1.5'],
    ['--model', 'absent'],
  ])('refuses %s %s and tells what it takes', (name, value) => {
    expect(() => read(name, value)).toThrow(/npm run bench -- \[options\]/);
  });
});
