/** The app's windows. */
export interface Windows {
  /** Brings one to the front, opening it if none is there. */
  focus(): void;
}
