import type { Storage } from '../../storage/index.ts';

/** One model's cache, and a conversation that may have state in it. */
export interface CachePlace {
  conversationId: string;
  fingerprint: string;
}

/**
 * Where the engine may have kept state of which conversation: what a conversation leaves behind must be
 * found when it goes, also when its model is not loaded then. Throws AppError `storage.full` or
 * `storage.failed`; what returned is on disk.
 */
export interface CachePlacesStore {
  /** Before the engine is asked: state without a note would stay for ever. */
  note(place: CachePlace): void;
  /** All of a conversation is to be forgotten, also after a death of this process. */
  forget(conversationId: string): void;
  /** As `forget`, for every conversation that is in the trash or not there at all. */
  forgetAbsent(): void;
  forgotten(): CachePlace[];
  /** The engine has forgotten. What was noted again meanwhile stays. */
  done(place: CachePlace): void;
  /** The whole cache of one model is gone. */
  doneWith(fingerprint: string): void;
  clear(): void;
}

/** Prepares the statements over `storage`. */
export function createCachePlacesStore(storage: Storage): CachePlacesStore {
  const { database } = storage;
  const note = database.prepare<[CachePlace]>(
    `INSERT INTO cache_places (conversation_id, fingerprint) VALUES (@conversationId, @fingerprint)
     ON CONFLICT DO UPDATE SET is_forgotten = 0`,
  );
  const isNoted = database
    .prepare<[CachePlace], number>(
      `SELECT 1 FROM cache_places WHERE conversation_id = @conversationId
         AND fingerprint = @fingerprint AND is_forgotten = 0`,
    )
    .pluck();
  const forget = database.prepare<[string]>(
    'UPDATE cache_places SET is_forgotten = 1 WHERE conversation_id = ?',
  );
  const forgetAbsent = database.prepare(
    `UPDATE cache_places SET is_forgotten = 1 WHERE conversation_id NOT IN
       (SELECT id FROM conversations WHERE trashed_at_ms IS NULL)`,
  );
  const forgotten = database.prepare<[], CachePlace>(
    `SELECT conversation_id AS conversationId, fingerprint FROM cache_places
     WHERE is_forgotten = 1`,
  );
  const done = database.prepare<[CachePlace]>(
    `DELETE FROM cache_places WHERE conversation_id = @conversationId
       AND fingerprint = @fingerprint AND is_forgotten = 1`,
  );
  const doneWith = database.prepare<[string]>('DELETE FROM cache_places WHERE fingerprint = ?');
  const clear = database.prepare('DELETE FROM cache_places');
  return {
    // Mostly it is there already: then nothing is written, and nothing waits for the disk.
    note: (place) => {
      if (storage.read(() => isNoted.get(place)) === 1) return;
      storage.write(() => note.run(place));
    },
    forget: (conversationId) => void storage.write(() => forget.run(conversationId)),
    forgetAbsent: () => void storage.write(() => forgetAbsent.run()),
    forgotten: () => storage.read(() => forgotten.all()),
    done: (place) => void storage.write(() => done.run(place)),
    doneWith: (fingerprint) => void storage.write(() => doneWith.run(fingerprint)),
    clear: () => void storage.write(() => clear.run()),
  };
}
