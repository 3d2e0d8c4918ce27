import type { PowerMonitor } from 'electron';
import { mains, type Power } from '../ports/power.ts';

/**
 * Electron knows on every system whether the computer runs on battery; how full it is only `system` says.
 */
export function electronPower(
  monitor: Pick<PowerMonitor, 'isOnBatteryPower'>,
  system: Power,
): Power {
  return {
    state: async () => {
      if (!monitor.isOnBatteryPower()) return mains;
      return { isOnBattery: true, chargeFraction: (await system.state()).chargeFraction };
    },
  };
}
