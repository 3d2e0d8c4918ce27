import type { NormalisationRule } from './e5-container.ts';
import { littleEndian } from './gguf-head.ts';

/** Node of the tree over the UTF-8 bytes of what is replaced. */
interface TreeNode {
  children: Map<number, TreeNode>;
  /** Where its replacement begins among the strings, where it has one. */
  value: number | undefined;
}

const blockUnits = 256;
const hasValueBit = 1 << 8;
const isValueBit = 2 ** 31;
/** Offsets from here on would need the format's wide form, which a few thousand rules never do. */
const maxOffset = 2 ** 21;

/**
 * The table by which llama.cpp replaces characters before it cuts text into pieces: SentencePiece's
 * `precompiled_charsmap`. A 32-bit length, a double array over UTF-8 bytes (darts-clone's units: label in
 * bits 0-7, "has a value" in bit 8, XOR-offset to the children from bit 10), then NUL-terminated
 * replacements. The reader looks at units without asking whether they exist: hence whole blocks of 256. It
 * tells nodes apart by their label alone: hence a base of its own for every node.
 */
export function buildCharsmap(rules: readonly NormalisationRule[]): Buffer {
  const { root, strings } = buildTree(rules);
  const array = new DoubleArray();
  array.place(root);
  const units = array.units();
  const length = Buffer.alloc(4);
  length.writeUInt32LE(units.length);
  return Buffer.concat([length, units, strings]);
}

function buildTree(rules: readonly NormalisationRule[]): { root: TreeNode; strings: Buffer } {
  const root: TreeNode = { children: new Map(), value: undefined };
  const places = new Map<string, number>();
  const strings: Buffer[] = [];
  let stringBytes = 0;
  const placeOf = (text: string): number => {
    const known = places.get(text);
    if (known !== undefined) return known;
    const bytes = Buffer.from(`${text}\0`, 'utf8');
    const place = stringBytes;
    places.set(text, place);
    strings.push(bytes);
    stringBytes += bytes.length;
    return place;
  };
  // The reader wants at least one byte behind the array.
  placeOf('');
  for (const { codePoint, replacement } of rules) {
    let node = root;
    for (const byte of Buffer.from(String.fromCodePoint(codePoint), 'utf8')) {
      const next = node.children.get(byte) ?? { children: new Map(), value: undefined };
      node.children.set(byte, next);
      node = next;
    }
    node.value = placeOf(String.fromCodePoint(...replacement));
  }
  return { root, strings: Buffer.concat(strings) };
}

class DoubleArray {
  #units = new Uint32Array(blockUnits);
  #isUsed = new Uint8Array(blockUnits);
  readonly #bases = new Set<number>();
  /** No unit below it is free. */
  #firstFree = 1;

  constructor() {
    // Unit 0 is the root.
    this.#isUsed[0] = 1;
  }

  /** Places all nodes, those near the root first. */
  place(root: TreeNode): void {
    const waiting: { node: TreeNode; id: number }[] = [{ node: root, id: 0 }];
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { node, id } = next;
      const base = this.#placeChildren(node, id);
      for (const [label, child] of node.children) waiting.push({ node: child, id: base ^ label });
    }
  }

  /** All units, little endian. */
  units(): Buffer {
    return littleEndian(this.#units);
  }

  #placeChildren(node: TreeNode, id: number): number {
    const labels = [...node.children.keys()];
    if (node.value !== undefined) labels.unshift(0);
    const base = this.#findBase(labels);
    const offset = id ^ base;
    if (offset >= maxOffset) throw new Error('too many normalisation rules for one table');
    this.#bases.add(base);
    this.#units[id] = (this.#units[id] ?? 0) | (offset << 10);
    for (const label of labels) {
      this.#isUsed[base ^ label] = 1;
      this.#units[base ^ label] = label;
    }
    if (node.value !== undefined) {
      this.#units[id] = (this.#units[id] ?? 0) | hasValueBit;
      this.#units[base] = node.value + isValueBit;
    }
    return base;
  }

  #findBase(labels: readonly number[]): number {
    const [first = 0] = labels;
    while (this.#isUsed[this.#firstFree] === 1) this.#firstFree += 1;
    for (let unit = this.#firstFree; ; unit += 1) {
      if (unit >= this.#units.length) this.#grow();
      if (this.#isUsed[unit] === 1) continue;
      const base = unit ^ first;
      // The root's offset is its base: 0 would lead it back to itself.
      if (base === 0 || this.#bases.has(base)) continue;
      if (labels.every((label) => this.#isUsed[base ^ label] === 0)) return base;
    }
  }

  #grow(): void {
    const units = new Uint32Array(this.#units.length + blockUnits);
    const isUsed = new Uint8Array(units.length);
    units.set(this.#units);
    isUsed.set(this.#isUsed);
    this.#units = units;
    this.#isUsed = isUsed;
  }
}
