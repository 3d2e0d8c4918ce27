import type { SafeStorage } from 'electron';
import { plainCodec, type SecretCodec } from '../adapters/file-secrets.ts';

/** Encrypts by the system's key store where there is one, else leaves the file to its permissions. */
export function electronSecretCodec(
  storage: Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'>,
): SecretCodec {
  if (!storage.isEncryptionAvailable()) return plainCodec;
  return {
    mark: 1,
    encode: (secret) => storage.encryptString(Buffer.from(secret).toString('base64')),
    decode: (stored) => Buffer.from(storage.decryptString(Buffer.from(stored)), 'base64'),
  };
}
