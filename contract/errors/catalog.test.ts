import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AppError, isCancel } from './app-error.ts';
import { errorCatalog } from './catalog.ts';

describe('the catalogue', () => {
  test('has one section per code in docs/errors.md, and no section without a code', () => {
    const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const sections = [...page.matchAll(/^### `([^`]+)`$/gm)].map((match) => match[1]);
    expect(sections.toSorted()).toEqual(Object.keys(errorCatalog).toSorted());
    for (const section of page.split(/^### /m).slice(1)) {
      expect(section).toMatch(
        /\*\*What happened\.\*\* .+\n\*\*What to do\.\*\* .+\n\*\*Logged\.\*\* .+/,
      );
    }
  });
});

describe('an error on the wire', () => {
  test('keeps code and data, and loses stack and cause', () => {
    const error = new AppError(
      'model.out-of-memory',
      { neededBytes: 8, availableBytes: 4 },
      { cause: new Error('secret') },
    );
    const wire = structuredClone(error.toWire());
    expect(JSON.stringify(wire)).not.toContain('secret');
    const back = AppError.fromWire(wire);
    expect(AppError.is(back, 'model.out-of-memory') && back.data).toEqual({
      neededBytes: 8,
      availableBytes: 4,
    });
  });

  test.each([
    { code: 'no.such-code', data: {} },
    { code: '__proto__', data: {} },
    { code: 'model.out-of-memory', data: { neededBytes: 'much' } },
  ])('becomes `internal` when it cannot be read: $code', (wire) => {
    expect(AppError.fromWire(wire as never).code).toBe('internal');
  });
});

test('a cancel is told from an error in both its forms', () => {
  expect(isCancel(new DOMException('x', 'AbortError'))).toBe(true);
  expect(isCancel(new AppError('cancelled', {}))).toBe(true);
  expect(isCancel(new AppError('internal', { incidentId: 'i' }))).toBe(false);
  expect(isCancel('cancelled')).toBe(false);
});
