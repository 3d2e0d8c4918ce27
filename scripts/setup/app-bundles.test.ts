import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bundleStamp, bundleStampPath, requireBundles } from './app-bundles.mjs';

let root = '';
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
/** A build script that leaves what the real one leaves, and counts its runs. */
const BUILD = `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
  const [stampPath, stamp] = JSON.parse(process.env.STAMP);
  mkdirSync('dist/renderer', { recursive: true });
  writeFileSync('dist/renderer/index.html', '');
  writeFileSync(stampPath, stamp);
  appendFileSync('runs', 'x');`;
const bundle = () =>
  requireBundles(root, process.execPath, {
    ...process.env,
    STAMP: JSON.stringify([bundleStampPath(root), bundleStamp(root)]),
  });
const runs = async (): Promise<string> => {
  const { readFileSync } = await import('node:fs');
  return readFileSync(join(root, 'runs'), 'utf8');
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-bundles-'));
  write('main/a.ts', 'a');
  write('scripts/build.mjs', BUILD);
});

describe('bundling', () => {
  it('happens once, and again when a source changed, but not for a test', async () => {
    await bundle();
    await bundle();
    expect(await runs()).toBe('x');
    write('main/a.test.ts', 't');
    await bundle();
    expect(await runs()).toBe('x');
    write('renderer/B.svelte', 'b');
    await bundle();
    expect(await runs()).toBe('xx');
  });

  it('that fails says so in one sentence', async () => {
    write('scripts/build.mjs', "console.error('Module not found'); process.exit(1);");
    await expect(bundle()).rejects.toThrow(
      /^The app could not be bundled\.\n {2}To mend it: npm run build$/,
    );
  });
});
