import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rendererAssets } from './renderer-assets.ts';
import { traversalPaths } from './traversal-paths.fixture.ts';

let parent = '';
let root = '';
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'parley-assets-'));
  root = join(parent, 'renderer');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(parent, 'secret.html'), 'secret');
  writeFileSync(join(root, 'index.html'), '<!doctype html>');
  writeFileSync(join(root, 'assets', 'main-a1_B.js'), 'export {}');
  writeFileSync(join(root, 'assets', 'notes.txt'), 'of no served kind');
  symlinkSync(join(parent, 'secret.html'), join(root, 'link.html'));
  symlinkSync(parent, join(root, 'up'));
});
afterAll(() => rmSync(parent, { recursive: true }));

test('finds what was built, with its content type', async () => {
  const asset = rendererAssets(root).find('/assets/main-a1_B.js');
  expect(asset?.contentType).toBe('text/javascript; charset=utf-8');
  expect(Buffer.from((await asset?.read()) ?? []).toString()).toBe('export {}');
  expect(rendererAssets(root).find('/')?.contentType).toContain('text/html');
});

test.each([
  '/link.html',
  '/up/secret.html',
  '/assets/notes.txt',
  '/assets',
  '/assets/',
  ...traversalPaths,
])('finds nothing at %j', (path) => {
  expect(rendererAssets(root).find(path)).toBeUndefined();
});

test('a folder without a built window is an error', () => {
  expect(() => rendererAssets(join(root, 'assets'))).toThrow('no index.html');
  expect(() => rendererAssets(join(root, 'nowhere'))).toThrow('ENOENT');
});
