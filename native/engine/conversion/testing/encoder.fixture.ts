import type { ContainerTensor, E5Container } from '../e5-container.ts';

/**
 * A BERT encoder over a container's weights, written down from its definition (Devlin et al. 2018), in float32
 * and with no rounding of what flows through it: what llama.cpp's vectors are held against.
 */
export class EncoderReference {
  readonly #container: E5Container;
  readonly #weights = new Map<string, Float32Array>();
  readonly #words: ContainerTensor;
  readonly #file: Buffer;

  /** `file` is the whole container. */
  constructor(container: E5Container, file: Buffer) {
    this.#container = container;
    this.#file = file;
    for (const tensor of container.tensors) {
      // A quarter of a gigabyte as floats: its rows are unpacked when they are needed.
      if (tensor.name === 'emb.word') continue;
      this.#weights.set(
        tensor.name,
        unpacked(file, tensor, { first: 0, count: tensor.elementCount }),
      );
    }
    const words = container.tensors.find(({ name }) => name === 'emb.word');
    if (!words) throw new Error('a container without words');
    this.#words = words;
  }

  /** The text's vector: the mean over its tokens, of length 1. */
  vector(ids: readonly number[]): Float32Array {
    const { width, layerCount } = this.#container;
    let rows = ids.map((id, position) => this.#embedded(id, position));
    for (let layer = 0; layer < layerCount; layer += 1) rows = this.#layer(rows, `l${layer}`);
    const mean = new Float32Array(width).map((_, at) =>
      rows.reduce((sum, row) => sum + (row[at] ?? 0), 0),
    );
    const length = Math.hypot(...mean);
    return mean.map((value) => value / length);
  }

  #embedded(id: number, position: number): Float32Array {
    const { width } = this.#container;
    const word = unpacked(this.#file, this.#words, { first: id * width, count: width });
    const places = this.#weight('emb.pos');
    const kinds = this.#weight('emb.type');
    const sum = word.map(
      (value, at) => value + (places[position * width + at] ?? 0) + (kinds[at] ?? 0),
    );
    return this.#normalised(sum, 'emb.ln');
  }

  #layer(rows: Float32Array[], name: string): Float32Array[] {
    const [queries, keys, values] = ['q', 'k', 'v'].map((part) =>
      rows.map((row) => this.#linear(row, `${name}.${part}`)),
    );
    const attended = this.#attention(queries ?? [], keys ?? [], values ?? []);
    return rows.map((row, index) => {
      const mixed = this.#linear(attended[index] ?? row, `${name}.ao`);
      const first = this.#normalised(added(row, mixed), `${name}.aln`);
      const wide = this.#linear(first, `${name}.fi`).map(gelu);
      return this.#normalised(added(first, this.#linear(wide, `${name}.fo`)), `${name}.oln`);
    });
  }

  #attention(
    queries: Float32Array[],
    keys: Float32Array[],
    values: Float32Array[],
  ): Float32Array[] {
    const { width, headCount } = this.#container;
    const headWidth = width / headCount;
    return queries.map((query) => {
      const result = new Float32Array(width);
      for (let start = 0; start < width; start += headWidth) {
        const head = query.subarray(start, start + headWidth);
        const scores = keys.map(
          (key) => dot(head, key.subarray(start, start + headWidth)) / Math.sqrt(headWidth),
        );
        const shares = softmax(scores);
        for (let at = start; at < start + headWidth; at += 1) {
          result[at] = shares.reduce(
            (sum, share, row) => sum + share * (values[row]?.[at] ?? 0),
            0,
          );
        }
      }
      return result;
    });
  }

  #linear(input: Float32Array, name: string): Float32Array {
    const matrix = this.#weight(`${name}.w`);
    const bias = this.#weight(`${name}.b`);
    const columns = input.length;
    return bias.map(
      (offset, row) => offset + dot(input, matrix.subarray(row * columns, (row + 1) * columns)),
    );
  }

  #normalised(input: Float32Array, name: string): Float32Array {
    const mean = input.reduce((sum, value) => sum + value, 0) / input.length;
    const variance = input.reduce((sum, value) => sum + (value - mean) ** 2, 0) / input.length;
    const scale = 1 / Math.sqrt(variance + this.#container.epsilon);
    const weight = this.#weight(`${name}.w`);
    const bias = this.#weight(`${name}.b`);
    return input.map((value, at) => (value - mean) * scale * (weight[at] ?? 0) + (bias[at] ?? 0));
  }

  #weight(name: string): Float32Array {
    const weight = this.#weights.get(name);
    if (!weight) throw new Error(`no weight ${name}`);
    return weight;
  }
}

/** The dot product of two vectors of one length. */
export function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at += 1) sum += (left[at] ?? 0) * (right[at] ?? 0);
  return sum;
}

function added(left: Float32Array, right: Float32Array): Float32Array {
  return left.map((value, at) => value + (right[at] ?? 0));
}

function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function gelu(value: number): number {
  return (value / 2) * (1 + erf(value / Math.SQRT2));
}

/** Abramowitz and Stegun 7.1.26; off by 1.5e-7 at most. */
function erf(value: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(value));
  const sum =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(value) * (1 - sum * Math.exp(-value * value));
}

/** Weights as floats. Of Q4_0 only whole blocks can be had. */
function unpacked(
  file: Buffer,
  tensor: ContainerTensor,
  part: { first: number; count: number },
): Float32Array {
  const { first, count } = part;
  if (tensor.type === 0) {
    return Float32Array.from({ length: count }, (_, at) =>
      file.readFloatLE(tensor.offset + (first + at) * 4),
    );
  }
  const values = new Float32Array(count);
  for (let at = 0; at < count; at += 32) {
    const block = tensor.offset + ((first + at) / 32) * 18;
    const scale = half(file.readUInt16LE(block));
    for (let index = 0; index < 16; index += 1) {
      const pair = file[block + 2 + index] ?? 0;
      values[at + index] = ((pair & 15) - 8) * scale;
      values[at + index + 16] = ((pair >> 4) - 8) * scale;
    }
  }
  return values;
}

/** A number in half precision. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
