export { checksumOf, damagedChecksum, fitsChecksum } from './checksum.ts';
export { isTrustedSqlite, openStorage, type Storage, type StorageOptions } from './database.ts';
