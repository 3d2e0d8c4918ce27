import { AppError } from '../../../../contract/errors/app-error.ts';
import { readWholeXml, type XmlElement } from '../xml/xml-reader.ts';
import type { ZipArchive } from '../zip/zip-archive.ts';

export interface BookItem {
  id: string;
  /** Its name in the archive. */
  path: string;
  mediaType: string;
  fallback: string | undefined;
  isNavigation: boolean;
}

/** What a book says of its parts. */
export interface Book {
  title: string | null;
  items: ReadonlyMap<string, BookItem>;
  /** Ids of items, in reading order. */
  spine: readonly string[];
}

const maxItems = 10_000;
/** Letters drawn by a font that only this book may use: no text is hidden by it. */
const fontKeys = /idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc#RC/u;

/**
 * Reads the package document of a book.
 * @throws AppError `document.broken` when there is none, `document.encrypted` when its text is
 */
export async function readBook(archive: ZipArchive, name: string): Promise<Book> {
  const path = await packagePath(archive);
  if (path === undefined || !archive.has(path)) {
    throw new AppError('document.broken', { name, detail: 'epub-package' });
  }
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const items = new Map<string, BookItem>();
  const spine: string[] = [];
  let title = '';
  let isTitle = false;
  await readWholeXml(archive.read(path), {
    open: (element) => {
      isTitle = element.name === 'dc:title' && title === '';
      if (element.name === 'opf:item' && items.size < maxItems) {
        const item = itemOf(element, folder);
        items.set(item.id, item);
      } else if (element.name === 'opf:itemref' && spine.length < maxItems) {
        spine.push(element.get('idref') ?? '');
      }
    },
    close: () => {
      isTitle = false;
    },
    text: (text) => {
      if (isTitle && title.length < 1000) title += text;
    },
  });
  if (spine.length === 0) throw new AppError('document.broken', { name, detail: 'epub-spine' });
  await requireReadable(archive, name);
  return { title: title.trim() === '' ? null : title.trim(), items, spine };
}

/** The page that stands for an item: itself, or what it falls back to; undefined where that leads to none. */
export function pageOf(book: Book, id: string): BookItem | undefined {
  const seen = new Set<string>();
  for (let item = book.items.get(id); item !== undefined && !seen.has(item.id); ) {
    if (isPage(item)) return item;
    seen.add(item.id);
    item = item.fallback === undefined ? undefined : book.items.get(item.fallback);
  }
  return undefined;
}

export function isPage({ mediaType }: BookItem): boolean {
  return /^(application\/xhtml\+xml|text\/html|text\/x-oeb1-document)$/iu.test(mediaType);
}

/** Where a link in a part leads inside the archive. */
export function linkedPath(folder: string, link: string): string {
  const bare = link.split(/[?#]/u)[0] ?? '';
  let path = bare;
  try {
    path = decodeURIComponent(bare);
  } catch {
    // Taken as it is written.
  }
  const steps: string[] = [];
  for (const step of `${path.startsWith('/') ? '' : folder}${path}`.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}

function itemOf(element: XmlElement, folder: string): BookItem {
  return {
    id: element.get('id') ?? '',
    path: linkedPath(folder, element.get('href') ?? ''),
    mediaType: element.get('media-type') ?? '',
    fallback: element.get('fallback'),
    isNavigation: /\bnav\b/u.test(element.get('properties') ?? ''),
  };
}

async function packagePath(archive: ZipArchive): Promise<string | undefined> {
  let path: string | undefined;
  await readWholeXml(archive.read('META-INF/container.xml'), {
    open: (element) => {
      if (element.name.endsWith(':rootfile')) path ??= element.get('full-path');
    },
    close: () => undefined,
  });
  return path ?? archive.names.find((entry) => entry.endsWith('.opf'));
}

async function requireReadable(archive: ZipArchive, name: string): Promise<void> {
  let isEncrypted = false;
  await readWholeXml(archive.read('META-INF/encryption.xml'), {
    open: (element) => {
      if (element.name !== 'enc:EncryptionMethod') return;
      isEncrypted ||= !fontKeys.test(element.get('Algorithm') ?? '');
    },
    close: () => undefined,
  });
  if (isEncrypted) throw new AppError('document.encrypted', { name });
}
