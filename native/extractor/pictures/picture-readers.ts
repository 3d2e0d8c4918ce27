import type { ReaderTable } from '../reader.ts';
import { loadHeicDecoder } from './heic-decoder.ts';
import { pictureReader } from './read-picture.ts';
import { prepareSharp } from './sharp-decoder.ts';

/** Readers of every picture format. Loads the decoders: to be called before the process restricts itself. */
export async function loadPictureReaders(): Promise<ReaderTable> {
  const heic = loadHeicDecoder();
  await prepareSharp();
  return {
    png: pictureReader('png', heic),
    jpeg: pictureReader('jpeg', heic),
    webp: pictureReader('webp', heic),
    gif: pictureReader('gif', heic),
    avif: pictureReader('avif', heic),
    heic: pictureReader('heic', heic),
  };
}
