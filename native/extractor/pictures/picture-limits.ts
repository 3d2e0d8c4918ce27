import { AppError } from '../../../contract/errors/app-error.ts';
import type { ForeignFile } from '../reader.ts';
import { type PictureFormat, type PictureSize, readPictureSize } from './picture-header.ts';

/** The largest picture that is decoded: a hundred megapixels is more than cameras and scanners make. */
export const MAX_PIXELS = 100_000_000;
/** The longest side: what is longer is a trap or a strip that no window shows. */
export const MAX_SIDE_PX = 32_768;
/** Larger files are refused: they are held in memory whole. */
export const MAX_PICTURE_BYTES = 64 * 1024 * 1024;

/**
 * The size of a picture that may be decoded, by its header.
 * @throws AppError `picture.refused` when it is too large to be decoded, `document.broken` when there is no size in
 *   its header, `document.too-large` beyond 64 MiB
 */
export function checkedSize(format: PictureFormat, file: ForeignFile): PictureSize {
  const size = readPictureSize(format, file);
  if (size === null || size.width < 1 || size.height < 1) {
    throw new AppError('document.broken', { name: file.name, detail: `${format} header` });
  }
  const { width, height } = size;
  if (Math.max(width, height) > MAX_SIDE_PX || width * height > MAX_PIXELS) {
    throw new AppError('picture.refused', { width, height });
  }
  if (file.fileBytes > MAX_PICTURE_BYTES) {
    throw new AppError('document.too-large', {
      name: file.name,
      limit: 'bytes',
      found: file.fileBytes,
      allowed: MAX_PICTURE_BYTES,
    });
  }
  return size;
}
