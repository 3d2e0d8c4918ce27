import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Tools that pass everything have been seen: each must find the mistake that is put in front of it. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');

let folder = '';
const write = (path: string, text: string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const tool = (script: string, ...args: string[]): { status: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(MODULES, script), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-canary-'));
  symlinkSync(MODULES, join(folder, 'node_modules'));
  write(
    'tsconfig.json',
    JSON.stringify({ extends: join(ROOT, 'tsconfig.base.json'), include: ['*.ts', '*.svelte'] }),
  );
  write('package.json', '{"type":"module"}');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const COMPONENT = (value: string): string =>
  `<script lang="ts">\n  const { count }: { count: number } = $props();\n  const next: number = $derived(${value});\n</script>\n<p>{next}</p>\n`;

describe('type checkers', () => {
  it('tsc reports a seeded error and passes without it', () => {
    write('a.ts', "export const a: number = 'text';\n");
    const bad = tool('typescript/bin/tsc', '-p', '.');
    expect(bad.status).not.toBe(0);
    expect(bad.output).toContain('TS2322');
    write('a.ts', 'export const a: number = 1;\n');
    expect(tool('typescript/bin/tsc', '-p', '.')).toEqual({ status: 0, output: '' });
  }, 60_000);

  it('svelte-check reports a seeded error and passes without it', () => {
    write('A.svelte', COMPONENT("'text'"));
    const bad = tool(
      'svelte-check/bin/svelte-check',
      '--tsconfig',
      'tsconfig.json',
      '--output',
      'human',
    );
    expect(bad.status).not.toBe(0);
    expect(bad.output).toContain("Type 'string' is not assignable to type 'number'");
    write('A.svelte', COMPONENT('count + 1'));
    const good = tool(
      'svelte-check/bin/svelte-check',
      '--tsconfig',
      'tsconfig.json',
      '--fail-on-warnings',
    );
    expect(good.output).toContain('0 errors');
    expect(good.status).toBe(0);
  }, 120_000);
});

describe('linters', () => {
  const eslint = () =>
    tool('eslint/bin/eslint.js', '--config', 'eslint.config.js', '--max-warnings', '0', 'renderer');

  it('ESLint refuses {@html} everywhere but in the one sanitising component', () => {
    write('eslint.config.js', `export { default } from '${join(ROOT, 'eslint.config.js')}';`);
    const html = `<script lang="ts">\n  const { html }: { html: string } = $props();\n</script>\n{@html html}\n`;
    write('renderer/features/chat/Bad.svelte', html);
    const bad = eslint();
    expect(bad.status).toBe(1);
    expect(bad.output).toContain('svelte/no-at-html-tags');
    rmSync(join(folder, 'renderer/features'), { recursive: true });
    write('renderer/markdown/Block.svelte', html);
    expect(eslint()).toEqual({ status: 0, output: '' });
    write('renderer/markdown/Other.svelte', html);
    expect(eslint().status).toBe(1);
  }, 60_000);

  it('Biome refuses any, !, console and a promise that nobody awaits', () => {
    write(
      'biome.json',
      JSON.stringify({ extends: [join(ROOT, 'biome.json')], vcs: { enabled: false } }),
    );
    write(
      'a.ts',
      `export const f = async (x: any): Promise<void> => {\n  console.log(x!);\n};\nexport const g = (): void => {\n  f(1);\n};\n`,
    );
    const { status, output } = tool(
      '@biomejs/biome/bin/biome',
      'ci',
      '--max-diagnostics=50',
      'a.ts',
    );
    expect(status).toBe(1);
    for (const rule of ['noExplicitAny', 'noNonNullAssertion', 'noConsole', 'noFloatingPromises']) {
      expect(output).toContain(rule);
    }
  }, 60_000);
});
