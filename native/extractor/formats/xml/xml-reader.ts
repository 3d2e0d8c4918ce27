import { TextDecoder } from 'node:util';
import { SaxesParser, type SaxesTagPlain } from 'saxes';

/** An open element: its name and attributes with the usual prefixes, whatever prefixes the file chose. */
export interface XmlElement {
  /** As in `w:p`: see `namespaces`. */
  name: string;
  /** By the name with its usual prefix: `r:id`, `val` where it has none. Undefined if absent. */
  get(attribute: string): string | undefined;
}

/** What is told of each part of the text, in order. */
export interface XmlHandler {
  open(element: XmlElement): void;
  close(name: string): void;
  text?(text: string): void;
}

const maxDepth = 10_000;

/** The last segments of namespaces, in both editions of OOXML, to the prefix that everyone uses. */
const namespaces: ReadonlyArray<readonly [ending: string, prefix: string]> = [
  ['/wordprocessingml/main', 'w'],
  ['/wordprocessingml/2006/main', 'w'],
  ['/spreadsheetml/main', 'x'],
  ['/spreadsheetml/2006/main', 'x'],
  ['/presentationml/main', 'p'],
  ['/presentationml/2006/main', 'p'],
  ['/drawingml/main', 'a'],
  ['/drawingml/2006/main', 'a'],
  ['/officeDocument/relationships', 'r'],
  ['/officeDocument/2006/relationships', 'r'],
  ['/markup-compatibility/2006', 'mc'],
  ['/wordprocessingShape', 'wps'],
  ['/package/2006/relationships', 'rel'],
  ['/package/2006/content-types', 'ct'],
  ['urn:schemas-microsoft-com:vml', 'v'],
  ['urn:schemas-microsoft-com:office:office', 'o'],
  ['http://www.idpf.org/2007/opf', 'opf'],
  ['urn:oasis:names:tc:opendocument:xmlns:container', 'ocf'],
  ['http://purl.org/dc/elements/1.1/', 'dc'],
  ['http://www.w3.org/2001/04/xmlenc#', 'enc'],
  ['http://www.daisy.org/z3986/2005/ncx/', 'ncx'],
  ['/officeDocument/2006/math', 'm'],
  ['/officeDocument/math', 'm'],
  ['/extended-properties', 'app'],
  ['/extendedProperties', 'app'],
];

function usualPrefix(uri: string): string {
  return namespaces.find(([ending]) => uri.endsWith(ending))?.[1] ?? '?';
}

/** Names of one parse; a scope is added where an element declares namespaces. */
class Names {
  #scopes: { depth: number; prefixes: Map<string, string>; known: Map<string, string> }[] = [
    { depth: -1, prefixes: new Map(), known: new Map() },
  ];

  enter(tag: SaxesTagPlain, depth: number): void {
    let prefixes: Map<string, string> | undefined;
    for (const key in tag.attributes) {
      if (!key.startsWith('xmlns')) continue;
      prefixes ??= new Map(this.#scopes.at(-1)?.prefixes);
      prefixes.set(key === 'xmlns' ? '' : key.slice(6), usualPrefix(tag.attributes[key] ?? ''));
    }
    if (prefixes !== undefined) this.#scopes.push({ depth, prefixes, known: new Map() });
  }

  leave(depth: number): void {
    if (this.#scopes.at(-1)?.depth === depth) this.#scopes.pop();
  }

  of(raw: string, isAttribute: boolean): string {
    const scope = this.#scopes.at(-1);
    const key = isAttribute ? `@${raw}` : raw;
    const known = scope?.known.get(key);
    if (known !== undefined) return known;
    const colon = raw.indexOf(':');
    const local = colon < 0 ? raw : raw.slice(colon + 1);
    const prefix = colon < 0 ? '' : raw.slice(0, colon);
    const usual = prefix === '' && isAttribute ? undefined : scope?.prefixes.get(prefix);
    const name = usual === undefined ? raw : `${usual}:${local}`;
    scope?.known.set(key, name);
    return name;
  }
}

class Element implements XmlElement {
  readonly name: string;
  readonly #tag: SaxesTagPlain;
  readonly #names: Names;

  constructor(tag: SaxesTagPlain, names: Names) {
    this.#tag = tag;
    this.#names = names;
    this.name = names.of(tag.name, false);
  }

  get(attribute: string): string | undefined {
    for (const key in this.#tag.attributes) {
      if (this.#names.of(key, true) === attribute) return this.#tag.attributes[key];
    }
    return undefined;
  }
}

/** Why a part could not be read to its end; what was told before stands. */
export class XmlRefused extends Error {
  readonly detail: 'xml-syntax' | 'xml-doctype' | 'xml-nesting' | 'xml-encoding';

  constructor(detail: XmlRefused['detail'], options?: ErrorOptions) {
    super(`XML was refused: ${detail}`, options);
    this.detail = detail;
  }
}

/** A doctype could define entities: files on this machine, or a thousand laughs. None is read. */
function refuseDoctype(): never {
  throw new XmlRefused('xml-doctype');
}

/**
 * Tells `handler` of the XML in `pieces`, and stops after each piece, so that what was gathered can be passed on. No
 * entity but the five of XML is known, no doctype is allowed, nothing outside is ever looked up. Bounded by depth, not
 * by length.
 * @throws XmlRefused where it is no such XML, after all before was told
 */
export async function* readXml(
  pieces: AsyncIterable<Buffer>,
  handler: XmlHandler,
): AsyncGenerator<void> {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const names = new Names();
  let depth = 0;
  parser.on('doctype', refuseDoctype);
  parser.on('opentag', (tag) => {
    names.enter(tag, depth);
    depth += 1;
    if (depth > maxDepth) throw new XmlRefused('xml-nesting');
    handler.open(new Element(tag, names));
  });
  parser.on('closetag', (tag) => {
    depth -= 1;
    handler.close(names.of(tag.name, false));
    names.leave(depth);
  });
  parser.on('text', (text) => handler.text?.(text));
  parser.on('cdata', (text) => handler.text?.(text));
  parser.on('error', (error) => {
    throw new XmlRefused('xml-syntax', { cause: error });
  });
  let decoder: TextDecoder | undefined;
  for await (const piece of pieces) {
    decoder ??= decoderFor(piece);
    parser.write(decoder.decode(piece, { stream: true }));
    yield;
  }
  // A part that is not there says nothing, and is not wrong.
  if (decoder === undefined) return;
  parser.write(decoder.decode());
  parser.close();
  yield;
}

/** By its byte order mark, or by what its declaration names. */
function decoderFor(first: Buffer): TextDecoder {
  const [a, b] = first;
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)) return new TextDecoder('utf-16le');
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c)) return new TextDecoder('utf-16be');
  const declared = /^[^<]*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/u.exec(
    first.toString('latin1', 0, 200),
  );
  try {
    return new TextDecoder(declared?.[1] ?? 'utf-8');
  } catch (error) {
    throw new XmlRefused('xml-encoding', { cause: error });
  }
}

/**
 * Reads a small part at once: what it held before it was refused stands.
 * @returns why it was refused, if it was
 */
export async function readWholeXml(
  pieces: AsyncIterable<Buffer>,
  handler: XmlHandler,
): Promise<XmlRefused | undefined> {
  try {
    for await (const _ of readXml(pieces, handler));
    return undefined;
  } catch (error) {
    if (error instanceof XmlRefused) return error;
    throw error;
  }
}
