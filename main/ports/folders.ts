/** Where things live. Absolute paths; the folders exist. */
export interface Folders {
  /** Database, settings, logs. */
  readonly data: string;
  readonly models: string;
  /** The person's home, where the path picker begins. */
  readonly home: string;
  /** What the app ships with: catalogue, prompts. Read only. */
  readonly assets: string;
}
