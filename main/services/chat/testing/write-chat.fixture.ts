/**
 * A process that writes one finished chat with the app's own storage, for end-to-end specs: the tiny model
 * cannot write tables or code. The app must not be running on the folder.
 * Argument: the data folder. On stdin: `{title, question, answer}` as JSON.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { conversationId, messageId } from '../../../../contract/chat/message.ts';
import { openStorage } from '../../../storage/index.ts';
import { createConversationStore } from '../../conversations/conversation-store.ts';
import { createMessageStore } from '../message-store.ts';

const writtenChat = z.object({ title: z.string(), question: z.string(), answer: z.string() });

const [folder = ''] = process.argv.slice(2);
const { title, question, answer } = writtenChat.parse(JSON.parse(readFileSync(0, 'utf8')));
const storage = openStorage({ folder, clock: { nowMs: Date.now } });
const nowMs = Date.now();
const id = conversationId.parse(randomUUID());
const questionId = messageId.parse(randomUUID());
const answerId = messageId.parse(randomUUID());
const common = {
  conversationId: id,
  status: 'complete',
  createdAtMs: nowMs,
  usage: null,
  error: null,
} as const;

storage.write(() => {
  const conversations = createConversationStore(storage);
  const messages = createMessageStore(storage, () => undefined);
  conversations.insert({
    id,
    title,
    titleSource: 'first-words',
    activeLeafId: null,
    systemText: '',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  });
  messages.insert({
    ...common,
    id: questionId,
    parentId: null,
    role: 'user',
    parts: [{ type: 'text', text: question }],
    modelName: null,
  });
  messages.insert({
    ...common,
    id: answerId,
    parentId: questionId,
    role: 'assistant',
    parts: [{ type: 'text', text: answer }],
    modelName: 'parley-tiny',
  });
  conversations.setActiveLeaf(id, answerId);
});
storage.close();
