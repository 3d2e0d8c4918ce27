import type {
  DocumentId,
  DocumentSummary,
  NumberedPassage,
  PassageId,
} from '../../contract/documents/documents.ts';
import { type Block, type FileFormat, isPicture } from '../../contract/documents/extracted.ts';

const formats: Readonly<Record<string, FileFormat>> = {
  ...{ pdf: 'pdf', docx: 'docx', pptx: 'pptx', xlsx: 'xlsx', epub: 'epub', html: 'html' },
  ...{ md: 'markdown', txt: 'text', csv: 'csv', json: 'json', ts: 'code' },
  ...{ png: 'png', jpg: 'jpeg', webp: 'webp', gif: 'gif', avif: 'avif', heic: 'heic' },
};

/** What a file's name says it is; the fake believes it. */
export function sampleFormat(name: string): FileFormat {
  return formats[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'text';
}

const sentences = [
  'The budget of Project Falcon is 48210. It was agreed in spring and covers the harbour works.',
  'The deadline of Project Falcon is May. The owner is Iris, who may move it by two weeks.',
  'The harbour lies in Keelung, where it rains on two days of three. Work stops in heavy seas.',
  '專案的密碼是4821。請不要寫在紙上，也不要告訴任何人。',
];

function lineBox(page: number, place: number, width: number) {
  return { page, left: 0.12, top: 0.16 + place * 0.09, width, height: 0.024 };
}

/** The blocks of the sample report; those of a PDF know where their lines lie. */
export function sampleBlocks(format: FileFormat, pageCount: number): Block[] {
  const blocks: Block[] = [];
  for (let page = 1; page <= pageCount; page += 1) {
    const place = format === 'pdf' ? { page } : {};
    blocks.push({ kind: 'heading', level: 2, text: `Chapter ${page}`, ...place });
    for (const [index, text] of sentences.entries()) {
      const half = text.indexOf('. ') + 1 || text.length;
      const lines = [
        { start: 0, end: half, box: lineBox(page, index * 1.4, 0.7) },
        { start: half, end: text.length, box: lineBox(page, index * 1.4 + 0.4, 0.5) },
      ];
      blocks.push({
        kind: 'paragraph',
        text,
        ...place,
        ...(format === 'pdf' ? { lines: lines.filter(({ start, end }) => end > start) } : {}),
      });
    }
  }
  return blocks;
}

/** A document of the fake that was read; `change` says otherwise. */
export function sampleDocument(
  name: string,
  change: Partial<DocumentSummary> = {},
): DocumentSummary {
  const format = sampleFormat(name);
  const isSeen = isPicture(format);
  return {
    id: `d-${name.slice(-40)}` as DocumentId,
    name,
    fileBytes: 184_320,
    contentHash: 'a'.repeat(64),
    addedAtMs: 0,
    format,
    state: { state: 'ready' },
    summary: {
      format,
      title: null,
      pageCount: format === 'pdf' ? 3 : null,
      textChars: isSeen ? 0 : 1200,
      hidden: [],
      leftOut: [],
      scannedPages: [],
      ...(isSeen ? { widthPx: 640, heightPx: 480 } : {}),
    },
    textTokens: isSeen ? 0 : 420,
    passageCount: isSeen ? 0 : 12,
    embeddedCount: 0,
    ...change,
  };
}

/** The sentences of the sample report as passages 1 to 4, with their place in its text. */
export function samplePassages(document: DocumentSummary): NumberedPassage[] {
  const isPdf = document.format === 'pdf';
  const heading = 'Chapter 1';
  let start = heading.length + 2;
  return sentences.map((text, index) => {
    const from = start;
    start += text.length + 2;
    const boxes = [lineBox(1, index * 1.4, 0.7), lineBox(1, index * 1.4 + 0.4, 0.5)];
    return {
      id: `${document.id}-${index + 1}` as PassageId,
      documentId: document.id,
      documentName: document.name,
      text,
      start: from,
      end: from + text.length,
      headingPath: [heading],
      page: isPdf ? 1 : null,
      part: null,
      boxes: isPdf ? boxes : [],
      isHidden: false,
      number: index + 1,
    };
  });
}

/** A page, or a picture, as the fake draws it: a drawing in the address itself. */
export function sampleDrawing(document: DocumentSummary, page: number, maxPx: number) {
  const isSeen = document.format !== null && isPicture(document.format);
  const [width, height] = isSeen ? [640, 480] : [595, 842];
  const scale = maxPx / Math.max(width, height);
  const lines = sentences.map(
    (text, index) =>
      `<text x="71" y="${150 + index * 106}" font-size="13">${text.slice(0, 62)}</text>`,
  );
  const content = isSeen
    ? '<rect width="640" height="480" fill="#cfe3f5"/><circle cx="320" cy="240" r="150" fill="#c62828"/>'
    : `<rect width="595" height="842" fill="#fff"/><text x="71" y="110" font-size="18">Chapter ${page}</text>${lines.join('')}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${content}</svg>`;
  return {
    path: `data:image/svg+xml,${encodeURIComponent(svg)}`,
    widthPx: Math.round(width * scale),
    heightPx: Math.round(height * scale),
  };
}
