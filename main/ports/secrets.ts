/** Secrets of this installation, kept where other people of this computer cannot read them. */
export interface Secrets {
  /**
   * 32 random bytes, made when first asked for and the same ever after. Where what was kept cannot be
   * read any more, new ones: whatever the old ones locked is lost.
   * `name`: lower-case letters and hyphens.
   */
  key(name: string): Promise<Uint8Array>;
}
