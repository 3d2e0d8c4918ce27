import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { AppError, type ErrorCode } from '../../contract/errors/app-error.ts';
import { errorCatalog } from '../../contract/errors/catalog.ts';
import { errorSentence } from './errors.ts';

const samples: Record<string, unknown> = {
  incidentId: 'i-7',
  path: '/home/me/models/qwen.gguf',
  setAsidePath: '/home/me/parley/damaged-1.db',
  fault: 'truncated',
  limit: 'pages',
  host: 'models.example',
  name: 'notes.txt',
  tool: 'pip',
  url: 'file:///x',
  neededBytes: 5_150_000_000,
  availableBytes: 3_200_000_000,
  freeBytes: 1_000_000_000,
};

function sampleFor(code: ErrorCode): unknown {
  const schema: z.ZodObject = errorCatalog[code];
  const data: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema.shape)) {
    const candidates = [samples[key], 4096, 'word', [], null];
    data[key] = candidates.find(
      (candidate) => candidate !== undefined && (value as z.ZodType).safeParse(candidate).success,
    );
  }
  return data;
}

const codes = Object.keys(errorCatalog) as ErrorCode[];

describe('errorSentence', () => {
  it.each(codes.filter((code) => code !== 'cancelled'))('tells %s in both languages', (code) => {
    const error = { code, data: sampleFor(code) };
    const english = errorSentence(error, 'en') ?? '';
    const chinese = errorSentence(error, 'zh-Hant') ?? '';
    expect(english).toMatch(/^["“A-Z.a-z].*\.$/u);
    expect(chinese).toMatch(/\p{Script=Han}.*。$/u);
    for (const sentence of [english, chinese]) {
      expect(sentence).not.toMatch(/undefined|NaN|\[object|!|！|oops/iu);
    }
    // A sentence that says only "an error" would be told for the wrong reason.
    if (code !== 'internal') expect(english).not.toContain('Something in Parley went wrong');
  });

  it('says how much memory is needed and how much there is', () => {
    const error = new AppError('model.out-of-memory', {
      neededBytes: 5_150_000_000,
      availableBytes: 3_200_000_000,
    });
    expect(errorSentence(error, 'en')).toContain('needs 5.2 GB of memory and 3.2 GB is free');
    expect(errorSentence(error, 'zh-Hant')).toContain('需要 5.2 GB 的記憶體');
  });

  it('names a file without its folders', () => {
    const data = { path: 'C:\\models\\qwen.gguf', fault: 'not-gguf', detail: '' };
    const sentence = errorSentence({ code: 'model.file-broken', data }, 'en');
    expect(sentence).toContain('qwen.gguf was not opened: it is not a GGUF file');
    expect(sentence).not.toContain('C:\\');
  });

  it('stays silent about a cancel', () => {
    expect(errorSentence(new AppError('cancelled', {}), 'en')).toBeNull();
    expect(errorSentence(new DOMException('left', 'AbortError'), 'en')).toBeNull();
    expect(errorSentence({ code: 'cancelled', data: {} }, 'en')).toBeNull();
  });

  it('tells what it does not know as a bug', () => {
    expect(errorSentence(new TypeError('x is undefined'), 'en')).toContain('went wrong');
    expect(errorSentence({ code: 'no.such', data: {} }, 'en')).toContain('went wrong');
  });

  it('tells data that does not fit its code as a bug, with the code', () => {
    const sentence = errorSentence({ code: 'model.out-of-memory', data: {} }, 'en');
    expect(sentence).toContain('model.out-of-memory');
  });
});
