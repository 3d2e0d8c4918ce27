/** The walls of docs/architecture.md. Each rule's name is the sentence that was broken. */

const TEST_FILES = '\\.(test|spec|fixture)\\.(ts|cjs|mjs)$|^native/addon/test/|^e2e/';
const ELECTRON = '(^|node_modules/)electron($|/)';

/** A wall around a folder: of our own files it may reach only `allowed`. Tests may also reach fixtures. */
const wall = (name, folder, allowed) => ({
  name,
  severity: 'error',
  from: { path: folder, pathNot: TEST_FILES },
  to: {
    path: '^[^.]',
    pathNot: [...allowed, 'node_modules/', ELECTRON],
    dependencyTypesNot: ['core'],
  },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'modules-do-not-go-round-in-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-import-leads-somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['^(vite|svelte)/', '\\.node$'] },
    },
    {
      name: 'the-contract-knows-only-zod',
      severity: 'error',
      from: { path: '^contract/', pathNot: TEST_FILES },
      to: { pathNot: ['^contract/', 'node_modules/zod/'] },
    },
    wall('the-renderer-knows-only-the-contract', '^renderer/', ['^renderer/', '^contract/']),
    wall('the-preload-script-is-a-doorway', '^preload/', ['^preload/', '^contract/']),
    wall('main-never-reaches-into-the-window-or-the-engine', '^main/', [
      '^main/',
      '^contract/',
      '^assets/',
    ]),
    wall('the-engine-knows-only-the-contract-and-the-addon', '^native/engine/', [
      '^native/engine/',
      '^native/process/',
      '^native/addon/',
      '^contract/',
    ]),
    wall('the-extractor-knows-only-the-contract-and-its-sandbox', '^native/extractor/', [
      '^native/extractor/',
      '^native/process/',
      '^contract/',
    ]),
    wall('what-processes-share-knows-only-the-contract', '^native/process/', [
      '^native/process/',
      '^contract/',
    ]),
    {
      name: 'the-window-and-the-contract-have-no-node',
      severity: 'error',
      from: { path: '^(contract|renderer)/', pathNot: TEST_FILES },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'electron-stays-in-its-shell',
      severity: 'error',
      from: {
        pathNot: ['^main/shell-electron/', '^preload/', '^e2e/'],
      },
      to: { path: ELECTRON },
    },
    {
      name: 'the-app-does-not-know-its-shells',
      severity: 'error',
      from: { path: '^main/', pathNot: '^main/shell-' },
      to: { path: '^main/shell-' },
    },
    {
      name: 'shells-do-not-know-each-other',
      severity: 'error',
      from: { path: '^main/shell-([^/]+)/' },
      to: { path: '^main/shell-', pathNot: '^main/shell-$1/' },
    },
    {
      name: 'services-reach-the-machine-through-ports',
      severity: 'error',
      from: { path: '^main/(services|storage)/', pathNot: TEST_FILES },
      to: { path: '^main/(adapters|engine-host)/' },
    },
    {
      name: 'the-app-takes-its-adapters-from-a-shell',
      severity: 'error',
      from: { path: '^main/app', pathNot: TEST_FILES },
      to: { path: '^main/adapters/' },
    },
    {
      name: 'services-meet-at-their-index',
      severity: 'error',
      from: { path: '^main/services/([^/]+)/', pathNot: TEST_FILES },
      to: {
        path: '^main/services/[^/]+/',
        pathNot: ['^main/services/$1/', '^main/services/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'features-do-not-know-each-other',
      severity: 'error',
      from: { path: '^renderer/features/([^/]+)/' },
      to: { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
    },
    {
      name: 'features-do-not-know-the-shell-they-stand-in',
      severity: 'error',
      from: { path: '^renderer/(features|ui|markdown|state)/' },
      to: { path: '^renderer/shell/' },
    },
    {
      name: 'controls-know-no-domain',
      severity: 'error',
      from: { path: '^renderer/ui/', pathNot: TEST_FILES },
      to: { path: ['^renderer/(features|state|shell|api)/', '^contract/'] },
    },
    {
      name: 'one-door-to-the-addon',
      severity: 'error',
      from: {
        pathNot: [
          '^native/engine/native-binding\\.ts$',
          '^native/extractor/sandbox-binding\\.ts$',
          '^native/addon/',
          TEST_FILES,
        ],
      },
      // Types are no way in, nor is what writes test models; walls around the other folders keep even those from them.
      to: {
        path: '^native/(addon|extractor/sandbox)/|\\.node$',
        pathNot: '^native/addon/(index\\.d\\.ts$|test/random-models/)',
      },
    },
    {
      name: 'the-product-does-not-lean-on-tests-or-scripts',
      severity: 'error',
      from: {
        path: '^(contract|main|native/(engine|extractor|process)|preload|renderer)/',
        pathNot: TEST_FILES,
      },
      to: { path: [TEST_FILES, '^scripts/'] },
    },
    {
      name: 'end-to-end-tests-stay-outside',
      severity: 'error',
      from: { path: '^e2e/' },
      to: { path: '^(main|renderer|native|preload)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '[.](css|svg|png|json|woff2)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.svelte', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
};
