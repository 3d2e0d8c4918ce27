import type { ConversationId, Message, MessageId } from '../../../contract/chat/message.ts';
import { checksumOf, fitsChecksum, type Storage } from '../../storage/index.ts';

/** The ids an answer was generated as, and the fingerprint of the model whose ids they are. */
export interface AnswerTokens {
  vocabulary: string;
  ids: Uint32Array;
}

/**
 * The token ids of answers. They spare the engine from reading an answer that it wrote itself; where they
 * are lost, the text is tokenised anew. Throws AppError `storage.full` or `storage.failed`.
 */
export interface TokenStore {
  /** Keeps the ids of a stored answer, for as long as its text stays as it is. */
  save(id: MessageId, tokens: AnswerTokens): void;
  /** Those of one conversation that are of `vocabulary` and still belong to their text. */
  list(conversationId: ConversationId, vocabulary: string): ReadonlyMap<Message['id'], Uint32Array>;
}

interface Row {
  id: MessageId;
  parts: string;
  ids: Buffer;
  checksum: Buffer | null;
}

function fieldsOf(row: Pick<Row, 'id' | 'parts' | 'ids'>, vocabulary: string): string[] {
  return [row.id, row.parts, vocabulary, row.ids.toString('base64')];
}

function bytesOf(ids: Uint32Array): Buffer {
  const bytes = Buffer.alloc(ids.length * 4);
  for (const [index, id] of ids.entries()) bytes.writeUInt32LE(id, index * 4);
  return bytes;
}

function idsOf(bytes: Buffer): Uint32Array {
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) =>
    bytes.readUInt32LE(index * 4),
  );
}

/** Prepares the statements over `storage`. */
export function createTokenStore(storage: Storage): TokenStore {
  const { database } = storage;
  const partsOf = database
    .prepare<[string], string>('SELECT parts FROM messages WHERE id = ?')
    .pluck();
  const save = database.prepare<[Buffer, string, Buffer, string]>(
    'UPDATE messages SET token_ids = ?, token_vocabulary = ?, token_checksum = ? WHERE id = ?',
  );
  const list = database.prepare<[string, string], Row>(
    `SELECT id, parts, token_ids AS ids, token_checksum AS checksum FROM messages
     WHERE conversation_id = ? AND token_vocabulary = ? AND token_ids IS NOT NULL`,
  );
  return {
    save: (id, { vocabulary, ids }) =>
      storage.write(() => {
        const parts = partsOf.get(id);
        if (parts === undefined) return;
        const bytes = bytesOf(ids);
        const checksum = checksumOf(fieldsOf({ id, parts, ids: bytes }, vocabulary));
        save.run(bytes, vocabulary, checksum, id);
      }),
    list: (conversationId, vocabulary) =>
      storage.read(() => {
        const rows = list.all(conversationId, vocabulary);
        const sound = rows.filter(
          (row) => row.checksum && fitsChecksum(fieldsOf(row, vocabulary), row.checksum),
        );
        return new Map(sound.map((row) => [row.id, idsOf(row.ids)]));
      }),
  };
}
