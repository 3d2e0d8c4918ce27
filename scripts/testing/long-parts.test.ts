import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { PARTS } from './long-parts.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it.each(PARTS)('the long part $name is there and takes at most an hour', ({ file, minutes }) => {
  expect(existsSync(join(ROOT, file))).toBe(true);
  expect(minutes).toBeLessThanOrEqual(60);
});

it('every long part has a name of its own', () => {
  expect(new Set(PARTS.map(({ name }) => name)).size).toBe(PARTS.length);
});
