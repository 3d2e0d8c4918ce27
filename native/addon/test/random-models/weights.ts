/** How the numbers of a tensor are stored, with GGUF's id and its bytes for a row of 32. */
export const storage = {
  f32: { id: 0, bytesOf32: 128 },
  f16: { id: 1, bytesOf32: 64 },
  q4_0: { id: 2, bytesOf32: 18 },
  q8_0: { id: 8, bytesOf32: 34 },
} as const;

export type Storage = keyof typeof storage;

/** What a tensor is filled with: random numbers of this deviation around zero, or of this range. */
export type Fill = { deviation: number } | { from: number; to: number };

/** Marsaglia's xorshift32: the same numbers on every machine. */
export class RandomNumbers {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 1;
  }
  /** 32 random bits. */
  bits(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }
  /** In [0, 1). */
  unit(): number {
    return this.bits() / 2 ** 32;
  }
}

const rangeOf = (fill: Fill): { from: number; to: number } =>
  'deviation' in fill
    ? { from: -fill.deviation * Math.sqrt(3), to: fill.deviation * Math.sqrt(3) }
    : fill;

function fillFloats(
  numbers: Float32Array | Float16Array,
  fill: Fill,
  random: RandomNumbers,
): Uint8Array {
  const { from, to } = rangeOf(fill);
  for (let index = 0; index < numbers.length; index += 1) {
    numbers[index] = from + (to - from) * random.unit();
  }
  return new Uint8Array(numbers.buffer);
}

/** Blocks of 32 with one scale each: all bits of the quants are random, the scale makes the deviation. */
function fillBlocks(
  count: number,
  type: 'q4_0' | 'q8_0',
  fill: Fill,
  random: RandomNumbers,
): Uint8Array {
  if (!('deviation' in fill)) throw new Error('only numbers around zero are stored in blocks');
  const { bytesOf32 } = storage[type];
  const bytes = new Uint8Array((count / 32) * bytesOf32);
  const view = new DataView(bytes.buffer);
  // Deviation of an even choice among 2^bits whole numbers.
  const deviationOfQuants = 2 ** (type === 'q4_0' ? 4 : 8) / Math.sqrt(12);
  for (let at = 0; at < bytes.length; at += bytesOf32) {
    view.setFloat16(at, fill.deviation / deviationOfQuants, true);
    for (let word = at + 2; word < at + bytesOf32; word += 4) {
      view.setUint32(word, random.bits(), true);
    }
  }
  return bytes;
}

/** The bytes of `count` numbers; a multiple of 32 where they are stored in blocks. */
export function randomWeights(
  count: number,
  type: Storage,
  fill: Fill,
  random: RandomNumbers,
): Uint8Array {
  if (type === 'f32') return fillFloats(new Float32Array(count), fill, random);
  if (type === 'f16') return fillFloats(new Float16Array(count), fill, random);
  return fillBlocks(count, type, fill, random);
}
