import { writeZip, type ZipPart } from './zip-writer.ts';

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const types = 'http://schemas.openxmlformats.org/package/2006/content-types';
const links = 'http://schemas.openxmlformats.org/package/2006/relationships';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const sheet = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const slides = 'http://schemas.openxmlformats.org/presentationml/2006/main';
const drawing = 'http://schemas.openxmlformats.org/drawingml/2006/main';
const wordSpaces = [
  `xmlns:w="${word}" xmlns:r="${office}" xmlns:a="${drawing}"`,
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
  'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"',
  'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"',
  'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"',
].join(' ');
const slideSpaces = `xmlns:p="${slides}" xmlns:a="${drawing}" xmlns:r="${office}"`;
const base = 'application/vnd.openxmlformats-officedocument';

/** A link of a part: id, the last word of its type, target, and whether it leads outside. */
export type Link = readonly [id: string, type: string, target: string, isExternal?: boolean];

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function linksXml(list: readonly Link[]): string {
  const items = list.map(
    ([id, type, target, isExternal]) =>
      `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"${isExternal ? ' TargetMode="External"' : ''}/>`,
  );
  return `${declaration}<Relationships xmlns="${links}">${items.join('')}</Relationships>`;
}

function typesXml(part: string, type: string): string {
  return (
    `${declaration}<Types xmlns="${types}"><Default Extension="xml" ContentType="application/xml"/>` +
    `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
    `<Override PartName="/${part}" ContentType="${type}"/></Types>`
  );
}

/** Parts over the usual ones: by name, so that one can be replaced. */
export type Parts = Readonly<Record<string, string | Uint8Array>>;

function packed(parts: Parts): Buffer {
  return writeZip(Object.entries(parts).map(([name, data]): ZipPart => ({ name, data })));
}

export interface DocxWriting {
  /** Inside `w:body`. */
  body: string;
  styles?: string;
  numbering?: string;
  footnotes?: string;
  comments?: string;
  header?: string;
  links?: readonly Link[];
  parts?: Parts;
}

/** A DOCX whose parts are the XML given. */
export function docx(writing: DocxWriting): Buffer {
  const list: Link[] = [...(writing.links ?? [])];
  const parts: Record<string, string | Uint8Array> = {
    '[Content_Types].xml': typesXml(
      'word/document.xml',
      `${base}.wordprocessingml.document.main+xml`,
    ),
    '_rels/.rels': linksXml([['rId1', 'officeDocument', 'word/document.xml']]),
    'word/document.xml': `${declaration}<w:document ${wordSpaces}><w:body>${writing.body}</w:body></w:document>`,
  };
  const add = (type: string, root: string, inside: string | undefined): void => {
    if (inside === undefined) return;
    list.push([`rId-${type}`, type, `${type}.xml`]);
    parts[`word/${type}.xml`] = `${declaration}<w:${root} ${wordSpaces}>${inside}</w:${root}>`;
  };
  add('styles', 'styles', writing.styles);
  add('numbering', 'numbering', writing.numbering);
  add('footnotes', 'footnotes', writing.footnotes);
  add('comments', 'comments', writing.comments);
  add('header', 'hdr', writing.header);
  parts['word/_rels/document.xml.rels'] = linksXml(list);
  return packed({ ...parts, ...writing.parts });
}

/** A paragraph of Word: its runs, and what stands in `w:pPr`. */
export function paragraph(runs: string, properties = ''): string {
  return `<w:p>${properties === '' ? '' : `<w:pPr>${properties}</w:pPr>`}${runs}</w:p>`;
}

export function run(text: string, properties = ''): string {
  const look = properties === '' ? '' : `<w:rPr>${properties}</w:rPr>`;
  return `<w:r>${look}<w:t xml:space="preserve">${escapeXml(text)}</w:t></w:r>`;
}

export function wordTable(rows: readonly (readonly string[])[], properties = ''): string {
  const body = rows.map(
    (row) => `<w:tr>${row.map((cell) => `<w:tc>${paragraph(run(cell))}</w:tc>`).join('')}</w:tr>`,
  );
  return `<w:tbl><w:tblPr>${properties}</w:tblPr>${body.join('')}</w:tbl>`;
}

export interface SheetWriting {
  name: string;
  /** Inside `worksheet`. */
  xml: string;
  state?: string;
  links?: readonly Link[];
}

export interface XlsxWriting {
  sheets: readonly SheetWriting[];
  strings?: readonly string[];
  styles?: string;
  workbook?: string;
  links?: readonly Link[];
  parts?: Parts;
}

export function xlsx(writing: XlsxWriting): Buffer {
  const list: Link[] = [...(writing.links ?? [])];
  const parts: Record<string, string | Uint8Array> = {
    '[Content_Types].xml': typesXml('xl/workbook.xml', `${base}.spreadsheetml.sheet.main+xml`),
    '_rels/.rels': linksXml([['rId1', 'officeDocument', 'xl/workbook.xml']]),
  };
  const entries = writing.sheets.map(({ name, xml, state, links: own }, at) => {
    list.push([`s${at}`, 'worksheet', `worksheets/sheet${at + 1}.xml`]);
    parts[`xl/worksheets/sheet${at + 1}.xml`] =
      `${declaration}<worksheet xmlns="${sheet}" xmlns:r="${office}">${xml}</worksheet>`;
    if (own !== undefined) parts[`xl/worksheets/_rels/sheet${at + 1}.xml.rels`] = linksXml(own);
    return `<sheet name="${escapeXml(name)}" sheetId="${at + 1}" r:id="s${at}"${state === undefined ? '' : ` state="${state}"`}/>`;
  });
  if (writing.strings !== undefined) {
    const items = writing.strings.map(
      (text) => `<si><t xml:space="preserve">${escapeXml(text)}</t></si>`,
    );
    list.push(['strings', 'sharedStrings', 'sharedStrings.xml']);
    parts['xl/sharedStrings.xml'] = `${declaration}<sst xmlns="${sheet}">${items.join('')}</sst>`;
  }
  if (writing.styles !== undefined) {
    list.push(['styles', 'styles', 'styles.xml']);
    parts['xl/styles.xml'] =
      `${declaration}<styleSheet xmlns="${sheet}">${writing.styles}</styleSheet>`;
  }
  parts['xl/workbook.xml'] =
    `${declaration}<workbook xmlns="${sheet}" xmlns:r="${office}">${writing.workbook ?? ''}<sheets>${entries.join('')}</sheets></workbook>`;
  parts['xl/_rels/workbook.xml.rels'] = linksXml(list);
  return packed({ ...parts, ...writing.parts });
}

/** Rows of inline text and numbers, from A1. */
export function sheetRows(rows: readonly (readonly (string | number)[])[]): string {
  const body = rows.map((row, y) => {
    const cells = row.map((value, x) => {
      const at = `${columnName(x)}${y + 1}`;
      if (typeof value === 'number') return `<c r="${at}"><v>${value}</v></c>`;
      return `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(value)}</t></is></c>`;
    });
    return `<row r="${y + 1}">${cells.join('')}</row>`;
  });
  return `<sheetData>${body.join('')}</sheetData>`;
}

export function columnName(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnName(Math.floor(index / 26) - 1) + last;
}

export interface SlideWriting {
  /** Inside `p:spTree`. */
  shapes: string;
  /** Inside `p:spTree` of its notes. */
  notes?: string;
  attributes?: string;
  background?: string;
  links?: readonly Link[];
}

export interface PptxWriting {
  slides: readonly SlideWriting[];
  parts?: Parts;
}

export function pptx(writing: PptxWriting): Buffer {
  const list: Link[] = [];
  const parts: Record<string, string | Uint8Array> = {
    '[Content_Types].xml': typesXml(
      'ppt/presentation.xml',
      `${base}.presentationml.presentation.main+xml`,
    ),
    '_rels/.rels': linksXml([['rId1', 'officeDocument', 'ppt/presentation.xml']]),
  };
  for (const [at, slide] of writing.slides.entries()) {
    const number = at + 1;
    const own: Link[] = [...(slide.links ?? [])];
    list.push([`r${number}`, 'slide', `slides/slide${number}.xml`]);
    parts[`ppt/slides/slide${number}.xml`] =
      `${declaration}<p:sld ${slideSpaces} ${slide.attributes ?? ''}><p:cSld>${slide.background ?? ''}<p:spTree>${slide.shapes}</p:spTree></p:cSld></p:sld>`;
    if (slide.notes !== undefined) {
      own.push(['n', 'notesSlide', `../notesSlides/notesSlide${number}.xml`]);
      parts[`ppt/notesSlides/notesSlide${number}.xml`] =
        `${declaration}<p:notes ${slideSpaces}><p:cSld><p:spTree>${slide.notes}</p:spTree></p:cSld></p:notes>`;
    }
    parts[`ppt/slides/_rels/slide${number}.xml.rels`] = linksXml(own);
  }
  const ids = writing.slides.map((_, at) => `<p:sldId id="${256 + at}" r:id="r${at + 1}"/>`);
  parts['ppt/presentation.xml'] =
    `${declaration}<p:presentation ${slideSpaces}><p:sldIdLst>${ids.join('')}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>`;
  parts['ppt/_rels/presentation.xml.rels'] = linksXml(list);
  return packed({ ...parts, ...writing.parts });
}

/** A shape with one paragraph for each text. */
export function shape(
  texts: readonly string[],
  { placeholder = '', properties = '', look = '', isHidden = false } = {},
): string {
  const kind = placeholder === '' ? '' : `<p:ph type="${placeholder}"/>`;
  const body = texts.map((text) => `<a:p><a:r>${look}<a:t>${escapeXml(text)}</a:t></a:r></a:p>`);
  return (
    `<p:sp><p:nvSpPr><p:cNvPr id="2" name="x"${isHidden ? ' hidden="1"' : ''}/><p:cNvSpPr/><p:nvPr>${kind}</p:nvPr></p:nvSpPr>` +
    `<p:spPr>${properties}</p:spPr><p:txBody>${body.join('')}</p:txBody></p:sp>`
  );
}

export interface EpubWriting {
  title?: string;
  /** Pages by name, in reading order: their whole text. */
  chapters: Readonly<Record<string, string>>;
  /** Inside `manifest`, over the chapters. */
  manifest?: string;
  /** Inside `spine`, in place of the chapters. */
  spine?: string;
  parts?: Parts;
}

export function epub(writing: EpubWriting): Buffer {
  const names = Object.keys(writing.chapters);
  const items = names.map(
    (name, at) => `<item id="c${at}" href="${name}" media-type="application/xhtml+xml"/>`,
  );
  const refs = names.map((_, at) => `<itemref idref="c${at}"/>`);
  const parts: Record<string, string | Uint8Array> = {
    'META-INF/container.xml':
      `${declaration}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>` +
      '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
    'OPS/book.opf':
      `${declaration}<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">` +
      `<dc:title>${escapeXml(writing.title ?? 'A book')}</dc:title></metadata><manifest>${items.join('')}${writing.manifest ?? ''}</manifest>` +
      `<spine>${writing.spine ?? refs.join('')}</spine></package>`,
  };
  for (const [name, text] of Object.entries(writing.chapters)) parts[`OPS/${name}`] = text;
  const rest = Object.entries({ ...parts, ...writing.parts }).map(
    ([name, data]): ZipPart => ({ name, data }),
  );
  return writeZip([{ name: 'mimetype', data: 'application/epub+zip', isStored: true }, ...rest]);
}

/** A page of a book. */
export function chapter(body: string, head = '<title>A chapter</title>'): string {
  return `${declaration}<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head>${head}</head><body>${body}</body></html>`;
}
