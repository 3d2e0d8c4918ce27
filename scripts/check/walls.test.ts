import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs'));

/** One import per wall that breaks it: rule, file, what it imports. */
const BREACHES: ReadonlyArray<readonly [rule: string, from: string, to: string]> = [
  ['modules-do-not-go-round-in-circles', 'contract/round-again.ts', './round.ts'],
  ['every-import-leads-somewhere', 'main/services/chat/lost.ts', './absent.ts'],
  ['the-contract-knows-only-zod', 'contract/reaches.ts', '../main/app.ts'],
  ['the-renderer-knows-only-the-contract', 'renderer/reaches.ts', '../main/app.ts'],
  ['the-preload-script-is-a-doorway', 'preload/reaches.ts', '../main/app.ts'],
  [
    'main-never-reaches-into-the-window-or-the-engine',
    'main/reaches.ts',
    '../native/engine/pump.ts',
  ],
  [
    'the-engine-knows-only-the-contract-and-the-addon',
    'native/engine/reaches.ts',
    '../../main/app.ts',
  ],
  [
    'the-extractor-knows-only-the-contract-and-its-sandbox',
    'native/extractor/reaches.ts',
    '../../main/app.ts',
  ],
  [
    'what-processes-share-knows-only-the-contract',
    'native/process/reaches.ts',
    '../engine/pump.ts',
  ],
  ['the-window-and-the-contract-have-no-node', 'renderer/reads.ts', 'node:fs'],
  ['electron-stays-in-its-shell', 'main/adapters/electric.ts', 'electron'],
  ['the-app-does-not-know-its-shells', 'main/knows-shell.ts', './shell-browser/main.ts'],
  ['shells-do-not-know-each-other', 'main/shell-electron/twin.ts', '../shell-browser/main.ts'],
  [
    'services-reach-the-machine-through-ports',
    'main/services/chat/direct.ts',
    '../../adapters/clock.ts',
  ],
  ['the-app-takes-its-adapters-from-a-shell', 'main/app-chooses.ts', './adapters/clock.ts'],
  ['services-meet-at-their-index', 'main/services/chat/inside.ts', '../models/part.ts'],
  ['features-do-not-know-each-other', 'renderer/features/chat/peeks.ts', '../models/state.ts'],
  [
    'features-do-not-know-the-shell-they-stand-in',
    'renderer/features/chat/up.ts',
    '../../shell/shell.ts',
  ],
  ['controls-know-no-domain', 'renderer/ui/knows.ts', '../../contract/message.ts'],
  ['one-door-to-the-addon', 'native/engine/second-door.ts', '../addon/load.ts'],
  ['the-product-does-not-lean-on-tests-or-scripts', 'main/leans.ts', '../scripts/tool.mjs'],
  ['end-to-end-tests-stay-outside', 'e2e/inside.spec.ts', '../main/app.ts'],
];

/** What is allowed and must stay so. */
const ALLOWED: ReadonlyArray<readonly [from: string, to: string]> = [
  ['main/services/chat/good.ts', '../models/index.ts'],
  ['main/shell-browser/good.ts', '../adapters/clock.ts'],
  ['main/shell-electron/good.ts', 'electron'],
  ['main/adapters/good.ts', 'node:fs'],
  ['main/services/models/good.test.ts', '../../adapters/clock.ts'],
  ['native/engine/native-binding.ts', '../addon/load.ts'],
  ['renderer/features/models/good.ts', '../../../contract/message.ts'],
  ['contract/good.ts', 'zod'],
];

const TARGETS = [
  'main/app.ts',
  'main/shell-browser/main.ts',
  'main/adapters/clock.ts',
  'main/services/models/part.ts',
  'main/services/models/index.ts',
  'renderer/features/models/state.ts',
  'renderer/shell/shell.ts',
  'contract/message.ts',
  'native/engine/pump.ts',
  'native/addon/load.ts',
  'scripts/tool.mjs',
];

let folder = '';
let found: Array<{ rule: string; from: string }> = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-walls-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.base.json']) {
    copyFileSync(join(ROOT, name), join(folder, name));
  }
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const path of TARGETS) write(path, 'export const x = 1;\n');
  const imports = [...BREACHES.map(([, from, to]) => [from, to] as const), ...ALLOWED];
  for (const [from, to] of imports)
    write(from, `import * as x from '${to}';\nexport const y = x;\n`);
  write('contract/round.ts', "import * as x from './round-again.ts';\nexport const y = x;\n");
  const cli = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const folders = ['contract', 'main', 'native', 'preload', 'renderer', 'e2e', 'scripts'];
  const args = [cli, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders];
  const { stdout } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const report: { summary: { violations: Array<{ rule: { name: string }; from: string }> } } =
    JSON.parse(stdout);
  found = report.summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(BREACHES)('a breach of %s is reported', (rule, from) => {
  expect(found).toContainEqual({ rule, from });
});

it('nothing else is reported: what the plan allows stays allowed', () => {
  const allowed = ALLOWED.map(([from]) => from);
  expect(found.filter(({ from }) => allowed.includes(from))).toEqual([]);
});

it('every wall has its breach here', () => {
  const rules: Array<{ name: string }> = CONFIG.forbidden;
  expect(rules.map(({ name }) => name).sort()).toEqual(BREACHES.map(([rule]) => rule).sort());
});
