import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanFileName, freeFileName, isSafeFileName } from './file-name.ts';

const hostile = [
  '',
  '.',
  '..',
  '...',
  '../a.gguf',
  '..\\a.gguf',
  'a/b.gguf',
  'a\\b.gguf',
  '/etc/passwd',
  '\\\\host\\x',
  'C:a.gguf',
  'C:\\a.gguf',
  'a.gguf:stream',
  'a*.gguf',
  'a?.gguf',
  'a"b.gguf',
  'a<b.gguf',
  'a|b.gguf',
  'CON',
  'con.gguf',
  'NUL.gguf',
  'Aux.gguf',
  'prn',
  'COM1.gguf',
  'lpt9.gguf',
  'COM¹.gguf',
  'CONIN$',
  'a.gguf.',
  'a.gguf ',
  ' a.gguf',
  '.hidden.gguf',
  '~a.gguf',
  '-rf.gguf',
  'a\0.gguf',
  'a\n.gguf',
  'a\r.gguf',
  'a\u007f.gguf',
  'a\u0085.gguf',
  'a\u202egguf.exe',
  'a\u2066.gguf',
  'a\u200b.gguf',
  'a\ufeff.gguf',
  'a\u2028.gguf',
  'a\u{e0041}.gguf',
  'a\ud800.gguf',
  'a\ue000.gguf',
  'a\u0301.gguf',
  `${'x'.repeat(201)}`,
  `${'模'.repeat(100)}`,
];
const fine = [
  'Qwen3.5-4B-Q4_K_M.gguf',
  'a.gguf',
  '模型.gguf',
  'my model (2).gguf',
  'console.gguf',
  'com10.gguf',
  'é.gguf',
  'mmproj-F16.gguf',
  'a b.gguf',
];

describe('isSafeFileName', () => {
  it.each(hostile)('refuses %j', (name) => expect(isSafeFileName(name)).toBe(false));
  it.each(fine)('accepts %j', (name) => expect(isSafeFileName(name)).toBe(true));
});

describe('cleanFileName', () => {
  it.each(hostile)('makes a safe GGUF name of %j', (name) => {
    const cleaned = cleanFileName(name);
    expect(isSafeFileName(cleaned)).toBe(true);
    expect(cleaned).toMatch(/\.gguf$/);
  });
  it.each(fine)('leaves %j as it is', (name) => expect(cleanFileName(name)).toBe(name));
  it('makes a safe name of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) =>
        isSafeFileName(cleanFileName(name)),
      ),
      { numRuns: 2000 },
    );
  });
});

describe('freeFileName', () => {
  it('counts up until a name is free', () => {
    const taken = new Set(['a.gguf', 'a (2).gguf']);
    expect(freeFileName('a.gguf', (name) => taken.has(name))).toBe('a (3).gguf');
    expect(freeFileName('b.gguf', (name) => taken.has(name))).toBe('b.gguf');
  });
});
