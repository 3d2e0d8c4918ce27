import { defineConfig } from '@playwright/test';
import { findBrowser } from './scripts/setup/tools.mjs';

/** Nothing that the browser does by itself may reach the network; the app is on loopback. */
const OFFLINE_FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--disable-quic',
  '--disable-gpu',
  '--no-first-run',
  '--no-pings',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

const isRoot = process.getuid?.() === 0;
const isLong = process.env['PARLEY_LONG'] === '1';
const executablePath = findBrowser();

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  testIgnore: isLong ? [] : ['long/**'],
  workers: 1,
  timeout: 90_000,
  forbidOnly: true,
  outputDir: 'test-results/e2e',
  reporter: [
    ['list'],
    ['json', { outputFile: process.env['PARLEY_E2E_REPORT'] ?? 'test-results/reports/e2e.json' }],
  ],
  use: {
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      // Chromium has no sandbox for root; this is the tests' browser, never the product's.
      args: isRoot ? [...OFFLINE_FLAGS, '--no-sandbox'] : OFFLINE_FLAGS,
    },
  },
});
