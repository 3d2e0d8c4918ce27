import { expect, test } from 'vitest';
import { startOptions } from './start-options.ts';

test('without arguments nothing is chosen', () => {
  expect(startOptions([], '/here')).toEqual({
    modelPath: null,
    projectorPath: null,
    isHeadless: false,
    urlFile: null,
    temperature: null,
    dataFolder: null,
  });
});

test('paths count from the working folder', () => {
  const args = '--model m.gguf --mmproj /abs/p.gguf --headless --port-file u --temperature 0';
  expect(startOptions([...args.split(' '), '--data-dir', 'a b'], '/here')).toEqual({
    modelPath: '/here/m.gguf',
    projectorPath: '/abs/p.gguf',
    isHeadless: true,
    urlFile: '/here/u',
    temperature: 0,
    dataFolder: '/here/a b',
  });
});

test.each([
  [['--temperature', 'hot']],
  [['--temperature', '3']],
  [['--temperature=-1']],
  [['--mmproj', 'p.gguf']],
  [['--model']],
  [['--no-sandbox']],
  [['model.gguf']],
])('%j is refused', (args) => {
  expect(() => startOptions(args, '/here')).toThrow();
});

test('among the switches of a browser ours are found', () => {
  const args = ['--ozone-platform=wayland', '--model', 'm.gguf', 'file', '--no-x'];
  const options = startOptions(args, '/here', { unknown: 'pass-over' });
  expect(options).toMatchObject({ modelPath: '/here/m.gguf', isHeadless: false });
});
