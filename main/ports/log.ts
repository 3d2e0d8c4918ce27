/** The app's log. Lines never hold text of a conversation. */
export interface Log {
  info(line: string): void;
  warn(line: string): void;
  /** Writes the error with its cause and stack under a new incident id, which is returned. */
  incident(error: unknown, where: string): string;
}
