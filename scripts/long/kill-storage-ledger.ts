import { type ConversationId, type Message, textOf } from '../../contract/chat/message.ts';
import type { Migration } from '../../main/storage/migrate.ts';
import { openApp, streamText } from './kill-storage-app.ts';

/** What the killed process had promised when it wrote the line. */
export type Ack =
  | { type: 'begin' }
  | { type: 'open' }
  | { type: 'draft'; text: string }
  | { type: 'sent'; id: string; answerId: string; text: string }
  | { type: 'seen'; id: string; length: number; atNs: string }
  | { type: 'ended'; id: string; status: string; length: number };

/** How much of a text may be lost: what a window showed in this last part of a second. */
const allowedLossMs = 250;

type App = ReturnType<typeof openApp>;

interface Answer {
  seen: { length: number; atNs: bigint }[];
  ended?: { status: string; length: number };
  killedAtNs: bigint;
}

/** What one check found. */
export interface Finding {
  problems: string[];
  messages: number;
  interrupted: number;
  /** The age of the oldest text that was shown and is gone. */
  lossMs: number;
}

/** Everything that was promised about one database, over all its deaths. */
export class Ledger {
  readonly #sent = new Map<string, string>();
  readonly #answers = new Map<string, Answer>();
  /** What may stand in the composer: a death may come between the act and its line. */
  #draft: string | undefined;
  #isDraftSure = true;

  /** Enters the lines of a process that was killed at `killedAtNs`. */
  enter(acks: readonly Ack[], killedAtNs: bigint): void {
    for (const ack of acks) {
      if (ack.type === 'sent') {
        this.#sent.set(ack.id, ack.text);
        this.#answers.set(ack.answerId, { seen: [], killedAtNs });
      } else if (ack.type === 'seen') {
        this.#answers.get(ack.id)?.seen.push({ length: ack.length, atNs: BigInt(ack.atNs) });
      } else if (ack.type === 'ended') {
        const answer = this.#answers.get(ack.id);
        if (answer) answer.ended = { status: ack.status, length: ack.length };
      } else if (ack.type === 'draft') this.#draft = ack.text;
    }
    const last = acks.at(-1)?.type;
    this.#isDraftSure = last === 'seen' || last === 'sent';
  }

  /** Opens the database as the app does and compares it with what was promised. */
  async check(folder: string, migrations: readonly Migration[]): Promise<Finding> {
    const app = openApp(folder, { nextWordCount: () => 0, migrations });
    const finding: Finding = { problems: [], messages: 0, interrupted: 0, lossMs: 0 };
    try {
      checkFile(app, finding);
      await this.#checkDraft(app, finding);
      const stored = await allMessages(app);
      finding.messages = stored.size;
      for (const message of stored.values()) checkState(message, finding);
      for (const [id, text] of this.#sent) {
        const message = stored.get(id);
        if (!message || textOf(message) !== text) finding.problems.push(`message ${id} is lost`);
      }
      for (const [id, answer] of this.#answers) checkAnswer(id, answer, stored.get(id), finding);
      return finding;
    } finally {
      app.storage.close();
    }
  }

  async #checkDraft({ conversations }: App, finding: Finding): Promise<void> {
    if (!this.#isDraftSure || this.#draft === undefined) return;
    const { text } = await conversations.handlers.draft({ conversationId: null }, caller);
    if (text !== this.#draft) finding.problems.push('the draft is another one');
  }
}

function checkFile({ storage }: App, finding: Finding): void {
  const { database, notice } = storage;
  if (notice) finding.problems.push('the database was set aside');
  if (database.pragma('quick_check', { simple: true }) !== 'ok') {
    finding.problems.push('quick_check found something');
  }
  const broken = database.pragma('foreign_key_check');
  if (!Array.isArray(broken) || broken.length > 0) finding.problems.push('a key leads nowhere');
}

function checkState(message: Message, finding: Finding): void {
  if (message.isDamaged) finding.problems.push(`message ${message.id} is damaged`);
  if (message.status === 'streaming') finding.problems.push(`${message.id} still streams`);
  if (message.status === 'interrupted') finding.interrupted += 1;
}

const caller = { signal: new AbortController().signal };

async function allMessages(app: App): Promise<Map<string, Message>> {
  const messages = new Map<string, Message>();
  for (const { id } of await app.conversations.handlers.list({}, caller)) {
    const chunks = app.chat.handlers.watch({ conversationId: id as ConversationId }, caller);
    const { value } = await chunks.next();
    await chunks.return({});
    if (!value || !('type' in value) || value.type !== 'snapshot') continue;
    for (const message of value.messages) messages.set(message.id, message as Message);
  }
  return messages;
}

function checkAnswer(
  id: string,
  answer: Answer,
  stored: Message | undefined,
  finding: Finding,
): void {
  if (!stored) {
    finding.problems.push(`answer ${id} is lost`);
    return;
  }
  const text = textOf(stored);
  if (text !== streamText(text.length)) finding.problems.push(`answer ${id} has other text`);
  if (answer.ended) {
    if (stored.status !== answer.ended.status || text.length !== answer.ended.length) {
      finding.problems.push(`answer ${id} is not as it ended`);
    }
    return;
  }
  // Without its last line an answer may have ended all the same, a moment before the death.
  if (stored.status !== 'interrupted' && stored.status !== 'complete') {
    finding.problems.push(`answer ${id} is ${stored.status}`);
  }
  const firstLost = answer.seen.find(({ length }) => length > text.length);
  if (!firstLost) return;
  const lossMs = Number(answer.killedAtNs - firstLost.atNs) / 1e6;
  finding.lossMs = Math.max(finding.lossMs, lossMs);
  if (lossMs > allowedLossMs) finding.problems.push(`answer ${id} lost ${lossMs} ms of text`);
}
