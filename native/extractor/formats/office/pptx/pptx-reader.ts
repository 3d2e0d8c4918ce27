import type { Block } from '../../../../../contract/documents/extracted.ts';
import { AppError } from '../../../../../contract/errors/app-error.ts';
import type { ForeignFile } from '../../../reader.ts';
import { LeftOutCounts, type RawReading } from '../../raw-reader.ts';
import type { XmlElement, XmlHandler } from '../../xml/xml-reader.ts';
import { gathered } from '../gathered.ts';
import { OfficePackage } from '../office-package.ts';
import { SlideBackdrop } from './slide-colors.ts';
import { SlideText } from './slide-text.ts';

const maxSlides = 10_000;
/** 10 by 7.5 inches, what a presentation without a size has. */
const usualSize = { widthEmu: 9_144_000, heightEmu: 6_858_000 };

/**
 * PPTX: slides in the order they are shown, the title of each a heading; tables, diagrams. Notes for the speaker,
 * comments, hidden slides and shapes, text beside the slide, white and tiny text are hidden blocks.
 */
export async function* readPptx(file: ForeignFile): RawReading {
  const leftOut = new LeftOutCounts();
  const office = await OfficePackage.open(file, leftOut);
  const main = await office.mainPart('ppt/presentation.xml');
  const presentation = new Presentation();
  await office.readPart(main, presentation);
  const links = new Map((await office.relationships(main)).map((link) => [link.id, link]));
  const slides = presentation.slides.slice(0, maxSlides);
  leftOut.add('too-many-pages', presentation.slides.length - slides.length);
  const backdrops = new Backdrops(office);
  let found = 0;
  for (const [at, id] of slides.entries()) {
    const link = links.get(id);
    if (link === undefined || link.isExternal || !office.archive.has(link.target)) {
      leftOut.add('damaged-part');
      continue;
    }
    found += 1;
    const share = { from: at / slides.length, to: (at + 1) / slides.length };
    const page = at + 1;
    const layout = await linked(office, link.target, 'slideLayout');
    const backdrop = await backdrops.of(layout);
    const slide = new SlideText({ backdrop, page, ...presentation.size });
    yield* office.streamPart(link.target, slide, share);
    yield { blocks: await besideSlide(office, link.target, page, backdrop), fraction: share.to };
  }
  if (found === 0 && slides.length > 0) {
    throw new AppError('document.broken', { name: file.name, detail: 'office-part' });
  }
  return { title: await office.title(), pageCount: slides.length, leftOut };
}

class Presentation implements XmlHandler {
  readonly slides: string[] = [];
  size = usualSize;

  open(element: XmlElement): void {
    if (element.name === 'p:sldId') this.slides.push(element.get('r:id') ?? '');
    if (element.name !== 'p:sldSz') return;
    const widthEmu = Number(element.get('cx'));
    const heightEmu = Number(element.get('cy'));
    if (widthEmu > 0 && heightEmu > 0) this.size = { widthEmu, heightEmu };
  }

  close(): void {}
}

async function linked(
  office: OfficePackage,
  part: string,
  type: string,
): Promise<string | undefined> {
  const links = await office.relationships(part);
  return links.find((link) => link.type === type && !link.isExternal)?.target;
}

/** What lies behind the slides of each layout, read once. */
class Backdrops {
  readonly #office: OfficePackage;
  readonly #known = new Map<string, SlideBackdrop>();

  constructor(office: OfficePackage) {
    this.#office = office;
  }

  async of(layout: string | undefined): Promise<SlideBackdrop> {
    const known = this.#known.get(layout ?? '');
    if (known !== undefined) return known;
    const backdrop = new SlideBackdrop();
    this.#known.set(layout ?? '', backdrop);
    if (layout === undefined) return backdrop;
    const master = await linked(this.#office, layout, 'slideMaster');
    if (master !== undefined) {
      await this.#office.readPart(await linked(this.#office, master, 'theme'), backdrop);
      await this.#office.readPart(master, backdrop);
    }
    await this.#office.readPart(layout, backdrop);
    return backdrop;
  }
}

/** Diagrams, notes and comments of a slide. */
async function besideSlide(
  office: OfficePackage,
  slide: string,
  page: number,
  backdrop: SlideBackdrop,
): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const link of await office.relationships(slide)) {
    if (link.isExternal) continue;
    if (link.type === 'diagramData') {
      const give = (text: string): unknown => blocks.push({ kind: 'paragraph', text, page });
      await office.readPart(link.target, gathered(['p'], give));
    } else if (link.type === 'comments') {
      const give = (text: string): unknown =>
        blocks.push({ kind: 'paragraph', text, page, hidden: 'comment' });
      await office.readPart(link.target, gathered(['cm'], give));
    } else if (link.type === 'notesSlide') {
      const notes = new SlideText({ backdrop, page, ...usualSize, hidden: 'speaker-notes' });
      await office.readPart(link.target, notes);
      blocks.push(...notes.take());
    }
  }
  return blocks;
}
