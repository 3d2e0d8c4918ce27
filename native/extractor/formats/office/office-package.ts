import { AppError } from '../../../../contract/errors/app-error.ts';
import type { ForeignFile, ReadChunk } from '../../reader.ts';
import type { LeftOutCounts } from '../raw-reader.ts';
import { readWholeXml, readXml, type XmlHandler, XmlRefused } from '../xml/xml-reader.ts';
import { ZipArchive } from '../zip/zip-archive.ts';

/** A link from one part to another, or to the outside, which is never followed. */
export interface Relationship {
  id: string;
  /** The last word of its type: `styles`, `hyperlink`. */
  type: string;
  /** Of a part: its name in the archive. */
  target: string;
  isExternal: boolean;
}

/** The parts that files of DOCX, PPTX and XLSX are made of. */
export class OfficePackage {
  readonly archive: ZipArchive;
  readonly #name: string;
  readonly #leftOut: LeftOutCounts;

  private constructor(archive: ZipArchive, name: string, leftOut: LeftOutCounts) {
    this.archive = archive;
    this.#name = name;
    this.#leftOut = leftOut;
  }

  /**
   * Opens it and counts what it holds beside text: macros, embedded files, pictures, links to other files.
   * @throws AppError as `ZipArchive.open` does
   */
  static async open(file: ForeignFile, leftOut: LeftOutCounts): Promise<OfficePackage> {
    const archive = await ZipArchive.open(file);
    for (const name of archive.names) {
      if (/\/vba[^/]*\.bin$|\/activeX\/[^/]+\.bin$|\/macrosheets\/[^/]+\.xml$/iu.test(name))
        leftOut.add('macros');
      else if (/\/embeddings\/[^/]+$/iu.test(name)) leftOut.add('embedded-files');
      else if (/\/media\/[^/]+$/iu.test(name)) leftOut.add('pictures');
      else if (/\/externalLinks\/[^/]+\.xml$|\/connections\.xml$/iu.test(name))
        leftOut.add('external-links');
    }
    return new OfficePackage(archive, file.name, leftOut);
  }

  /**
   * The part that a file of this kind begins with.
   * @throws AppError `document.broken` when there is none
   */
  async mainPart(usual: string): Promise<string> {
    const links = await this.relationships('');
    const main = links.find(({ type, isExternal }) => type === 'officeDocument' && !isExternal);
    const part = main !== undefined && this.archive.has(main.target) ? main.target : usual;
    if (this.archive.has(part)) return part;
    throw new AppError('document.broken', { name: this.#name, detail: 'office-part' });
  }

  /** Links of a part (`''`: of the whole file). Those to the outside are counted, but for links to click on. */
  async relationships(part: string): Promise<Relationship[]> {
    const slash = part.lastIndexOf('/') + 1;
    const folder = part.slice(0, slash);
    const found: Relationship[] = [];
    const refused = await readWholeXml(
      this.archive.read(`${folder}_rels/${part.slice(slash)}.rels`),
      {
        open: (element) => {
          if (!element.name.endsWith(':Relationship')) return;
          const type = element.get('Type')?.split('/').at(-1) ?? '';
          const isExternal = element.get('TargetMode') === 'External';
          const target = element.get('Target') ?? '';
          found.push({
            id: element.get('Id') ?? '',
            type,
            target: isExternal ? target : partName(folder, target),
            isExternal,
          });
          if (isExternal && type !== 'hyperlink') this.#leftOut.add('external-links');
        },
        close: () => undefined,
      },
    );
    if (refused !== undefined) this.#leftOut.add('damaged-part');
    return found;
  }

  /** Reads a part at once; one that is not there or is refused gives what it gave. */
  async readPart(part: string | undefined, handler: XmlHandler): Promise<void> {
    if (part === undefined || !this.archive.has(part)) return;
    const refused = await readWholeXml(this.archive.read(part), handler);
    if (refused !== undefined) this.#leftOut.add('damaged-part');
  }

  /**
   * Reads a part as it unpacks, and gives what `handler` has gathered after each piece. Where the XML is refused it
   * ends; what was gathered before stands, and the part counts as damaged.
   * @returns whether the part was read to its end
   */
  async *streamPart(
    part: string,
    handler: XmlHandler & { take(): ReadChunk['blocks'] },
    share: { from: number; to: number },
  ): AsyncGenerator<ReadChunk, boolean, undefined> {
    const expectedBytes = Math.max(1, this.archive.sizeHintBytes(part));
    let readBytes = 0;
    const counted = async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const piece of pieces) {
        readBytes += piece.byteLength;
        yield piece;
      }
    };
    let isWhole = true;
    try {
      for await (const _ of readXml(counted(this.archive.read(part)), handler)) {
        const done = Math.min(1, readBytes / expectedBytes);
        yield { blocks: handler.take(), fraction: share.from + (share.to - share.from) * done };
      }
    } catch (error) {
      if (!(error instanceof XmlRefused)) throw error;
      this.#leftOut.add('damaged-part');
      isWhole = false;
    }
    if (isWhole && readBytes === 0) {
      this.#leftOut.add('damaged-part');
      isWhole = false;
    }
    yield { blocks: handler.take(), fraction: share.to };
    return isWhole;
  }

  /** The title that the file's properties give, if any. */
  async title(): Promise<string | null> {
    const links = await this.relationships('');
    const core = links.find(({ type, isExternal }) => type === 'core-properties' && !isExternal);
    const text: string[] = [];
    let isTitle = false;
    await this.readPart(core?.target ?? 'docProps/core.xml', {
      open: ({ name }) => {
        isTitle = name === 'dc:title';
      },
      close: () => {
        isTitle = false;
      },
      text: (piece) => {
        if (isTitle) text.push(piece);
      },
    });
    const title = text.join('').trim();
    return title === '' ? null : title;
  }
}

/** Where a link leads, inside the archive: never above its root. */
function partName(folder: string, target: string): string {
  const path = target.startsWith('/') ? target : `${folder}${target}`;
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  const joined = steps.join('/');
  try {
    return decodeURIComponent(joined);
  } catch {
    return joined;
  }
}

/** Whether a switch such as `<w:vanish/>` is on. */
export function isOn(value: string | undefined): boolean {
  return value === undefined || !/^(0|false|off|none)$/u.test(value);
}

/** White to an eye: `rrggbb`, with or without two digits of opacity before it. */
export function isWhite(color: string | undefined): boolean {
  return color !== undefined && /^(..)?f[5-9a-f]f[5-9a-f]f[5-9a-f]$/iu.test(color);
}
