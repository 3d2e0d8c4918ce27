import { seededRandom } from './random.fixture.ts';

/** What a made-up container holds; every field can be told wrongly. */
export interface ContainerSpec {
  magic: string;
  version: number;
  width: number;
  layers: number;
  heads: number;
  feedForward: number;
  /** Rows of the matrix of words, those without a piece included. */
  vocabulary: number;
  positions: number;
  blockElements: number;
  marks: readonly number[];
  pieces: readonly { text: string; score: number }[];
  rules: readonly { codePoint: number; replacement: readonly number[] }[];
  seed: number;
  /** Changes to the table of weights, after it was made. */
  changeWeights: (weights: Weight[]) => void;
  /** Said instead of how many bytes the rules take. */
  ruleBytes?: number;
  blobBytes?: number;
}

export interface Weight {
  name: string;
  type: number;
  elements: number;
  bytes: Buffer;
  offset?: number;
  saidBytes?: number;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz';
const words = [
  '▁the',
  '▁a',
  '▁red',
  '▁circle',
  'ing',
  'er',
  '▁wo',
  'rd',
  '▁12',
  '預',
  '算',
  '預算',
];

/** Marks first and the mask last, as XLM-R has them; more likely pieces have higher scores. */
export function tinyPieces(): { text: string; score: number }[] {
  const marks = ['<s>', '<pad>', '</s>', '<unk>'].map((text) => ({ text, score: 0 }));
  const scored = ['▁', ...words, ...alphabet, ...'0123456789.,:?!'].map((text, index) => ({
    text,
    score: -2 - index * 0.137,
  }));
  return [...marks, ...scored, { text: '<mask>', score: 0 }];
}

/** A small encoder with random weights, of the very form of the real one. */
export function tinySpec(changes: Partial<ContainerSpec> = {}): ContainerSpec {
  const pieces = changes.pieces ?? tinyPieces();
  return {
    magic: 'E5S1',
    version: 1,
    width: 64,
    layers: 2,
    heads: 4,
    feedForward: 128,
    vocabulary: pieces.length + 3,
    positions: 64,
    blockElements: 32,
    marks: [0, 2, 1, 3],
    pieces,
    rules: [
      { codePoint: 0x41, replacement: [0x61] },
      { codePoint: 0xff21, replacement: [0x61] },
      { codePoint: 0x3000, replacement: [0x20] },
      { codePoint: 0xfb01, replacement: [0x66, 0x69] },
      { codePoint: 0xad, replacement: [] },
      { codePoint: 0x1f4a9, replacement: [0x70, 0x6f, 0x6f] },
    ],
    seed: 1,
    changeWeights: () => undefined,
    ...changes,
  };
}

/** The container's bytes. */
export function containerBytes(spec: ContainerSpec): Buffer {
  const weights = weightsOf(spec);
  spec.changeWeights(weights);
  const blob = Buffer.from(spec.pieces.map(({ text }) => text).join(''), 'utf8');
  const ends = spec.pieces.map(({ text }) => Buffer.byteLength(text));
  let end = 0;
  const offsets = [0, ...ends.map((length) => (end += length))];
  const rules = Buffer.concat(
    spec.rules.map(({ codePoint, replacement }) =>
      Buffer.concat([u32(codePoint), Buffer.from([replacement.length]), ...replacement.map(u32)]),
    ),
  );
  const head = Buffer.concat([
    Buffer.from(spec.magic, 'latin1'),
    ...[spec.version, spec.width, spec.layers, spec.heads, spec.feedForward].map(u32),
    ...[spec.vocabulary, spec.positions, 2].map(u32),
    f32(1e-12),
    ...[spec.blockElements, spec.pieces.length, ...spec.marks].map(u32),
    u64(spec.blobBytes ?? blob.length),
    ...offsets.map(u32),
    ...spec.pieces.map(({ score }) => f32(score)),
    blob,
    ...[spec.rules.length, spec.ruleBytes ?? rules.length].map(u32),
    rules,
    u32(weights.length),
  ]);
  return withWeights(head, weights);
}

/** The table of weights, then each at a multiple of 64. */
function withWeights(head: Buffer, weights: readonly Weight[]): Buffer {
  const tableBytes = weights.reduce((sum, { name }) => sum + 23 + Buffer.byteLength(name), 0);
  let at = head.length + tableBytes;
  const table: Buffer[] = [];
  const data: Buffer[] = [];
  for (const weight of weights) {
    const padding = (64 - (at % 64)) % 64;
    data.push(Buffer.alloc(padding), weight.bytes);
    const name = Buffer.from(weight.name, 'utf8');
    const nameLength = Buffer.alloc(2);
    nameLength.writeUInt16LE(name.length);
    table.push(nameLength, name, Buffer.from([weight.type]), u32(weight.elements));
    table.push(u64(weight.offset ?? at + padding), u64(weight.saidBytes ?? weight.bytes.length));
    at += padding + weight.bytes.length;
  }
  return Buffer.concat([head, ...table, ...data]);
}

function weightsOf(spec: ContainerSpec): Weight[] {
  const random = seededRandom(spec.seed);
  const { width, feedForward } = spec;
  const matrix = (name: string, rows: number, columns: number): Weight => ({
    name,
    type: 1,
    elements: rows * columns,
    bytes: randomBlocks((rows * columns) / 32, random, 1 / Math.sqrt(columns)),
  });
  const vector = (name: string, length: number, middle = 0): Weight => ({
    name,
    type: 0,
    elements: length,
    bytes: Buffer.concat(Array.from({ length }, () => f32(middle + (random() - 0.5) * 0.2))),
  });
  const layer = (index: number): Weight[] => {
    const name = (part: string): string => `l${index}.${part}`;
    return [
      ...['q', 'k', 'v', 'ao'].flatMap((part) => [
        matrix(name(`${part}.w`), width, width),
        vector(name(`${part}.b`), width),
      ]),
      vector(name('aln.w'), width, 1),
      vector(name('aln.b'), width),
      matrix(name('fi.w'), feedForward, width),
      vector(name('fi.b'), feedForward),
      matrix(name('fo.w'), width, feedForward),
      vector(name('fo.b'), width),
      vector(name('oln.w'), width, 1),
      vector(name('oln.b'), width),
    ];
  };
  return [
    matrix('emb.word', spec.vocabulary, width),
    vector('emb.pos', spec.positions * width),
    vector('emb.type', 2 * width),
    vector('emb.ln.w', width, 1),
    vector('emb.ln.b', width),
    ...Array.from({ length: spec.layers }, (_, index) => layer(index)).flat(),
  ];
}

/** Q4_0 blocks: a half-precision scale, then 32 weights of four bits. */
function randomBlocks(count: number, random: () => number, spread: number): Buffer {
  const bytes = Buffer.alloc(count * 18);
  // Powers of two have the same bits in half precision as their exponent says: no rounding to get wrong.
  const exponent = Math.round(Math.log2(spread / 4));
  for (let block = 0; block < count; block += 1) {
    bytes.writeUInt16LE((exponent + 15) << 10, block * 18);
    for (let at = 2; at < 18; at += 1) bytes[block * 18 + at] = Math.floor(random() * 256);
  }
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
