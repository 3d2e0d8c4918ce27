/** Cold files: what the system had kept of them in memory is dropped. */
import { join } from 'node:path';
import { filesUnder } from '../setup/hash.mjs';
import { findOnPath, run } from '../setup/run.mjs';

/** Drops every file under `folder` from the page cache; false where this system has no way to. */
export async function dropFromPageCache(folder: string): Promise<boolean> {
  const dd = findOnPath('dd');
  if (process.platform !== 'linux' || !dd) return false;
  await run('sync', []);
  for (const file of filesUnder(join(folder))) {
    const args = [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none'];
    if ((await run(dd, args)).code !== 0) return false;
  }
  return true;
}
