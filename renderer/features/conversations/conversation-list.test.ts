import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConversationSummary } from '../../../contract/app-contract.ts';
import type { ConversationId } from '../../../contract/chat/message.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { AppState } from '../../state/app-state.svelte.ts';
import { FakeApp } from '../../testing/fake-app.ts';
import { sampleConversations } from '../../testing/scenes.ts';
import { ConversationList } from './conversation-list.svelte.ts';

let fake: FakeApp;
let app: AppState;
let list: ConversationList;
let stop: () => void;

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
  flushSync();
}

function conversation(id: string): ConversationSummary {
  const found = app.conversations.byId(id as ConversationId);
  if (!found) throw new Error(`No conversation ${id}.`);
  return found;
}

function shownIds(): string[] {
  return list.rows.flatMap((row) => (row.kind === 'conversation' ? [row.conversation.id] : []));
}

beforeEach(async () => {
  fake = new FakeApp({ conversations: sampleConversations(4, Date.now()) });
  app = new AppState(fake);
  stop = app.start();
  await vi.waitFor(() => expect(app.conversations.status).toBe('ready'));
  list = new ConversationList(app);
});

afterEach(() => stop());

describe('renaming', () => {
  it('stores the new title, trimmed', async () => {
    list.beginRename('c1' as ConversationId);
    await list.saveRename(conversation('c1'), '  Debounce  ');
    expect(list.renamingId).toBeNull();
    expect(conversation('c1').title).toBe('Debounce');
    expect(fake.conversations.get('c1' as ConversationId)?.summary.titleSource).toBe('person');
  });

  it('changes nothing when the title is empty, the same, or the rename was cancelled', async () => {
    const { title } = conversation('c1');
    for (const written of ['   ', title]) {
      list.beginRename('c1' as ConversationId);
      await list.saveRename(conversation('c1'), written);
    }
    list.beginRename('c1' as ConversationId);
    list.cancelRename();
    await list.saveRename(conversation('c1'), 'From the blur that follows Escape');
    expect(fake.calls).not.toContain('conversations.rename');
    expect(conversation('c1').title).toBe(title);
  });

  it('keeps the old title and tells why when it cannot be stored', async () => {
    const { title } = conversation('c1');
    fake.failures.set('conversations.rename', new AppError('storage.full', { path: '/' }));
    list.beginRename('c1' as ConversationId);
    await list.saveRename(conversation('c1'), 'Debounce');
    expect(conversation('c1').title).toBe(title);
    expect(app.toasts.items[0]?.text).toContain('disk is full');
  });
});

describe('deleting', () => {
  it('moves to the trash at once and brings it back, open as before, on undo', async () => {
    app.openConversation('c2' as ConversationId);
    await list.remove(conversation('c2'));
    expect(shownIds()).toEqual(['c1', 'c3', 'c4']);
    expect(app.conversationId).toBeNull();
    expect(fake.trashed.size).toBe(1);
    expect(app.toasts.undo()).toBe(true);
    await settle();
    expect(shownIds()).toEqual(['c1', 'c2', 'c3', 'c4']);
    expect(app.conversationId).toBe('c2');
  });

  it('leaves the chat on show alone when another one is deleted', async () => {
    app.openConversation('c1' as ConversationId);
    await list.remove(conversation('c2'));
    await settle();
    expect(app.conversationId).toBe('c1');
  });

  it('puts the row back and offers no undo when it could not be deleted', async () => {
    fake.failures.set('conversations.trash', new AppError('storage.failed', { reason: 'EIO' }));
    await list.remove(conversation('c2'));
    expect(shownIds()).toEqual(['c1', 'c2', 'c3', 'c4']);
    expect(app.toasts.items.map((toast) => toast.isUndo)).toEqual([false]);
  });

  it('moves the keyboard to the next row, and from the last to the one before', async () => {
    list.visit('c2' as ConversationId);
    await list.remove(conversation('c2'));
    expect(list.rows[list.cursorIndex]?.key).toBe('c3');
    await list.remove(conversation('c4'));
    expect(list.rows[list.cursorIndex]?.key).toBe('c3');
  });
});

describe('following', () => {
  it('moves a chat to the top when it is used, and shows that it is answered', async () => {
    await app.client.chat.send({ conversationId: 'c4' as ConversationId, text: 'Hello' });
    await settle();
    expect(shownIds()[0]).toBe('c4');
    expect(conversation('c4').isAnswering).toBe(true);
  });

  it('drops a chat that another window deleted, and shows a new one in its place', async () => {
    app.openConversation('c3' as ConversationId);
    await fake.client.conversations.trash({ conversationId: 'c3' as ConversationId });
    await settle();
    expect(shownIds()).not.toContain('c3');
    expect(app.conversationId).toBeNull();
  });
});
