import parser from '@typescript-eslint/parser';
import svelte from 'eslint-plugin-svelte';

/**
 * Biome lints everything; ESLint is here for what only it knows about Svelte templates. `no-at-html-tags`
 * is security: text of a model reaches the page through one sanitising component and no other way.
 */
export default [
  { ignores: ['**/*.js', '**/*.cjs', '**/*.mjs', '**/*.ts', 'dist/', 'release/', 'test-results/'] },
  ...svelte.configs.recommended.map((config) => ({ ...config, files: ['**/*.svelte'] })),
  {
    files: ['**/*.svelte'],
    languageOptions: { parserOptions: { parser } },
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/no-target-blank': 'error',
      'svelte/button-has-type': 'error',
      // It takes the words that explain a svelte-ignore for names of warnings; svelte-check judges those.
      'svelte/no-unused-svelte-ignore': 'off',
    },
  },
  {
    // The one place where sanitised HTML becomes elements.
    files: ['renderer/markdown/Block.svelte'],
    rules: { 'svelte/no-at-html-tags': 'off' },
  },
];
