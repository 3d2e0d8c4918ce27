/** The computer we run on. */
export interface Machine {
  readonly totalMemoryBytes: number;
  freeMemoryBytes(): number;
  /** Free bytes on the disk that holds `path`. */
  freeDiskBytes(path: string): Promise<number>;
}
