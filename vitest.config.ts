import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Everything that needs no engine and no browser. Native specs and e2e have runners of their own. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: [
            '{contract,main,preload,native/engine,native/extractor,native/process,scripts}/**/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        plugins: [svelte()],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'renderer',
          environment: 'jsdom',
          include: ['renderer/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
    ],
  },
});
