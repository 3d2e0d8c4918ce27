import { createRequire } from 'node:module';

/**
 * A module that electron-builder brings along, of exactly the version that it uses itself.
 * @param {string} name
 */
export function fromBuilder(name) {
  const fromElectronBuilder = createRequire(
    createRequire(import.meta.url).resolve('electron-builder'),
  );
  const fromLibrary = createRequire(fromElectronBuilder.resolve('app-builder-lib'));
  return name.startsWith('app-builder-lib') ? fromElectronBuilder(name) : fromLibrary(name);
}
