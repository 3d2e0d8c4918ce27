import { expect, it } from 'vitest';
import { read } from '../../testing/memory-file.ts';

it.each([
  ['commas', 'a,b\n1,2\n'],
  ['semicolons', 'a;b\n1;2\n'],
  ['bars and the line ends of old', 'a|b\r1|2\r'],
  ['tabs and the line ends of Windows', 'a\tb\r\n1\t2\r\n'],
  ['a line that says so', 'sep=;\na;b\n1;2\n'],
  ['no line end at the end', 'a,b\n1,2'],
  ['a byte order mark', '\ufeffa,b\n1,2'],
])('a table is told by %s', async (_, text) => {
  expect((await read(text, 'a.csv')).text).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
});

it('quotes hold delimiters, line ends and quotes; a quote in the middle is text', async () => {
  const { text } = await read('a,b,c\n"x, y","line 1\nline 2","say ""so"""\n5" disk,,\n', 'a.csv');
  expect(text).toBe(
    '| a | b | c |\n| --- | --- | --- |\n| x, y | line 1 line 2 | say "so" |\n| 5" disk |  |  |',
  );
});

it('a quote that never closes costs its cell and no more', async () => {
  const { text } = await read(`a,b\n"open,1\n${'x,y\n'.repeat(10_000)}`, 'a.csv');
  expect(text).toContain('| x | y |');
});

it('JSON is set out over lines as it is written, and cut between entries', async () => {
  const { text } = await read('{"a":[1,2.50,"x, {y}: \\"z\\""],"b":{"c":null}}', 'a.json');
  expect(text).toBe(
    [
      '{',
      '  "a": [',
      '    1,',
      '    2.50,',
      '    "x, {y}: \\"z\\""',
      '  ],',
      '  "b": {',
      '    "c": null',
      '  }',
      '}',
    ].join('\n'),
  );
  const long = await read(
    JSON.stringify(Array.from({ length: 2000 }, (_, at) => ({ at }))),
    'a.json',
  );
  expect(long.blocks.length).toBeGreaterThan(5);
  expect(JSON.parse(long.blocks.map((block) => block.text).join('\n'))).toHaveLength(2000);
});

it('lines of JSON each stand for themselves, and one that breaks off gives what it has', async () => {
  expect((await read('{"a":1}\n{"a":2}\n', 'a.jsonl')).text).toBe('{\n  "a": 1\n}\n{\n  "a": 2\n}');
  expect((await read('{"a": ["b', 'a.json')).text).toBe('{\n  "a": [\n    "b');
});

it('paragraphs of text are parted by empty lines and pages, and keep their lines', async () => {
  const { blocks } = await read('one\r\ntwo  \r\n\r\n\r\nthree\fpage two\n', 'a.txt');
  expect(blocks.map(({ text }) => text)).toEqual(['one\ntwo', 'three', 'page two']);
});

it('code is cut where its parts begin', async () => {
  const part = `function f() {\n${'  work();\n'.repeat(150)}}\n\n`;
  const { format, blocks } = await read(part.repeat(4), 'a.ts');
  expect(format).toBe('code');
  expect(blocks).toHaveLength(4);
  expect(blocks.every(({ kind, text }) => kind === 'code' && text.startsWith('function f'))).toBe(
    true,
  );
});

it('a line without end travels in pieces', async () => {
  const line = 'x'.repeat(1_000_000);
  const { blocks } = await read(line, 'a.txt');
  expect(blocks.map(({ text }) => text).join('')).toBe(line);
  expect(blocks.every(({ text }) => text.length <= 16_000)).toBe(true);
});

it('control characters go, zeroes show as bad ones, and no half of a pair is left', async () => {
  const { text } = await read('a\u0007b\u001b[31mred\u0000 end\ud800', 'a.txt');
  expect(text).toBe('ab[31mred\ufffd end\ufffd');
});
