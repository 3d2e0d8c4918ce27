import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [svelte()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome140',
    // Fonts and pictures stay files: the content policy allows none inline.
    assetsInlineLimit: 0,
    // Read from disk, not over a network: one file is quicker than several.
    chunkSizeWarningLimit: 2000,
  },
});
