import { chapter, epub } from '../testing/office-files.ts';
import type { BadInput, BadRow } from './bad-input.ts';
import { laughs, xxe } from './entities.ts';

const page = chapter('<h1>One</h1><p>Shown text</p>');
const book = (
  name: string,
  writing: Partial<Parameters<typeof epub>[0]>,
  more: Partial<BadInput>,
): BadInput => ({
  name,
  file: 'a.epub',
  make: () => epub({ chapters: { 'a.xhtml': page }, ...writing }),
  ...more,
});
const isRead = { format: 'epub', holds: 'Shown text' } as const;

/** Row 5: books that break the rules of books. */
export const brokenBooks: BadRow = [
  book(
    'fallbacks in a circle',
    {
      manifest:
        '<item id="x" href="x.bin" media-type="a/b" fallback="y"/><item id="y" href="y.bin" media-type="a/b" fallback="x"/>',
      spine: '<itemref idref="x"/><itemref idref="c0"/>',
    },
    isRead,
  ),
  book(
    'a fallback to itself',
    {
      manifest: '<item id="x" href="x.bin" media-type="a/b" fallback="x"/>',
      spine: '<itemref idref="x"/><itemref idref="c0"/>',
    },
    isRead,
  ),
  book(
    'a fallback to a page',
    {
      manifest: '<item id="x" href="x.bin" media-type="a/b" fallback="c0"/>',
      spine: '<itemref idref="x"/>',
    },
    isRead,
  ),
  book(
    'a chapter that is missing',
    { spine: '<itemref idref="none"/><itemref idref="c0"/>' },
    isRead,
  ),
  book('a chapter ten times', { spine: '<itemref idref="c0"/>'.repeat(10) }, isRead),
  book('an empty spine', { spine: ' ' }, { code: 'document.broken', detail: 'epub-spine' }),
  book(
    'no package document',
    { parts: { 'META-INF/container.xml': '<container/>', 'OPS/book.opf': '' } },
    { code: 'document.broken' },
  ),
  book(
    'a package document that is elsewhere',
    {
      parts: {
        'META-INF/container.xml':
          '<c:container xmlns:c="urn:oasis:names:tc:opendocument:xmlns:container"><c:rootfile full-path="../../etc/passwd"/></c:container>',
      },
    },
    { code: 'document.broken', detail: 'epub-package' },
  ),
  book(
    'a package document that breaks off',
    {
      parts: {
        'OPS/book.opf':
          '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="c0" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c0"/>',
      },
    },
    isRead,
  ),
  book(
    'a package with an external entity',
    {
      parts: {
        'OPS/book.opf': `${xxe}<package xmlns="http://www.idpf.org/2007/opf">&e;</package>`,
      },
    },
    { code: 'document.broken' },
  ),
  book(
    'chapters that climb out',
    {
      manifest: '<item id="x" href="../../../etc/passwd" media-type="application/xhtml+xml"/>',
      spine: '<itemref idref="x"/><itemref idref="c0"/>',
    },
    { ...isRead, lacks: 'root:' },
  ),
  book(
    'a chapter on a server',
    {
      manifest:
        '<item id="x" href="http://127.0.0.1:9/x.xhtml" media-type="application/xhtml+xml"/>',
      spine: '<itemref idref="x"/><itemref idref="c0"/>',
    },
    isRead,
  ),
  book(
    'a chapter that is not well-formed',
    { chapters: { 'a.xhtml': `${page.replace('</h1>', '</h2>')}<p>&undefined; <b>Open` } },
    isRead,
  ),
  book(
    'a chapter with an external entity',
    { chapters: { 'a.xhtml': page.replace('<!DOCTYPE html>', xxe).replace('Shown', '&e;Shown') } },
    { ...isRead, lacks: 'root:' },
  ),
  book(
    'a chapter with a thousand million laughs',
    {
      chapters: {
        'a.xhtml': page.replace('<!DOCTYPE html>', laughs).replace('Shown', '&a20;Shown'),
      },
    },
    isRead,
  ),
  book(
    'a chapter in UTF-16',
    { parts: { 'OPS/a.xhtml': Buffer.from(`\ufeff${page}`, 'utf16le') } },
    isRead,
  ),
  book(
    'a title that is closed as it opens',
    { chapters: { 'a.xhtml': chapter('<p>Shown text</p>', '<title/><script src="x"/>') } },
    isRead,
  ),
  book(
    'a book that is locked',
    {
      parts: {
        'META-INF/encryption.xml':
          '<encryption><e:EncryptedData xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></e:EncryptedData></encryption>',
      },
    },
    { code: 'document.encrypted' },
  ),
  book(
    'fonts that are locked',
    {
      parts: {
        'META-INF/encryption.xml':
          '<encryption><e:EncryptedData xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/></e:EncryptedData></encryption>',
      },
    },
    isRead,
  ),
  book(
    '9,000 chapters',
    {
      manifest: Array.from(
        { length: 9000 },
        (_, at) => `<item id="n${at}" href="n${at}.xhtml" media-type="application/xhtml+xml"/>`,
      ).join(''),
      spine: `${Array.from({ length: 9000 }, (_, at) => `<itemref idref="n${at}"/>`).join('')}<itemref idref="c0"/>`,
    },
    isRead,
  ),
];
