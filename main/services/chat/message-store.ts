import * as z from 'zod';
import {
  appendParts,
  type ConversationId,
  type Message,
  type MessageId,
  message as messageSchema,
  type Part,
  part,
  type Usage,
} from '../../../contract/chat/message.ts';
import { checksumOf, damagedChecksum, fitsChecksum, type Storage } from '../../storage/index.ts';

/** What an answer is when its run is over. */
export type FinishedMessage = Pick<Message, 'parts' | 'status' | 'usage' | 'error' | 'modelName'>;

/**
 * The rows of messages. All of it throws AppError `storage.full` or `storage.failed`; what returned is on disk, or joins the transaction it was called in.
 */
export interface MessageStore {
  /** By sequence. One whose checksum does not fit is there with `isDamaged`. */
  list(conversationId: ConversationId): Message[];
  find(id: MessageId): Message | undefined;
  /** Adds one with the next sequence number of its conversation. */
  insert(message: Omit<Message, 'sequence' | 'isDamaged'>): Message;
  /** Adds what a streaming message gained. */
  append(id: MessageId, gained: readonly Part[]): void;
  /** Writes the name of the model that answers; nothing may have been appended yet. */
  setModelName(message: Message, modelName: string): void;
  /** Writes a message as it stays, in place of what was appended. */
  finish(message: Message, finished: FinishedMessage): void;
  /** What the newest answers of a model cost, of all conversations, the newest first. */
  usages(modelName: string, most: number): Usage[];
  /** Marks what still streams, which its run did not live to end, keeping its text; returns how many. */
  interruptStreaming(): number;
}

interface Row {
  id: string;
  conversationId: string;
  parentId: string | null;
  role: string;
  status: string;
  sequence: number;
  createdAtMs: number;
  modelName: string | null;
  usage: string | null;
  error: string | null;
  parts: string;
  checksum: Uint8Array;
}
interface TailRow {
  ordinal: number;
  parts: string;
  checksum: Uint8Array;
}

const columns = `id, conversation_id AS conversationId, parent_id AS parentId, role, status, sequence,
  created_at_ms AS createdAtMs, model_name AS modelName, usage, error, parts, checksum`;
const partList = z.array(part);

function canonical(row: Omit<Row, 'checksum'>): (string | number | null)[] {
  return [
    row.id,
    row.conversationId,
    row.parentId,
    row.role,
    row.status,
    row.sequence,
    row.createdAtMs,
    row.modelName,
    row.usage,
    row.error,
    row.parts,
  ];
}

function rowOf(message: Omit<Message, 'isDamaged'>): Row {
  const row = {
    id: message.id,
    conversationId: message.conversationId,
    parentId: message.parentId,
    role: message.role,
    status: message.status,
    sequence: message.sequence,
    createdAtMs: message.createdAtMs,
    modelName: message.modelName,
    usage: message.usage && JSON.stringify(message.usage),
    error: message.error && JSON.stringify(message.error),
    parts: JSON.stringify(message.parts),
  };
  return { ...row, checksum: checksumOf(canonical(row)) };
}

function parsedOrNull(json: string | null): unknown {
  try {
    return json === null ? null : JSON.parse(json);
  } catch {
    return null;
  }
}

/** The parts in `json`; where they cannot be read any more, what lies there, as text. */
function partsFrom(json: string): Part[] {
  const parsed = partList.safeParse(parsedOrNull(json));
  return parsed.success ? parsed.data : [{ type: 'text', text: json }];
}

/** A message from a row that may say anything: fields that make no sense are replaced, text never is. */
function salvaged(row: Row): Message {
  const { shape } = messageSchema;
  return {
    id: row.id as MessageId,
    conversationId: row.conversationId as ConversationId,
    parentId: row.parentId as MessageId | null,
    role: shape.role.catch('assistant').parse(row.role),
    parts: partsFrom(row.parts),
    status: shape.status.catch('interrupted').parse(row.status),
    createdAtMs: row.createdAtMs,
    sequence: row.sequence,
    modelName: row.modelName,
    usage: shape.usage.catch(null).parse(parsedOrNull(row.usage)),
    error: shape.error.catch(null).parse(parsedOrNull(row.error)),
    isDamaged: !fitsChecksum(canonical(row), row.checksum),
  };
}

function withTail(message: Message, tail: readonly TailRow[]): Message {
  let { parts, isDamaged } = message;
  for (const row of tail) {
    isDamaged ||= !fitsChecksum([message.id, row.ordinal, row.parts], row.checksum);
    parts = appendParts(parts, partsFrom(row.parts));
  }
  return { ...message, parts, isDamaged };
}

/** Prepares the statements over `storage`. `onDamaged` hears of each damaged message each time it is read. */
export function createMessageStore(
  storage: Storage,
  onDamaged: (id: MessageId) => void,
): MessageStore {
  const { database } = storage;
  const list = database.prepare<[string], Row>(
    `SELECT ${columns} FROM messages WHERE conversation_id = ? ORDER BY sequence`,
  );
  const find = database.prepare<[string], Row>(`SELECT ${columns} FROM messages WHERE id = ?`);
  const streaming = database.prepare<[], Row>(
    `SELECT ${columns} FROM messages WHERE status = 'streaming'`,
  );
  const nextSequence = database
    .prepare<[string], number>(
      'SELECT coalesce(max(sequence) + 1, 0) FROM messages WHERE conversation_id = ?',
    )
    .pluck();
  const usages = database
    .prepare<[string, number], string>(
      `SELECT usage FROM messages WHERE model_name = ? AND usage IS NOT NULL
       ORDER BY created_at_ms DESC LIMIT ?`,
    )
    .pluck();
  const insert = database.prepare<[Row]>(
    `INSERT INTO messages (id, conversation_id, parent_id, role, status, sequence, created_at_ms,
       model_name, usage, error, parts, checksum)
     VALUES (@id, @conversationId, @parentId, @role, @status, @sequence, @createdAtMs,
       @modelName, @usage, @error, @parts, @checksum)`,
  );
  const update = database.prepare<[Row]>(
    `UPDATE messages SET status = @status, model_name = @modelName, usage = @usage, error = @error,
       parts = @parts, checksum = @checksum WHERE id = @id`,
  );
  const tail = database.prepare<[string], TailRow>(
    'SELECT ordinal, parts, checksum FROM message_tails WHERE message_id = ? ORDER BY ordinal',
  );
  const nextOrdinal = database
    .prepare<[string], number>(
      'SELECT coalesce(max(ordinal) + 1, 0) FROM message_tails WHERE message_id = ?',
    )
    .pluck();
  const addTail = database.prepare<[string, number, string, Uint8Array]>(
    'INSERT INTO message_tails (message_id, ordinal, parts, checksum) VALUES (?, ?, ?, ?)',
  );
  const dropTail = database.prepare<[string]>('DELETE FROM message_tails WHERE message_id = ?');

  function read(row: Row): Message {
    const stored = salvaged(row);
    // A status that says nothing may once have said `streaming`: its tail is text all the same.
    const mayHaveTail = row.status === 'streaming' || row.status !== stored.status;
    const whole = mayHaveTail ? withTail(stored, tail.all(row.id)) : stored;
    if (whole.isDamaged) onDamaged(whole.id);
    return whole;
  }

  function settle(message: Message): void {
    const row = rowOf(message);
    update.run(message.isDamaged ? { ...row, checksum: damagedChecksum } : row);
    dropTail.run(message.id);
  }

  return {
    list: (conversationId) => storage.read(() => list.all(conversationId).map(read)),
    find: (id) =>
      storage.read(() => {
        const row = find.get(id);
        return row && read(row);
      }),
    insert: (message) =>
      storage.write(() => {
        const sequence = nextSequence.get(message.conversationId) ?? 0;
        insert.run(rowOf({ ...message, sequence }));
        return { ...message, sequence, isDamaged: false };
      }),
    append: (id, gained) =>
      storage.write(() => {
        const ordinal = nextOrdinal.get(id) ?? 0;
        const parts = JSON.stringify(gained);
        addTail.run(id, ordinal, parts, checksumOf([id, ordinal, parts]));
      }),
    setModelName: (message, modelName) =>
      void storage.write(() => update.run(rowOf({ ...message, modelName }))),
    finish: (message, finished) => storage.write(() => settle({ ...message, ...finished })),
    usages: (modelName, most) =>
      storage.read(() => {
        const all = usages.all(modelName, most).map((json) => {
          return messageSchema.shape.usage.catch(null).parse(parsedOrNull(json));
        });
        return all.filter((usage) => usage !== null);
      }),
    interruptStreaming: () =>
      storage.write(() => {
        const left = streaming.all();
        for (const row of left) settle({ ...read(row), status: 'interrupted' });
        return left.length;
      }),
  };
}
