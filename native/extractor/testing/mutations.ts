import type { ByteSource } from './random-bytes.ts';

/** Ways in which a good file goes bad on its way: each gives another file, by what `random` says. */
const ways: readonly ((bytes: Buffer, random: ByteSource) => Buffer)[] = [
  (bytes, random) => bytes.subarray(0, random.below(bytes.byteLength)),
  (bytes, random) => bytes.subarray(random.below(bytes.byteLength)),
  (bytes, random) => changed(bytes, random, 1),
  (bytes, random) => changed(bytes, random, 40),
  (bytes, random) => {
    const at = random.below(bytes.byteLength);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(200))]);
  },
  (bytes, random) => {
    const at = random.below(bytes.byteLength);
    const again = bytes.subarray(at, at + 1 + random.below(500));
    return Buffer.concat([bytes.subarray(0, at), again, again, again, bytes.subarray(at)]);
  },
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    const at = random.below(Math.max(1, copy.byteLength - 4));
    if (copy.byteLength >= 4)
      copy.writeUInt32LE([0, 0xffffffff, 0x7fffffff, 1][random.below(4)] ?? 0, at);
    return copy;
  },
];

function changed(bytes: Buffer, random: ByteSource, times: number): Buffer {
  const copy = Buffer.from(bytes);
  for (let time = 0; time < times && copy.byteLength > 0; time += 1) {
    copy[random.below(copy.byteLength)] = random.below(256);
  }
  return copy;
}

/** A file made from `bytes` by one to three faults. */
export function mutated(bytes: Buffer, random: ByteSource): Buffer {
  let result = bytes;
  for (let faults = 1 + random.below(3); faults > 0; faults -= 1) {
    result = ways[random.below(ways.length)]?.(result, random) ?? result;
  }
  return result;
}
