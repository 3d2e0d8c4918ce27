import { describe, expect, test } from 'vitest';
import { type CodeLine, LineReader, loadTokenizer, maxColouredChars } from './highlight.ts';
import { grammarOf, grammars } from './languages.ts';

const textOf = (lines: readonly CodeLine[]) =>
  lines.map((line) => line.map(({ text }) => text).join('')).join('\n');

async function reader(language: string): Promise<LineReader> {
  const tokenizer = await loadTokenizer(language);
  if (!tokenizer) throw new Error(`no grammar for ${language}`);
  return new LineReader(tokenizer);
}

describe('highlighting', () => {
  test('a language without a grammar has no tokenizer', async () => {
    expect(await loadTokenizer('brainfog')).toBeNull();
    expect(await loadTokenizer('__proto__')).toBeNull();
    expect(await loadTokenizer('constructor')).toBeNull();
  });

  test.each(Object.keys(grammars))('%s keeps every character', async (language) => {
    const code = 'if (a < 1) { return "漢字 \\n"; } // x\n\n  # y\n/* open\nstill */ SELECT 1;';
    expect(textOf((await reader(language)).read(code, true))).toBe(code);
  });

  test('knows keywords, strings, numbers, functions and comments', async () => {
    const [line = []] = (await reader('ts')).read('return f("a", 1) // why', true);
    const kindOf = (text: string) => line.find((token) => token.text.trim() === text)?.kind;
    expect(kindOf('return')).toBe('keyword');
    expect(kindOf('f')).toBe('function');
    expect(kindOf('"a"')).toBe('string');
    expect(kindOf('1')).toBe('number');
    expect(kindOf('// why')).toBe('comment');
  });

  test('a block that grows ends like one that came whole', async () => {
    const code = 'const a = `x\n$b\ny`;\n/* c\nd */ let e = 1;\n\nf();';
    const growing = await reader('js');
    for (let length = 0; length <= code.length; length += 3)
      growing.read(code.slice(0, length), false);
    expect(growing.read(code, true)).toEqual((await reader('js')).read(code, true));
  });

  test('the line being written is plain', async () => {
    const lines = (await reader('js')).read('let a;\nlet b', false);
    expect(lines[0]?.[0]?.kind).toBe('keyword');
    expect(lines[1]).toEqual([{ kind: 'plain', text: 'let b' }]);
  });

  test('code that was changed is read anew', async () => {
    const changing = await reader('js');
    changing.read('let a;\nlet b;', true);
    expect(textOf(changing.read('return;\nx', true))).toBe('return;\nx');
  });

  test('beyond the limit the lines stay plain and whole', async () => {
    const code = `${'let a;\n'.repeat(maxColouredChars / 7 + 10)}let last;`;
    const lines = (await reader('js')).read(code, true);
    expect(textOf(lines)).toBe(code);
    expect(lines.at(-1)).toEqual([{ kind: 'plain', text: 'let last;' }]);
  });

  test('a word after the fence finds its grammar', () => {
    expect(grammarOf('c++')).toBe('cpp');
    expect(grammarOf('sh')).toBe('bash');
    expect(grammarOf('toString')).toBeNull();
  });
});
