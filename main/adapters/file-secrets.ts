import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secrets } from '../ports/secrets.ts';

const keyBytes = 32;

/** How a secret lies in its file. The first byte of a file is the `mark` of what wrote it. */
export interface SecretCodec {
  readonly mark: number;
  encode(secret: Uint8Array): Uint8Array;
  /** @throws where it cannot be read */
  decode(stored: Uint8Array): Uint8Array;
}

/** As it is: the file's permissions keep it. */
export const plainCodec: SecretCodec = {
  mark: 0,
  encode: (secret) => secret,
  decode: (stored) => stored,
};

function decoded(file: Uint8Array, codecs: readonly SecretCodec[]): Uint8Array | undefined {
  const codec = codecs.find(({ mark }) => mark === file[0]);
  try {
    const secret = codec?.decode(file.subarray(1));
    return secret?.length === keyBytes ? secret : undefined;
  } catch {
    return undefined;
  }
}

async function readSecret(path: string, codecs: readonly SecretCodec[]) {
  try {
    return decoded(await readFile(path), codecs);
  } catch {
    return undefined;
  }
}

/** Keeps each secret in a file of its own that only the person may read (0600; Windows: the profile's own). */
export function fileSecrets(folder: string, codec: SecretCodec = plainCodec): Secrets {
  // A secret from before there was a better place stays readable.
  const codecs = codec === plainCodec ? [plainCodec] : [codec, plainCodec];
  const known = new Map<string, Promise<Uint8Array>>();

  async function keep(path: string, secret: Uint8Array): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = Buffer.concat([Buffer.of(codec.mark), codec.encode(secret)]);
    await writeFile(`${path}.new`, file, { mode: 0o600 });
    await chmod(`${path}.new`, 0o600);
    await rename(`${path}.new`, path);
  }

  async function keyOf(name: string): Promise<Uint8Array> {
    const path = join(folder, `${name}.key`);
    const kept = await readSecret(path, codecs);
    if (kept) return new Uint8Array(kept);
    const made = new Uint8Array(randomBytes(keyBytes));
    await keep(path, made);
    return made;
  }

  return {
    key: (name) => {
      const asked = known.get(name) ?? keyOf(name);
      known.set(name, asked);
      // A disk that was full may have room the next time.
      asked.catch(() => known.delete(name));
      return asked;
    },
  };
}
