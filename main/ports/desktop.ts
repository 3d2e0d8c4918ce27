/** What the person's desktop does for us. */
export interface Desktop {
  /** Opens an address that was checked already (https, http or mailto). */
  openLink(url: string): Promise<void>;
  /** Shows a folder in the file manager. */
  showFolder(path: string): Promise<void>;
}
