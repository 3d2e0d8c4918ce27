/**
 * The process that is killed: main's storage and chat on a scripted engine. Each line on stdout is a
 * promise given to a person: what it names must be there after any death.
 * Arguments: folder, seed, `stream` or `migrate`.
 */
import { writeSync } from 'node:fs';
import {
  type ConversationId,
  type MessageId,
  type Part,
  textOf,
} from '../../contract/chat/message.ts';
import { extendedMigrations, openApp } from './kill-storage-app.ts';
import type { Ack } from './kill-storage-ledger.ts';
import { randomFrom } from './kill-storage-random.ts';

const [folder = '', seed = '0', mode = 'stream'] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const caller = { signal: new AbortController().signal };

function acknowledge(ack: Ack): void {
  writeSync(1, `${JSON.stringify(ack)}\n`);
}

acknowledge({ type: 'begin' });
const { chat, conversations } = openApp(folder, {
  // The first answers of a process are short, so that later deaths meet settled ones too.
  nextWordCount: () => (random() < 0.5 ? 1 + Math.floor(random() * 20) : 100_000),
  ...(mode === 'migrate' ? { migrations: extendedMigrations } : {}),
});
acknowledge({ type: 'open' });

async function follow(conversationId: ConversationId, answerId: MessageId): Promise<void> {
  let seen = '';
  for await (const chunk of chat.handlers.watch({ conversationId }, caller)) {
    if (chunk.type === 'delta' && chunk.messageId === answerId) {
      seen += chunk.text;
      const atNs = String(process.hrtime.bigint());
      acknowledge({ type: 'seen', id: answerId, length: seen.length, atNs });
    }
    if (chunk.type !== 'message' || chunk.message.id !== answerId) continue;
    const { status, parts } = chunk.message;
    if (status === 'streaming') continue;
    acknowledge({
      type: 'ended',
      id: answerId,
      status,
      length: textOf({ parts: parts as Part[] }).length,
    });
    return;
  }
}

async function turn(
  number: number,
  conversationId: ConversationId | null,
): Promise<ConversationId> {
  const draft = `draft ${number}`;
  await conversations.handlers.saveDraft({ conversationId: null, text: draft }, caller);
  acknowledge({ type: 'draft', text: draft });
  const text = `message ${number} ${'字'.repeat(Math.floor(random() * 300))}`;
  const started = await chat.handlers.send({ conversationId, text }, caller);
  if (conversationId === null) acknowledge({ type: 'draft', text: '' });
  const answerId = started.answerId as MessageId;
  acknowledge({ type: 'sent', id: String(started.userMessageId), answerId, text });
  await follow(started.conversationId as ConversationId, answerId);
  return started.conversationId as ConversationId;
}

if (mode === 'stream') {
  let last: ConversationId | null = null;
  for (let number = 0; ; number += 1) last = await turn(number, random() < 0.4 ? null : last);
}
