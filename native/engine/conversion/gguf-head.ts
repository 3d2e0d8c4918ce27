/** Types of a GGUF that a converted model needs. */
const valueType = {
  u8: 0,
  u32: 4,
  i32: 5,
  f32: 6,
  boolean: 7,
  text: 8,
  array: 9,
} as const;

/** A value of a GGUF's metadata. Arrays come as they lie in the file, with their count. */
export type GgufValue =
  | { type: 'u32' | 'f32'; value: number }
  | { type: 'boolean'; value: boolean }
  | { type: 'text'; value: string }
  | { type: 'array'; of: 'u8' | 'i32' | 'f32' | 'text'; count: number; bytes: Buffer };

/** A weight as the head names it; the first dimension is the one that lies together. */
export interface GgufTensor {
  name: string;
  dimensions: readonly number[];
  /** 0 is F32, 2 is Q4_0. */
  type: 0 | 2;
  byteLength: number;
}

/** Every weight begins at a multiple of this. */
export const alignment = 32;

/** Bytes from `length` to the next place where a weight may begin. */
export function paddingAfter(length: number): number {
  return (alignment - (length % alignment)) % alignment;
}

/**
 * The head of a GGUF, version 3, up to where the first weight begins. Entries and weights come in the order
 * given, so that the same input gives the same bytes.
 * Source: ggml's docs/gguf.md.
 */
export function ggufHead(
  entries: readonly (readonly [key: string, value: GgufValue])[],
  tensors: readonly GgufTensor[],
): Buffer {
  const parts: Buffer[] = [Buffer.from('GGUF', 'latin1'), u32(3)];
  parts.push(u64(tensors.length), u64(entries.length));
  for (const [key, value] of entries) parts.push(text(key), ...valueParts(value));
  let offset = 0;
  for (const { name, dimensions, type, byteLength } of tensors) {
    parts.push(text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset));
    offset += byteLength + paddingAfter(byteLength);
  }
  const head = Buffer.concat(parts);
  return Buffer.concat([head, Buffer.alloc(paddingAfter(head.length))]);
}

function valueParts(value: GgufValue): Buffer[] {
  switch (value.type) {
    case 'u32':
      return [u32(valueType.u32), u32(value.value)];
    case 'f32':
      return [u32(valueType.f32), f32(value.value)];
    case 'boolean':
      return [u32(valueType.boolean), Buffer.from([value.value ? 1 : 0])];
    case 'text':
      return [u32(valueType.text), text(value.value)];
    case 'array':
      return [u32(valueType.array), u32(valueType[value.of]), u64(value.count), value.bytes];
  }
}

/** Strings as an array's bytes. */
export function textArray(strings: readonly Uint8Array[]): GgufValue {
  const bytes = strings.reduce((sum, { length }) => sum + 8 + length, 0);
  const all = Buffer.alloc(bytes);
  let at = 0;
  for (const string of strings) {
    all.writeBigUInt64LE(BigInt(string.length), at);
    all.set(string, at + 8);
    at += 8 + string.length;
  }
  return { type: 'array', of: 'text', count: strings.length, bytes: all };
}

/** Floats as an array's bytes. */
export function floatArray(values: Float32Array): GgufValue {
  return { type: 'array', of: 'f32', count: values.length, bytes: littleEndian(values) };
}

/** Whole numbers as an array's bytes. */
export function intArray(values: Int32Array): GgufValue {
  return { type: 'array', of: 'i32', count: values.length, bytes: littleEndian(values) };
}

/** The bytes of numbers as a file has them: as memory has them, on every processor that we run on. */
export function littleEndian(values: Float32Array | Int32Array | Uint32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
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

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}
