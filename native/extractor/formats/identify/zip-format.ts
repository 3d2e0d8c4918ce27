import type { FileFormat } from '../../../../contract/documents/extracted.ts';
import type { ForeignFile } from '../../reader.ts';
import { ZipArchive } from '../zip/zip-archive.ts';

const maxTypesBytes = 4 * 1024 * 1024;

/** Types of main parts, as `[Content_Types].xml` gives them, with macros and as templates too. */
const mainTypes: ReadonlyArray<readonly [RegExp, FileFormat]> = [
  [
    /(wordprocessingml\.(document|template)|ms-word\.(document|template)\.macroEnabled(Template)?)\.main\+xml/u,
    'docx',
  ],
  [
    /(presentationml\.(presentation|slideshow|template)|ms-powerpoint\.(presentation|slideshow|template)\.macroEnabled)\.main\+xml/u,
    'pptx',
  ],
  [
    /(spreadsheetml\.(sheet|template)|ms-excel\.(sheet|template)\.macroEnabled)\.main\+xml/u,
    'xlsx',
  ],
];
const mainParts: ReadonlyArray<readonly [string, FileFormat]> = [
  ['word/document.xml', 'docx'],
  ['ppt/presentation.xml', 'pptx'],
  ['xl/workbook.xml', 'xlsx'],
];

/**
 * What an archive is, by what it holds; undefined for one that is none of the formats that are read.
 * @throws AppError as `ZipArchive.open` and `bytes` do
 */
export async function zipFormat(file: ForeignFile): Promise<FileFormat | undefined> {
  const archive = await ZipArchive.open(file);
  const types = (await archive.bytes('[Content_Types].xml', maxTypesBytes))?.toString('utf8');
  const byType =
    types === undefined ? undefined : mainTypes.find(([type]) => type.test(types))?.[1];
  if (byType !== undefined) return byType;
  const mediaType =
    archive.sizeHintBytes('mimetype') < 200 ? await archive.bytes('mimetype', 200) : undefined;
  if (mediaType?.toString('latin1').trim() === 'application/epub+zip') return 'epub';
  if (archive.has('META-INF/container.xml')) return 'epub';
  return mainParts.find(([part]) => archive.has(part))?.[1];
}
