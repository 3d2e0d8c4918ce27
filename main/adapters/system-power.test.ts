import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { stateOfPmset, stateOfSupplies, systemPower } from './system-power.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const battery = { type: 'Battery', status: 'Discharging', capacity: '25' };
const socket = { type: 'Mains', online: '1' };

test.each([
  ['a battery that discharges', [battery, { type: 'Mains', online: '0' }], true, 0.25],
  ['a battery that charges', [{ ...battery, status: 'Charging' }, socket], false, 0.25],
  ['a battery that a weak charger cannot hold', [battery, socket], false, 0.25],
  ['two batteries', [battery, { ...battery, status: 'Not charging', capacity: '75' }], true, 0.5],
  ['a battery that does not say how full it is', [{ ...battery, capacity: undefined }], true, null],
  ['a battery that says nonsense', [{ ...battery, capacity: '-3' }], true, null],
  ['a wireless mouse', [{ ...battery, scope: 'Device' }, socket], false, null],
  ['no battery', [socket], false, null],
  ['nothing', [], false, null],
])('Linux with %s', (_name, supplies, isOnBattery, chargeFraction) => {
  expect(stateOfSupplies(supplies)).toEqual({ isOnBattery, chargeFraction });
});

test.each([
  [
    "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t27%; discharging; 2:10 remaining present: true\n",
    true,
    0.27,
  ],
  [
    "Now drawing from 'AC Power'\n -InternalBattery-0 (id=4653155)\t100%; charged; 0:00 remaining present: true\n",
    false,
    1,
  ],
  ["Now drawing from 'AC Power'\n", false, null],
  ['', false, null],
])('macOS says %j', (text, isOnBattery, chargeFraction) => {
  expect(stateOfPmset(text)).toEqual({ isOnBattery, chargeFraction });
});

function supplyFolder(supplies: Record<string, Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-power-'));
  folders.push(folder);
  for (const [name, files] of Object.entries(supplies)) {
    mkdirSync(join(folder, name));
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(join(folder, name, file), `${text}\n`);
    }
  }
  return folder;
}

test('Linux is read from its files', async () => {
  const folder = supplyFolder({ BAT0: battery, AC: { type: 'Mains', online: '0' } });
  const expected = { isOnBattery: true, chargeFraction: 0.25 };
  expect(await systemPower('linux', folder).state()).toEqual(expected);
});

test('what nothing tells counts as mains', async () => {
  const unknown = { isOnBattery: false, chargeFraction: null };
  expect(await systemPower('linux', '/nowhere').state()).toEqual(unknown);
  expect(await systemPower('win32').state()).toEqual(unknown);
});

test('this computer answers', async () => {
  const { chargeFraction } = await systemPower().state();
  expect(chargeFraction ?? 0).toBeGreaterThanOrEqual(0);
  expect(chargeFraction ?? 0).toBeLessThanOrEqual(1);
});
