/** A bad file of a kind that is met in corpora of bugs: made here, by name, the same bytes each time. */
export interface BadShape {
  readonly name: string;
  readonly bytes: () => Buffer;
  /**
   * How it may end: `read` is text or a picture, else codes of errors. Where a shape names both, either is right:
   * what a parser saves of a damaged file is its own affair.
   */
  readonly ends: readonly string[];
}

/** A damaged copy: seeded, so that it is the same damage each time. */
export function mutated(bytes: Buffer, seed: number, changes: number): Buffer {
  const copy = Buffer.from(bytes);
  let state = seed;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
  for (let change = 0; change < changes; change += 1) copy[next() % copy.length] = next() % 256;
  return copy;
}

/** The first part of a file, from 0 to 1 of it. */
export function cut(bytes: Buffer, share: number): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length * share));
}
