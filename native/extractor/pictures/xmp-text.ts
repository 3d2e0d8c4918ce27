const MIN_CHARS = 3;
/** Identifiers and settings of programs are one word, or shorter than a sentence. */
const MIN_ATTRIBUTE_CHARS = 40;

/**
 * The texts of an XMP packet: what stands between its tags and holds more than one word, and attributes as long as a
 * sentence. The packet is looked at as text, not as XML: nothing in it is resolved.
 */
export function readXmp(packet: string): string[] {
  const texts: string[] = [];
  for (const [, text = ''] of packet.matchAll(/>([^<>]+)</g)) {
    const plain = unescaped(text);
    if (plain.length >= MIN_CHARS && /\s/.test(plain)) texts.push(plain);
  }
  for (const [, text = ''] of packet.matchAll(/="([^"<>]+)"/g)) {
    const plain = unescaped(text);
    if (plain.length >= MIN_ATTRIBUTE_CHARS && /\s/.test(plain)) texts.push(plain);
  }
  return texts;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string {
  return text
    .replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,4});/gi, (whole, name: string) => entity(name) ?? whole)
    .replace(/\s+/g, ' ')
    .trim();
}

function entity(name: string): string | null {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? null;
  const isHex = /^#x/i.test(name);
  const code = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10);
  return code <= 0x10ffff ? String.fromCodePoint(code) : null;
}
