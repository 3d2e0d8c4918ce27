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
  size(bytes: Uint8Array): Promise<Size | null>;
  /** The main picture; null where it cannot be decoded. */
  decode(bytes: Uint8Array): Promise<HeicPixels | null>;
}

/** Something in libheif's memory; what a call that failed gives has a `code`. */
type Handle = object;

interface DecodedChannel {
  readonly id: unknown;
  readonly width: number;
  readonly height: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  readonly data: Uint8Array;
}

interface LibheifModule {
  readonly heif_error_code: { readonly heif_error_Ok: unknown };
  readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
  readonly heif_chroma: { readonly heif_chroma_interleaved_RGBA: unknown };
  readonly heif_channel: { readonly heif_channel_interleaved: unknown };
  heif_context_alloc(): Handle;
  heif_context_free(context: Handle): void;
  heif_context_read_from_memory(context: Handle, bytes: Uint8Array): { readonly code: unknown };
  heif_js_context_get_primary_image_handle(context: Handle): Handle;
  heif_image_handle_get_width(handle: Handle): number;
  heif_image_handle_get_height(handle: Handle): number;
  heif_image_handle_release(handle: Handle): void;
  heif_js_decode_image2(
    handle: Handle,
    colorspace: unknown,
    chroma: unknown,
  ): MaybePromise<{
    readonly code?: unknown;
    readonly channels?: readonly DecodedChannel[];
    readonly image?: Handle;
  }>;
  heif_image_release(image: Handle): void;
}

type MaybePromise<T> = T | Promise<T>;
type LoadLibheif = (options: { wasmBinary: Uint8Array }) => LibheifModule;

/**
 * Loads libheif as WASM. Opens files: to be called before the process restricts itself. Its C functions are called
 * and not its own classes, which write what they find in a file to the console and decode behind a timer.
 */
export function loadHeicDecoder(): HeicDecoder {
  const require = createRequire(import.meta.url);
  const load: LoadLibheif = require('libheif-js/libheif-wasm/libheif.js');
  const wasmBinary = readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'));
  const libheif = load({ wasmBinary });
  return {
    size: async (bytes) => await withImage(libheif, bytes, (handle) => sizeOf(libheif, handle)),
    decode: async (bytes) => await withImage(libheif, bytes, (handle) => decoded(libheif, handle)),
  };
}

function sizeOf(libheif: LibheifModule, handle: Handle): Size {
  return {
    width: libheif.heif_image_handle_get_width(handle),
    height: libheif.heif_image_handle_get_height(handle),
  };
}

async function withImage<T>(
  libheif: LibheifModule,
  bytes: Uint8Array,
  use: (handle: Handle) => MaybePromise<T | null>,
): Promise<T | null> {
  const context = libheif.heif_context_alloc();
  try {
    const { code } = libheif.heif_context_read_from_memory(context, bytes);
    if (code !== libheif.heif_error_code.heif_error_Ok) return null;
    const handle = libheif.heif_js_context_get_primary_image_handle(context);
    if ('code' in handle) return null;
    try {
      return await use(handle);
    } finally {
      libheif.heif_image_handle_release(handle);
    }
  } finally {
    libheif.heif_context_free(context);
  }
}

async function decoded(libheif: LibheifModule, handle: Handle): Promise<HeicPixels | null> {
  const { channels, image } = await libheif.heif_js_decode_image2(
    handle,
    libheif.heif_colorspace.heif_colorspace_RGB,
    libheif.heif_chroma.heif_chroma_interleaved_RGBA,
  );
  const channel = channels?.find(({ id }) => id === libheif.heif_channel.heif_channel_interleaved);
  const pixels = channel === undefined ? null : withoutPadding(channel);
  if (image !== undefined) libheif.heif_image_release(image);
  return pixels;
}

function withoutPadding({ width, height, stride, data }: DecodedChannel): HeicPixels {
  const rgba = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row += 1) {
    const from = row * stride;
    rgba.set(data.subarray(from, from + width * 4), row * width * 4);
  }
  return { width, height, rgba };
}
