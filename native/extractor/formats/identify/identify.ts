import type { FileFormat } from '../../../../contract/documents/extracted.ts';
import { AppError } from '../../../../contract/errors/app-error.ts';
import { readBuffer } from '../../file-pieces.ts';
import type { ForeignFile } from '../../reader.ts';
import { isOtherKind, magicFormat } from './magic.ts';
import { textFormat } from './text-format.ts';
import { zipFormat } from './zip-format.ts';

const headBytes = 64 * 1024;
const tailBytes = 2048;
const oleSearchBytes = 8 * 1024 * 1024;

/**
 * What a file is, by its content: what its first bytes say, what an archive holds, then what kind of text it is. Its
 * name decides only between kinds of text that look alike.
 * @throws AppError `document.unsupported`, `document.encrypted`, `document.broken` and `document.too-large` (an archive)
 */
export async function identify(file: ForeignFile): Promise<FileFormat> {
  const head = readBuffer(file, 0, headBytes);
  const unsupported = new AppError('document.unsupported', { name: file.name });
  const byMagic = magicFormat(head);
  if (byMagic !== undefined && byMagic !== 'zip' && byMagic !== 'ole') return byMagic;
  if (byMagic === 'zip') {
    const format = await zipFormat(file);
    if (format === undefined) throw unsupported;
    return format;
  }
  if (byMagic === 'ole') {
    if (!isEncryptedOffice(file)) throw unsupported;
    throw new AppError('document.encrypted', { name: file.name });
  }
  if (isLatePdf(file, head)) return 'pdf';
  const format = isOtherKind(head) ? undefined : textFormat(head, file);
  if (format === undefined) throw unsupported;
  return format;
}

/** A PDF may begin a little after the beginning of the file; it then has its end as PDFs do. */
function isLatePdf(file: ForeignFile, head: Buffer): boolean {
  if (!/(^|[\r\n])%PDF-[12]\.\d/u.test(head.toString('latin1', 0, 1024))) return false;
  const tail = readBuffer(file, Math.max(0, file.fileBytes - tailBytes), tailBytes).toString(
    'latin1',
  );
  return tail.includes('startxref') || tail.includes('%%EOF');
}

/** Office files with a password are no archives: they keep one in a stream of this name. */
function isEncryptedOffice(file: ForeignFile): boolean {
  const mark = Buffer.from('EncryptedPackage', 'utf16le');
  for (
    let position = 0;
    position < Math.min(file.fileBytes, oleSearchBytes);
    position += headBytes
  ) {
    if (readBuffer(file, position, headBytes + mark.byteLength).includes(mark)) return true;
  }
  return false;
}
