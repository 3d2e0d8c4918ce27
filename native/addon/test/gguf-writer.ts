/** Writes GGUF files, right and wrong ones. Numbers are written as given: nothing is checked. */

export const ggufType = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  boolean: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
  float64: 12,
} as const;

export type Bytes = Buffer;

export function u32(value: number): Bytes {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

export function u64(value: number | bigint): Bytes {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
}

/** A string; `claimedBytes` where its length should lie. */
export function string(text: string, claimedBytes?: number | bigint): Bytes {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([u64(claimedBytes ?? bytes.length), bytes]);
}

/** One entry: a key, a type and the bytes of the value. */
export interface Entry {
  key: string;
  type: number;
  value: Bytes;
}

export const textEntry = (key: string, text: string): Entry => ({
  key,
  type: ggufType.string,
  value: string(text),
});
export const numberEntry = (key: string, value: number): Entry => ({
  key,
  type: ggufType.uint32,
  value: u32(value),
});

/** An array entry; `count` where its length should lie. */
export function arrayEntry(
  key: string,
  elementType: number,
  elements: Bytes[],
  count: number | bigint = elements.length,
): Entry {
  return {
    key,
    type: ggufType.array,
    value: Buffer.concat([u32(elementType), u64(count), ...elements]),
  };
}

export interface Tensor {
  name: string;
  dimensions: (number | bigint)[];
  /** Where it should differ from the length of `dimensions`. */
  dimensionCount?: number;
  type: number;
  offset: number | bigint;
}

export interface File {
  magic?: string;
  version?: number;
  entryCount?: number | bigint;
  tensorCount?: number | bigint;
  entries: Entry[];
  tensors: Tensor[];
  alignment?: number;
  /** Bytes of weights behind the header. */
  dataBytes: number;
}

function entryBytes(entry: Entry): Bytes {
  return Buffer.concat([string(entry.key), u32(entry.type), entry.value]);
}

function tensorBytes(tensor: Tensor): Bytes {
  return Buffer.concat([
    string(tensor.name),
    u32(tensor.dimensionCount ?? tensor.dimensions.length),
    ...tensor.dimensions.map((dimension) => u64(dimension)),
    u32(tensor.type),
    u64(tensor.offset),
  ]);
}

/** The bytes in front of the weights, one buffer a field group, for cutting at each border. */
export function headerParts(file: File): Bytes[] {
  return [
    Buffer.from(file.magic ?? 'GGUF', 'latin1'),
    u32(file.version ?? 3),
    u64(file.tensorCount ?? file.tensors.length),
    u64(file.entryCount ?? file.entries.length),
    ...file.entries.map(entryBytes),
    ...file.tensors.map(tensorBytes),
  ];
}

/** The whole file. */
export function write(file: File): Bytes {
  const header = Buffer.concat(headerParts(file));
  const alignment = file.alignment ?? 32;
  const padding = (alignment - (header.length % alignment)) % alignment;
  return Buffer.concat([header, Buffer.alloc(padding + file.dataBytes)]);
}

/** A small file that the reader accepts; every broken one is this with one thing changed. */
export function sound(changes: Partial<File> = {}): File {
  const tokens = ['<s>', '</s>', '<0x0A>', 'a', 'b'];
  return {
    entries: [
      textEntry('general.architecture', 'llama'),
      textEntry('general.name', 'Sound'),
      numberEntry('general.file_type', 0),
      numberEntry('llama.context_length', 64),
      numberEntry('llama.embedding_length', 8),
      arrayEntry(
        'tokenizer.ggml.tokens',
        ggufType.string,
        tokens.map((token) => string(token)),
      ),
      arrayEntry(
        'tokenizer.ggml.scores',
        ggufType.float32,
        tokens.map(() => u32(0)),
      ),
      arrayEntry(
        'tokenizer.ggml.token_type',
        ggufType.int32,
        tokens.map(() => u32(1)),
      ),
      numberEntry('tokenizer.ggml.bos_token_id', 0),
      textEntry('tokenizer.chat_template', '{% for m in messages %}{{ m.content }}{% endfor %}'),
    ],
    tensors: [
      { name: 'token_embd.weight', dimensions: [8, 5], type: 0, offset: 0 },
      { name: 'output_norm.weight', dimensions: [8], type: 0, offset: 160 },
    ],
    dataBytes: 192,
    ...changes,
  };
}

/** `sound` with entries replaced by key, or added. */
export function withEntries(...entries: Entry[]): File {
  const file = sound();
  const keys = new Set(entries.map((entry) => entry.key));
  return {
    ...file,
    entries: [...file.entries.filter((entry) => !keys.has(entry.key)), ...entries],
  };
}

/** `sound` with its second tensor changed. */
export function withTensor(changes: Partial<Tensor>): File {
  const file = sound();
  return {
    ...file,
    tensors: file.tensors.map((tensor, index) =>
      index === 1 ? { ...tensor, ...changes } : tensor,
    ),
  };
}

/** A string of any characters. */
export function utf8(text: string): Bytes {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}

export function f32(value: number): Bytes {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

export const floatEntry = (key: string, value: number): Entry => ({
  key,
  type: ggufType.float32,
  value: f32(value),
});
export const booleanEntry = (key: string, value: boolean): Entry => ({
  key,
  type: ggufType.boolean,
  value: Buffer.from([value ? 1 : 0]),
});
