/** Time, so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970, for people; may jump. */
  nowMs(): number;
  /** Milliseconds since some start; never goes back. */
  monotonicMs(): number;
  /** Calls once after `delayMs`; the function returned cancels. */
  after(delayMs: number, callback: () => void): () => void;
}
