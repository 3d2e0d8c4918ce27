import sharp, { type OutputInfo, type Sharp } from 'sharp';
import type { Pixels } from '../reader.ts';
import { MAX_PIXELS } from './picture-limits.ts';

/** The decoders that are let in; every other one of libvips (SVG, PDF, TIFF, what ImageMagick reads) stays shut. */
const DECODERS = [
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadHeifBuffer',
];
const WHITE = '#ffffff';

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Makes libvips ready for hostile files in a small process: one thread, nothing kept, five decoders. Loads native
 * code, and starts a thread: to be called before the process restricts itself.
 */
export async function prepareSharp(): Promise<void> {
  sharp.concurrency(1);
  sharp.cache(false);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: DECODERS });
  // The first use loads what is loaded late, and starts the threads that it runs on.
  await scaled(sharp({ create: { width: 2, height: 2, channels: 3, background: WHITE } }), 1);
}

/** The size of a picture with its orientation applied. */
export async function shownSize(bytes: Uint8Array): Promise<Size> {
  const { autoOrient } = await open(bytes).metadata();
  return { width: autoOrient.width, height: autoOrient.height };
}

/** Decodes the first frame, upright, in sRGB on white, to fit a square of `maxPx`; never larger than it is. */
export async function decodeWithSharp(bytes: Uint8Array, maxPx: number): Promise<Pixels> {
  return await scaled(open(bytes).autoOrient(), maxPx);
}

/** Scales decoded pixels (R, G, B, A) to fit a square of `maxPx`, on white; never larger than they are. */
export async function scaleRgba(rgba: Uint8Array, size: Size, maxPx: number): Promise<Pixels> {
  return await scaled(sharp(rgba, { raw: { ...size, channels: 4 } }), maxPx);
}

function open(bytes: Uint8Array): Sharp {
  return sharp(bytes, {
    limitInputPixels: MAX_PIXELS,
    pages: 1,
    sequentialRead: true,
    failOn: 'error',
  });
}

async function scaled(picture: Sharp, maxPx: number): Promise<Pixels> {
  const { data, info } = await picture
    .resize({ width: maxPx, height: maxPx, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: WHITE })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: asRgb(data, info) };
}

function asRgb(data: Uint8Array, { width, height, channels }: OutputInfo): Uint8Array {
  if (channels === 3) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  const rgb = new Uint8Array(width * height * 3);
  const green = channels === 1 ? 0 : 1;
  const blue = channels === 1 ? 0 : 2;
  for (let at = 0, from = 0; at < rgb.length; at += 3, from += channels) {
    rgb[at] = data[from] ?? 0;
    rgb[at + 1] = data[from + green] ?? 0;
    rgb[at + 2] = data[from + blue] ?? 0;
  }
  return rgb;
}
