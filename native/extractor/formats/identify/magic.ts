import type { FileFormat } from '../../../../contract/documents/extracted.ts';

const formats: ReadonlyArray<readonly [hex: string, format: FileFormat | 'zip' | 'ole']> = [
  ['255044462d', 'pdf'],
  ['89504e470d0a1a0a', 'png'],
  ['ffd8ff', 'jpeg'],
  ['474946383761', 'gif'],
  ['474946383961', 'gif'],
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
  ['d0cf11e0a1b11ae1', 'ole'],
];

/** Kinds of file that are not read and might pass for text, or that hold text worth refusing. */
const otherKinds: readonly string[] = [
  '47475546', // GGUF
  '7f454c46', // ELF
  '4d5a9000', // Windows program
  'cafebabe',
  'feedface',
  'feedfacf',
  'cefaedfe',
  'cffaedfe',
  '1f8b', // gzip
  '425a68', // bzip2
  'fd377a585a00', // xz
  '28b52ffd', // zstd
  '377abcaf271c', // 7z
  '526172211a07', // rar
  '7b5c727466', // RTF
  '53514c69746520666f726d6174', // SQLite
  '494433', // MP3
  '4f676753', // Ogg
  '664c6143', // FLAC
  '0061736d', // WebAssembly
  '49492a00', // TIFF
  '4d4d002a',
  '00000100', // ICO
  '38425053', // PSD
];

/** By the first bytes; undefined when they are no mark of a format that is read. */
export function magicFormat(head: Buffer): FileFormat | 'zip' | 'ole' | undefined {
  const hex = head.toString('hex', 0, 16);
  const found = formats.find(([mark]) => hex.startsWith(mark));
  if (found !== undefined) return found[1];
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP')
    return 'webp';
  return head.toString('latin1', 4, 8) === 'ftyp' ? brandFormat(head) : undefined;
}

/** AVIF and HEIC are one kind of container: its brands tell. */
function brandFormat(head: Buffer): FileFormat | undefined {
  const boxBytes = Math.min(head.readUInt32BE(0), 256, head.byteLength);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= boxBytes; at += 4) brands.push(head.toString('latin1', at, at + 4));
  if (brands.some((brand) => /^avi[fs]$/u.test(brand))) return 'avif';
  return brands.some((brand) => /^(he(ic|ix|im|is|vc|vx)|mif1|msf1)$/u.test(brand))
    ? 'heic'
    : undefined;
}

/** Whether the first bytes are the mark of something that is not read. */
export function isOtherKind(head: Buffer): boolean {
  const hex = head.toString('hex', 0, 16);
  if (otherKinds.some((mark) => hex.startsWith(mark))) return true;
  // "BM" may begin a sentence; a picture's reserved bytes are zero.
  return hex.startsWith('424d') && hex.slice(12, 20) === '00000000';
}
