const maxNameChars = 200;
/** Most file systems take 255 bytes; `.part.json` must still fit. */
const maxNameBytes = 230;
const reservedOnWindows = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
const forbidden = /[/\\:*?"<>|]/;
/** Control, format (bidi, zero width, tags), surrogate, private and unassigned characters, line ends. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
const edges = /^[\s.~-]|[\s.]$/u;

/**
 * True when `name` is one file name on every system we run on: no folder, drive or stream, no name
 * Windows keeps for devices, nothing invisible, no dot or blank at the ends.
 */
export function isSafeFileName(name: string): boolean {
  if (name.length === 0 || name.length > maxNameChars) return false;
  if (new TextEncoder().encode(name).length > maxNameBytes) return false;
  if (forbidden.test(name) || invisible.test(name) || edges.test(name)) return false;
  return !reservedOnWindows.test(name) && name === name.normalize('NFC');
}

function cutToBytes(text: string, maxBytes: number): string {
  const bytes = new TextEncoder();
  let kept = '';
  let size = 0;
  for (const char of text) {
    size += bytes.encode(char).length;
    if (size > maxBytes || kept.length >= maxNameChars - 10) break;
    kept += char;
  }
  return kept;
}

/** The nearest safe name to one a person's file has, keeping the ending `.gguf`. */
export function cleanFileName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const stem = last
    .replace(/\.gguf$/i, '')
    .replace(new RegExp(invisible, 'gu'), '')
    .replace(new RegExp(forbidden, 'g'), '-')
    .replace(/^[\s.~-]+|[\s.]+$/gu, '');
  const short = cutToBytes(stem, 200).trimEnd();
  const cleaned = `${short}.gguf`;
  return isSafeFileName(cleaned) ? cleaned : `model-${short.replace(/[^\w-]/g, '')}.gguf`;
}

/** `name.gguf`, `name (2).gguf`, … : the first that `isTaken` does not know. */
export function freeFileName(name: string, isTaken: (name: string) => boolean): string {
  const stem = name.replace(/\.gguf$/i, '');
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${stem} (${count}).gguf`;
    if (!isTaken(candidate)) return candidate;
  }
}
