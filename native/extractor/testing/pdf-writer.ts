import { deflateSync } from 'node:zlib';

/** A page of a test PDF: its content stream as written, and what it uses. */
export interface WrittenPage {
  readonly content: string;
  readonly widthPt?: number;
  readonly heightPt?: number;
  /** Extra entries of the page's dictionary. */
  readonly entries?: string;
  /** RGB pictures by name, for `/Name Do`. */
  readonly pictures?: Readonly<Record<string, WrittenPicture>>;
}

export interface WrittenPicture {
  readonly width: number;
  readonly height: number;
  /** 3 bytes a pixel. */
  readonly rgb: Uint8Array;
}

export interface WrittenDocument {
  readonly pages: readonly WrittenPage[];
  /** Entries of the catalogue; `objects` may be referred to as `${n} 0 R`, n from 10. */
  readonly catalog?: string;
  /** Entries of the trailer. */
  readonly trailer?: string;
  readonly info?: string;
  /** Bodies of further objects, the first being number 10. */
  readonly objects?: readonly string[];
}

const PAGES = 2;
const FONTS = 3;
const FIRST_EXTRA = 10;
const LATIN1 = 'latin1';

/**
 * Writes a PDF, the same bytes for the same input: fonts F1 (Helvetica), F2 (bold), F3 (Courier) and F4 (a font whose
 * characters map to nothing) are there on every page, page content is compressed as real files' is.
 */
export function writePdf(document: WrittenDocument): Buffer {
  const bodies = new Map<number, Buffer>();
  const extra = document.objects ?? [];
  let next = FIRST_EXTRA + extra.length;
  const kids: string[] = [];
  for (const page of document.pages) {
    const pictures = Object.entries(page.pictures ?? {}).map(([name, picture]) => {
      bodies.set(next, pictureObject(picture));
      next += 1;
      return `/${name} ${next - 1} 0 R`;
    });
    bodies.set(next, streamObject('', Buffer.from(page.content, LATIN1)));
    bodies.set(next + 1, Buffer.from(pageObject(page, next, pictures.join(' ')), LATIN1));
    kids.push(`${next + 1} 0 R`);
    next += 2;
  }
  bodies.set(1, Buffer.from(`<< /Type /Catalog /Pages ${PAGES} 0 R ${document.catalog ?? ''} >>`));
  bodies.set(
    PAGES,
    Buffer.from(`<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${kids.length} >>`),
  );
  for (const [index, body] of fontObjects().entries()) bodies.set(FONTS + index, Buffer.from(body));
  bodies.set(FIRST_EXTRA - 1, Buffer.from(`<< ${document.info ?? ''} >>`, LATIN1));
  for (const [index, body] of extra.entries()) {
    bodies.set(FIRST_EXTRA + index, Buffer.from(body, LATIN1));
  }
  return assemble(bodies, document.trailer ?? '');
}

/** A string as PDF's content writes it. */
export function pdfString(text: string): string {
  return `(${text.replace(/[\\()]/g, (char) => `\\${char}`)})`;
}

/** Content that shows lines of text one under another, from `x`, `y` (from the bottom left). */
export function textLines(
  lines: readonly string[],
  at: { x: number; y: number; size?: number; font?: string; leading?: number },
): string {
  const { x, y, size = 11, font = 'F1', leading = size * 1.3 } = at;
  const shown = lines.map((line) => `${pdfString(line)} Tj T*`).join('\n');
  return `BT /${font} ${size} Tf ${leading} TL ${x} ${y} Td\n${shown}\nET\n`;
}

function fontObjects(): string[] {
  const standard = (name: string) =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  return [
    standard('Helvetica'),
    standard('Helvetica-Bold'),
    standard('Courier'),
    `<< /Type /Font /Subtype /Type1 /BaseFont /Nothing /FirstChar 65 /LastChar 90 /Widths [${'600 '.repeat(26)}] ` +
      `/Encoding << /Type /Encoding /Differences [65 ${unknownGlyphs()}] >> ` +
      '/FontDescriptor << /Type /FontDescriptor /FontName /Nothing /Flags 4 /ItalicAngle 0 /Ascent 700 /Descent -200 /CapHeight 700 /StemV 80 /FontBBox [0 -200 600 700] >> >>',
  ];
}

function unknownGlyphs(): string {
  return Array.from({ length: 26 }, (_, index) => `/g${index + 1}x`).join(' ');
}

function pageObject(page: WrittenPage, content: number, pictures: string): string {
  const { widthPt = 612, heightPt = 792, entries = '' } = page;
  const fonts = [1, 2, 3, 4].map((n) => `/F${n} ${FONTS + n - 1} 0 R`).join(' ');
  return (
    `<< /Type /Page /Parent ${PAGES} 0 R /MediaBox [0 0 ${widthPt} ${heightPt}] ` +
    `/Resources << /Font << ${fonts} >> /XObject << ${pictures} >> >> /Contents ${content} 0 R ${entries} >>`
  );
}

function pictureObject({ width, height, rgb }: WrittenPicture): Buffer {
  return streamObject(
    `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8`,
    Buffer.from(rgb),
  );
}

function streamObject(entries: string, data: Buffer): Buffer {
  const packed = deflateSync(data);
  return Buffer.concat([
    Buffer.from(`<< ${entries} /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`),
    packed,
    Buffer.from('\nendstream'),
  ]);
}

function assemble(bodies: ReadonlyMap<number, Buffer>, trailer: string): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', LATIN1)];
  const offsets = new Map<number, number>();
  let at = parts[0]?.length ?? 0;
  const numbers = [...bodies.keys()].sort((one, other) => one - other);
  const push = (part: Buffer) => {
    parts.push(part);
    at += part.length;
  };
  for (const number of numbers) {
    offsets.set(number, at);
    push(Buffer.from(`${number} 0 obj\n`));
    push(bodies.get(number) ?? Buffer.alloc(0));
    push(Buffer.from('\nendobj\n'));
  }
  const start = at;
  const size = (numbers.at(-1) ?? 0) + 1;
  const rows = Array.from({ length: size }, (_, number) => {
    const offset = offsets.get(number);
    return offset === undefined
      ? '0000000000 65535 f \n'
      : `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  push(
    Buffer.from(
      `xref\n0 ${size}\n${rows.join('')}trailer\n<< /Size ${size} /Root 1 0 R /Info ${FIRST_EXTRA - 1} 0 R ${trailer} >>\n` +
        `startxref\n${start}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}
