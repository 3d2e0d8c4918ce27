import { TextDecoder } from 'node:util';
import type { Block } from '../../../../contract/documents/extracted.ts';
import type { ForeignFile } from '../../reader.ts';
import { StyleSheet } from '../html/css-rules.ts';
import { HtmlPage } from '../html/html-page.ts';
import { collectStyles, declaredIn } from '../html/html-reader.ts';
import { LeftOutCounts, type RawReading } from '../raw-reader.ts';
import { detectEncoding } from '../text/encoding.ts';
import { ZipArchive } from '../zip/zip-archive.ts';
import { type Book, type BookItem, isPage, linkedPath, pageOf, readBook } from './epub-book.ts';

const maxChapterBytes = 32 * 1024 * 1024;
const maxStyleBytes = 1024 * 1024;
const writeChars = 128 * 1024;

/**
 * EPUB: chapters in reading order, each named by its first heading. What its styles keep from view and pages that
 * belong to the book and to no place in it are hidden blocks.
 */
export async function* readEpub(file: ForeignFile): RawReading {
  const leftOut = new LeftOutCounts();
  const archive = await ZipArchive.open(file);
  const book = await readBook(archive, file.name);
  const chapters = new Chapters(archive, leftOut);
  const read = new Set<string>();
  for (const [at, id] of book.spine.entries()) {
    const page = pageOf(book, id);
    if (page === undefined || !archive.has(page.path)) leftOut.add('damaged-part');
    else if (!read.has(page.path) && !page.isNavigation) {
      read.add(page.path);
      yield { blocks: await chapters.read(page.path), fraction: at / book.spine.length };
    }
  }
  for (const item of outsideSpine(book, read)) {
    if (!archive.has(item.path)) continue;
    const blocks = await chapters.read(item.path);
    const hidden = blocks.map(
      (block): Block => ({ ...block, hidden: block.hidden ?? 'epub-hidden' }),
    );
    yield { blocks: hidden, fraction: 1 };
  }
  const pictures = [...book.items.values()].filter((item) => item.mediaType.startsWith('image/'));
  leftOut.add('pictures', pictures.length);
  return { title: book.title, pageCount: null, leftOut };
}

function outsideSpine(book: Book, read: ReadonlySet<string>): BookItem[] {
  return [...book.items.values()].filter(
    (item) => isPage(item) && !item.isNavigation && !read.has(item.path),
  );
}

class Chapters {
  readonly #archive: ZipArchive;
  readonly #leftOut: LeftOutCounts;
  readonly #sheets = new Map<string, string>();

  constructor(archive: ZipArchive, leftOut: LeftOutCounts) {
    this.#archive = archive;
    this.#leftOut = leftOut;
  }

  async read(path: string): Promise<Block[]> {
    const bytes = await this.#archive.bytes(path, maxChapterBytes);
    if (bytes === undefined) return [];
    const encoding = detectEncoding(bytes, declaredIn(bytes.toString('latin1', 0, 4096)));
    const text = openedAndClosed(new TextDecoder(encoding).decode(bytes));
    // Pictures are counted by the book's own list.
    const page = new HtmlPage({
      leftOut: new LeftOutCounts(),
      styles: await this.#styles(text, path),
      hiddenAs: 'epub-hidden',
      hasLinkedStyles: true,
    });
    const blocks: Block[] = [];
    for (let at = 0; at < text.length; at += writeChars) {
      blocks.push(...page.write(text.slice(at, at + writeChars)));
    }
    blocks.push(...page.finish());
    if (page.isCut) this.#leftOut.add('damaged-part');
    const heading = blocks.find(({ kind, hidden }) => kind === 'heading' && hidden === undefined);
    const part = (heading?.text ?? page.title ?? '')
      .replace(/\s+/gu, ' ')
      .slice(0, 200)
      .toWellFormed();
    return part === '' ? blocks : blocks.map((block) => ({ ...block, part }));
  }

  /** Its own styles and those of the book that it links to. */
  async #styles(text: string, path: string): Promise<StyleSheet> {
    const styles = new StyleSheet();
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const head = text.slice(0, 20_000);
    for (const [tag] of head.matchAll(/<link\b[^<>]{0,500}>/giu)) {
      const link = /\bhref\s*=\s*["']([^"']{1,300})["']/iu.exec(tag)?.[1];
      if (link !== undefined && /stylesheet/iu.test(tag))
        styles.add(await this.#sheet(linkedPath(folder, link)));
    }
    collectStyles([{ text }], styles);
    return styles;
  }

  async #sheet(path: string): Promise<string> {
    const known = this.#sheets.get(path);
    if (known !== undefined) return known;
    const isFitting = this.#archive.sizeHintBytes(path) <= maxStyleBytes;
    const bytes = isFitting ? await this.#archive.bytes(path, maxStyleBytes) : undefined;
    const sheet = bytes?.toString('utf8') ?? '';
    this.#sheets.set(path, sheet);
    return sheet;
  }
}

const voidTags = /^(area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/iu;

/** `<a id="x"/>`, which is XML, as `<a id="x"></a>`: in HTML it would stay open. */
function openedAndClosed(text: string): string {
  const isXml = /^\s*(<\?xml|<!DOCTYPE[^>]*XHTML|<html[^>]*xmlns)/iu.test(text.slice(0, 2000));
  if (!isXml) return text;
  return text
    .replace(
      /<([a-z][a-z0-9]{0,20})((?:\s[^<>]{0,2000})?)\/>/giu,
      (whole, tag: string, rest: string) =>
        voidTags.test(tag) ? whole : `<${tag}${rest}></${tag}>`,
    )
    .replace(/<!\[CDATA\[([^\]]*)\]\]>/gu, (_, inside: string) =>
      inside.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
    );
}
