import type { Block } from '../../../../../contract/documents/extracted.ts';
import { AppError } from '../../../../../contract/errors/app-error.ts';
import type { ForeignFile } from '../../../reader.ts';
import { LeftOutCounts, type RawReading } from '../../raw-reader.ts';
import type { XmlElement, XmlHandler } from '../../xml/xml-reader.ts';
import { gathered } from '../gathered.ts';
import { isOn, OfficePackage } from '../office-package.ts';
import { CellStyles } from './cell-styles.ts';
import { SharedStrings } from './shared-strings.ts';
import { SheetText } from './sheet-text.ts';

interface Sheet {
  name: string;
  link: string;
  isHidden: boolean;
}

const maxSheets = 2_000;

/**
 * XLSX: each sheet is a heading and tables, its first row the header row; values as they were last worked out. What
 * sheets, rows, columns or formats keep from view is in hidden blocks, and so are comments and white text.
 */
export async function* readXlsx(file: ForeignFile): RawReading {
  const leftOut = new LeftOutCounts();
  const office = await OfficePackage.open(file, leftOut);
  const main = await office.mainPart('xl/workbook.xml');
  const workbook = new Workbook(leftOut);
  await office.readPart(main, workbook);
  if (workbook.sheets.length === 0) {
    throw new AppError('document.broken', { name: file.name, detail: 'office-part' });
  }
  const links = await office.relationships(main);
  const target = (type: string): string | undefined =>
    links.find((link) => link.type === type && !link.isExternal)?.target;
  const strings = new SharedStrings();
  const styles = new CellStyles();
  await office.readPart(target('sharedStrings'), strings);
  await office.readPart(target('styles'), styles);
  if (strings.isCut) leftOut.add('too-much-text');
  for (const [at, sheet] of workbook.sheets.entries()) {
    const link = links.find(({ id, isExternal }) => id === sheet.link && !isExternal);
    if (link === undefined || !office.archive.has(link.target)) {
      leftOut.add('damaged-part');
      continue;
    }
    const share = { from: at / workbook.sheets.length, to: (at + 1) / workbook.sheets.length };
    const text = new SheetText({ ...sheet, strings, styles, is1904: workbook.is1904 });
    const heading: Block = { kind: 'heading', level: 2, text: sheet.name, part: sheet.name };
    yield {
      blocks: [sheet.isHidden ? { ...heading, hidden: 'hidden-sheet' } : heading],
      fraction: share.from,
    };
    yield* office.streamPart(link.target, text, share);
    yield { blocks: text.finish(), fraction: share.to };
    yield { blocks: await besideCells(office, link.target, sheet.name), fraction: share.to };
  }
  return { title: await office.title(), pageCount: workbook.sheets.length, leftOut };
}

class Workbook implements XmlHandler {
  readonly sheets: Sheet[] = [];
  is1904 = false;
  readonly #leftOut: LeftOutCounts;

  constructor(leftOut: LeftOutCounts) {
    this.#leftOut = leftOut;
  }

  open(element: XmlElement): void {
    if (element.name === 'x:workbookPr') {
      const value = element.get('date1904');
      this.is1904 = value !== undefined && isOn(value);
    }
    if (element.name !== 'x:sheet') return;
    if (this.sheets.length >= maxSheets) {
      this.#leftOut.add('too-many-pages');
      return;
    }
    this.sheets.push({
      name: element.get('name') ?? '',
      link: element.get('r:id') ?? '',
      isHidden: /hidden/iu.test(element.get('state') ?? ''),
    });
  }

  close(): void {}
}

/** Text that lies over a sheet: comments, which are hidden until they are pointed at, and text boxes. */
async function besideCells(
  office: OfficePackage,
  sheetPart: string,
  part: string,
): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const link of await office.relationships(sheetPart)) {
    if (link.isExternal) continue;
    const isComment = link.type === 'comments' || link.type === 'threadedComment';
    if (!isComment && link.type !== 'drawing') continue;
    const items = isComment ? ['comment', 'threadedComment'] : ['p'];
    const give = (text: string): void => {
      blocks.push({ kind: 'paragraph', text, part, ...(isComment ? { hidden: 'comment' } : {}) });
    };
    await office.readPart(link.target, gathered(items, give));
  }
  return blocks;
}
