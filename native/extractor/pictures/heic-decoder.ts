import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Size } from './sharp-decoder.ts';

/** Pixels of a HEIC picture: 4 bytes each (R, G, B, A), upright. */
export interface HeicPixels extends Size {
  readonly rgba: Uint8Array;
}

/** Decodes HEIC, whose codec the prebuilt libvips leaves out. */
export interface HeicDecoder {
  /** The size of the main picture, upright; null where the file holds none. */
  size(bytes: Uint8Array): Size | null;
  /** The main picture; null where it cannot be decoded. */
  decode(bytes: Uint8Array): Promise<HeicPixels | null>;
}

interface HeifImage {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  display(target: ImageTarget, done: (filled: ImageTarget | null) => void): void;
  free(): void;
}

interface ImageTarget {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

interface LibheifModule {
  readonly HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] };
}

type LoadLibheif = (options: { wasmBinary: Uint8Array }) => LibheifModule;

/** Loads libheif as WASM. Opens files: to be called before the process restricts itself. */
export function loadHeicDecoder(): HeicDecoder {
  const require = createRequire(import.meta.url);
  const load: LoadLibheif = require('libheif-js/libheif-wasm/libheif.js');
  const wasmBinary = readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'));
  const libheif = load({ wasmBinary });
  return {
    size(bytes) {
      return withImage(libheif, bytes, (image) => sizeOf(image));
    },
    async decode(bytes) {
      return await withImage(libheif, bytes, async (image) => {
        const size = sizeOf(image);
        const target = { ...size, data: new Uint8Array(size.width * size.height * 4) };
        const filled = await new Promise<ImageTarget | null>((resolve) => {
          image.display(target, resolve);
        });
        return filled === null ? null : { ...size, rgba: filled.data };
      });
    },
  };
}

function sizeOf(image: HeifImage): Size {
  return { width: image.get_width(), height: image.get_height() };
}

function withImage<T>(
  libheif: LibheifModule,
  bytes: Uint8Array,
  use: (image: HeifImage) => T,
): T | null {
  const images = new libheif.HeifDecoder().decode(bytes);
  const image = images.find((candidate) => candidate.is_primary()) ?? images[0];
  return image === undefined ? null : use(image);
}
