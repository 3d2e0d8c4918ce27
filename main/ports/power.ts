/** What the computer runs on now. */
export interface PowerState {
  isOnBattery: boolean;
  /** [0, 1]; null where nothing tells. */
  chargeFraction: number | null;
}

/** Where the computer's power comes from. What is not known counts as mains. */
export interface Power {
  /** Never rejects. */
  state(): Promise<PowerState>;
}

/** Power from a socket, or from who knows where. */
export const mains: PowerState = { isOnBattery: false, chargeFraction: null };
