import type { PdfPage } from './page.ts';

const ACTION_REMOTE_GOTO = 2;
const ACTION_URI = 3;
const ACTION_LAUNCH = 4;
const MAX_LINKS = 2_000;

/** How many of a page's links lead out of the file: to an address, another file, a program. Nobody follows them. */
export function countExternalLinks({ pdfium, pointer }: PdfPage): number {
  const { functions, scratch } = pdfium;
  if (functions.FPDFPage_GetAnnotCount(pointer) <= 0) return 0;
  pdfium.scratchWords()[0] = 0;
  let external = 0;
  for (let looked = 0; looked < MAX_LINKS; looked += 1) {
    if (functions.FPDFLink_Enumerate(pointer, scratch, scratch + 4) === 0) break;
    const link = pdfium.scratchWords()[1] ?? 0;
    const action = link === 0 ? 0 : functions.FPDFLink_GetAction(link);
    const type = action === 0 ? 0 : functions.FPDFAction_GetType(action);
    if (type === ACTION_URI || type === ACTION_LAUNCH || type === ACTION_REMOTE_GOTO) external += 1;
  }
  return external;
}
