/**
 * Packs the built app with a stub in the place of Electron's binary and checks what lies where. Run after
 * `npm run build`; it needs no network. Ends with 1 and one line for each thing that is amiss.
 */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, Platform } from 'electron-builder';
import { packedFaults } from './pack-layout.mjs';
import { fromBuilder } from './pack-tools.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} folder */
function stubElectron(folder) {
  mkdirSync(join(folder, 'resources'), { recursive: true });
  mkdirSync(join(folder, 'locales'));
  for (const name of [
    'electron',
    'chrome-sandbox',
    'LICENSE',
    'LICENSES.chromium.html',
    'version',
  ]) {
    writeFileSync(join(folder, name), 'stub');
  }
  writeFileSync(join(folder, 'locales', 'en-US.pak'), '');
  chmodSync(join(folder, 'electron'), 0o755);
}

/** @param {string} folder @returns {string[]} */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/'));
}

const work = mkdtempSync(join(tmpdir(), 'parley-pack-'));
try {
  const electronDist = join(work, 'electron');
  stubElectron(electronDist);
  await build({
    projectDir: ROOT,
    targets: Platform.LINUX.createTarget('dir'),
    publish: 'never',
    config: {
      extends: join(ROOT, 'electron-builder.yml'),
      electronDist,
      // A stub has no fuses to flip; the configuration of the real ones is checked by a unit test.
      electronFuses: null,
      directories: { output: join(work, 'release') },
    },
  });
  const resources = join(work, 'release', 'linux-unpacked', 'resources');
  const { listPackage } = fromBuilder('@electron/asar');
  /** @type {string[]} */
  const packed = listPackage(join(resources, 'app.asar'), { isPack: false });
  const unpacked = filesBelow(join(resources, 'app.asar.unpacked'));
  const faults = packedFaults({ packed, unpacked });
  for (const fault of faults) console.error(fault);
  console.log(
    `packed ${packed.length} entries, ${unpacked.length} files beside the archive, ${faults.length} amiss`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
