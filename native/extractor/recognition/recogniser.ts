import type { OcrLanguage } from '../../../contract/extractor-contract.ts';
import type { Recogniser } from '../reader.ts';
import { greyPicture } from './grey-picture.ts';
import { recognisedBlocks } from './recognised-blocks.ts';
import { loadTesseract, type RecognisedTable } from './tesseract.ts';
import { croppedTo, textRegions } from './text-regions.ts';

/** An A4 page at 300 dots per inch. */
const PAGE_PX = 3_508;

/** Loads recognition for some languages: to be called before the process restricts itself. */
export async function loadRecogniser(languages: readonly OcrLanguage[]): Promise<Recogniser> {
  const tesseract = await loadTesseract(languages);
  return {
    maxPx: PAGE_PX,
    async recognise(picture, page, signal) {
      signal.throwIfAborted();
      const grey = greyPicture(picture);
      const read = textRegions(grey).map((region) => ({
        ...tesseract.read(croppedTo(grey, region)),
        place: { region, picture: grey, page },
      }));
      return {
        blocks: read.flatMap(({ table, place }) => recognisedBlocks(table, place)),
        confidence: meanConfidence(read),
      };
    },
  };
}

/** Over regions, by how much was found in each. */
function meanConfidence(read: readonly RecognisedTable[]): number {
  const rows = read.reduce((sum, { table }) => sum + table.length, 0);
  if (rows === 0) return 0;
  return read.reduce((sum, { table, confidence }) => sum + confidence * table.length, 0) / rows;
}
