import type { Pixels } from '../reader.ts';
import type { GreyPicture } from './tesseract.ts';

/** Below this, letters on a screen are lower than what Tesseract's networks were made for. */
const SMALL_PX = 1_500;

/** A picture in grey levels; one as small as a screenshot twice as large. */
export function greyPicture(picture: Pixels): GreyPicture {
  const grey = toGrey(picture);
  return Math.max(grey.width, grey.height) < SMALL_PX ? doubled(grey) : grey;
}

/** Luma of Rec. 601, in whole numbers. */
function toGrey({ width, height, rgb }: Pixels): GreyPicture {
  const grey = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < grey.length; at += 1, from += 3) {
    const red = rgb[from] ?? 0;
    const green = rgb[from + 1] ?? 0;
    const blue = rgb[from + 2] ?? 0;
    grey[at] = (red * 77 + green * 150 + blue * 29) >> 8;
  }
  return { width, height, grey };
}

/** Twice as wide and high, with what lies between two pixels in between them. */
function doubled({ width, height, grey }: GreyPicture): GreyPicture {
  const wide = width * 2;
  const large = new Uint8Array(wide * height * 2);
  for (let y = 0; y < height * 2; y += 1) {
    const above = (y >> 1) * width;
    const below = Math.min((y + 1) >> 1, height - 1) * width;
    for (let x = 0; x < wide; x += 1) {
      const left = x >> 1;
      const right = Math.min((x + 1) >> 1, width - 1);
      const sum =
        (grey[above + left] ?? 0) +
        (grey[above + right] ?? 0) +
        (grey[below + left] ?? 0) +
        (grey[below + right] ?? 0);
      large[y * wide + x] = (sum + 2) >> 2;
    }
  }
  return { width: wide, height: height * 2, grey: large };
}
