import type { CatalogFile } from '../../../../contract/models/models.ts';
import { downloadRig } from './download-rig.fixture.ts';
import { entryFor } from './ports.fixture.ts';

/** A process that downloads and can be killed: `node download-child.fixture.ts FOLDER ORIGIN FILE-JSON`. */
const [folder = '', hubOrigin = '', file = '{}'] = process.argv.slice(2);
const entries = [entryFor(JSON.parse(file) as CatalogFile)];
const rig = await downloadRig({ entries, hubOrigin, folder });
await rig.downloads.start('tiny');
process.stdout.write('begun\n');
await rig.downloads.settled('tiny');
process.stdout.write(rig.finished.length === 1 ? 'whole\n' : `${JSON.stringify(rig.view())}\n`);
