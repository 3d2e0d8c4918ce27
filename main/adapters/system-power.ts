import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mains, type Power, type PowerState } from '../ports/power.ts';

/** One entry of Linux's /sys/class/power_supply: its files by name, trimmed. */
export type Supply = Readonly<Record<string, string | undefined>>;

const supplyFiles = ['type', 'scope', 'online', 'status', 'capacity'];

/**
 * What Linux's power supplies say together. On battery: a battery of the computer (not of a mouse: scope
 * `Device`) discharges and no other supply is online. Several batteries count by their mean.
 */
export function stateOfSupplies(supplies: readonly Supply[]): PowerState {
  const batteries = supplies.filter(
    (supply) => supply['type'] === 'Battery' && supply['scope'] !== 'Device',
  );
  const isOnline = supplies.some(
    (supply) => supply['type'] !== 'Battery' && supply['online'] === '1',
  );
  const isDischarging = batteries.some(({ status }) => status === 'Discharging');
  const charges = batteries
    .map(({ capacity }) => Number(capacity ?? Number.NaN))
    .filter((percent) => percent >= 0 && percent <= 100);
  const sum = charges.reduce((total, percent) => total + percent, 0);
  return {
    isOnBattery: isDischarging && !isOnline,
    chargeFraction: charges.length === 0 ? null : sum / charges.length / 100,
  };
}

/** What macOS's `pmset -g batt` says. */
export function stateOfPmset(text: string): PowerState {
  const percent = /InternalBattery[^\n]*?(\d{1,3})%/.exec(text)?.[1];
  return {
    isOnBattery: /^Now drawing from 'Battery Power'/m.test(text),
    chargeFraction: percent === undefined ? null : Math.min(Number(percent), 100) / 100,
  };
}

async function readSupplies(folder: string): Promise<Supply[]> {
  const names = await readdir(folder);
  const fileOf = async (name: string, file: string) => {
    const text = await readFile(join(folder, name, file), 'utf8').catch(() => undefined);
    return [file, text?.trim()] as const;
  };
  return await Promise.all(
    names.map(async (name) =>
      Object.fromEntries(await Promise.all(supplyFiles.map((file) => fileOf(name, file)))),
    ),
  );
}

async function readState(platform: NodeJS.Platform, folder: string): Promise<PowerState> {
  if (platform === 'linux') return stateOfSupplies(await readSupplies(folder));
  if (platform !== 'darwin') return mains;
  const { stdout } = await promisify(execFile)('/usr/bin/pmset', ['-g', 'batt'], { timeout: 2000 });
  return stateOfPmset(stdout);
}

/**
 * The computer's power as the operating system tells it: Linux by its files, macOS by `pmset`. Windows
 * tells only through a slow PowerShell or native code, so there it is not known, which counts as mains.
 */
export function systemPower(
  platform: NodeJS.Platform = process.platform,
  supplyFolder = '/sys/class/power_supply',
): Power {
  return { state: () => readState(platform, supplyFolder).catch(() => mains) };
}
