import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the parts of the app lie, counted from the folder of the main bundle (`dist/main`). */
export interface BundlePaths {
  readonly renderer: string;
  readonly engineEntry: string;
  /** The thread that has the index of passages. */
  readonly indexEntry: string;
  readonly addon: string;
  readonly extractorEntry: string;
  readonly sandbox: string;
  readonly preload: string;
  readonly assets: string;
  readonly packageFile: string;
}

export function bundlePaths(bundleFolder: string): BundlePaths {
  const at = (...parts: string[]): string => join(bundleFolder, '..', ...parts);
  return {
    renderer: at('renderer'),
    engineEntry: at('engine', 'engine.js'),
    indexEntry: join(bundleFolder, 'passage-index.js'),
    addon: at('native', 'addon.node'),
    extractorEntry: at('extractor', 'extractor.js'),
    sandbox: at('native', 'sandbox.node'),
    preload: at('preload', 'preload.cjs'),
    assets: at('..', 'assets'),
    packageFile: at('..', 'package.json'),
  };
}

/** The app's version. @throws when the package file is not there or names none */
export function appVersion(packageFile: string): string {
  const content = JSON.parse(readFileSync(packageFile, 'utf8')) as { version?: unknown };
  if (typeof content.version !== 'string') throw new Error(`no version in ${packageFile}`);
  return content.version;
}
