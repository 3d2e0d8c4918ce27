import type { Database } from 'better-sqlite3';
import { AppError } from '../../contract/errors/app-error.ts';

/** One step of the schema. `version` is its number, counted from 1 without gaps. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The version that `migrations` lead to. @throws AppError `storage.failed` when numbers have gaps */
export function latestVersion(migrations: readonly Migration[]): number {
  for (const [index, migration] of migrations.entries()) {
    if (migration.version === index + 1) continue;
    throw new AppError('storage.failed', { reason: `migration ${migration.name} is out of order` });
  }
  return migrations.length;
}

/** The schema version that `database` has; 0 is an empty one. */
export function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/**
 * Brings `database` to the newest version, each step in one transaction together with its number, so
 * that a death in between leaves the version before it whole. `beforeStep` runs first and may refuse by
 * throwing.
 */
export function migrate(
  database: Database,
  migrations: readonly Migration[],
  beforeStep: (fromVersion: number) => void,
): void {
  for (const migration of migrations.slice(versionOf(database))) {
    beforeStep(migration.version - 1);
    database
      .transaction(() => {
        database.exec(migration.sql);
        database.pragma(`user_version = ${migration.version}`);
      })
      .immediate();
  }
}
