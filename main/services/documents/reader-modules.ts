import type { ReaderModule } from '../../../contract/extractor-contract.ts';

const pictureNames = /\.(png|jpe?g|webp|gif|avif|hei[cf])$/iu;

/** What it most likely must load, by the file's name alone: mostly spares a second start. */
export function likelyModule(name: string): ReaderModule {
  if (/\.pdf$/iu.test(name)) return 'pdf';
  return pictureNames.test(name) ? 'picture' : 'text';
}
