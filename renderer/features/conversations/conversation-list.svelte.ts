import type { ConversationSummary } from '../../../contract/app-contract.ts';
import type { ConversationId } from '../../../contract/chat/message.ts';
import { conversationMessages } from '../../messages/conversations.ts';
import { t } from '../../messages/messages.svelte.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import { groupRows, neighbourRow, type SidebarRow } from './group-rows.ts';

const toastTitleCharacters = 40;

/** A title cut to what a notice has room for. */
function shortTitle(title: string): string {
  const characters = [...title];
  if (characters.length <= toastTitleCharacters) return title;
  return `${characters.slice(0, toastTitleCharacters - 1).join('')}…`;
}

/** What the sidebar shows and does: groups, the row the keyboard is on, renaming, deleting with undo. */
export class ConversationList {
  readonly #app: AppState;
  #nowMs = $state(Date.now());
  #renamingId = $state<ConversationId | null>(null);
  #cursorId = $state<ConversationId | null>(null);
  readonly #rows = $derived.by(() => groupRows(this.#app.conversations.items, this.#nowMs));

  constructor(app: AppState) {
    this.#app = app;
  }

  get rows(): readonly SidebarRow[] {
    return this.#rows;
  }

  get renamingId(): ConversationId | null {
    return this.#renamingId;
  }

  /** The one row that Tab reaches: where the keyboard was last, else the open chat, else the first. */
  get cursorIndex(): number {
    const found = this.#indexOf(this.#cursorId);
    if (found !== -1) return found;
    const open = this.#indexOf(this.#app.conversationId);
    return open === -1 ? this.#rows.findIndex((row) => row.kind === 'conversation') : open;
  }

  /** Groups by the time it is now; called when the window is looked at again. */
  refreshDay(): void {
    this.#nowMs = Date.now();
  }

  /** The keyboard is on this row. */
  visit(id: ConversationId): void {
    this.#cursorId = id;
  }

  /** Moves the keyboard to the neighbouring chat and returns its row. */
  step(step: 1 | -1): number {
    return this.#moveTo(neighbourRow(this.#rows, this.cursorIndex, step));
  }

  /** Moves the keyboard to the first or the last chat and returns its row. */
  jump(end: 'first' | 'last'): number {
    const { length } = this.#rows;
    return this.#moveTo(
      end === 'first' ? neighbourRow(this.#rows, -1, 1) : neighbourRow(this.#rows, length, -1),
    );
  }

  beginRename(id: ConversationId): void {
    this.#cursorId = id;
    this.#renamingId = id;
  }

  cancelRename(): void {
    this.#renamingId = null;
  }

  /** Saves a title; an empty or unchanged one changes nothing. A failure is told. */
  async saveRename(conversation: ConversationSummary, written: string): Promise<void> {
    if (this.#renamingId !== conversation.id) return;
    this.#renamingId = null;
    const title = written.trim().slice(0, 200);
    if (title === '' || title === conversation.title) return;
    await this.#app.attempt(() => this.#app.conversations.rename(conversation.id, title));
  }

  /** Moves a chat to the trash and offers to bring it back, open again if it was. */
  async remove({ id, title }: ConversationSummary): Promise<void> {
    const wasOpen = this.#app.conversationId === id;
    const index = this.#indexOf(id);
    const next = neighbourRow(this.#rows, index, 1);
    const neighbour = this.#rows[next === index ? neighbourRow(this.#rows, index, -1) : next];
    this.#cursorId = neighbour?.kind === 'conversation' ? neighbour.conversation.id : null;
    const isGone = await this.#app.attempt(() => this.#app.conversations.trash(id));
    if (!isGone) return;
    if (wasOpen) this.#app.openConversation(null);
    const words = t(conversationMessages);
    this.#app.toasts.show(words.removed(shortTitle(title || words.untitled)), {
      isUndo: true,
      action: { label: words.undo, run: () => void this.#bringBack(id, wasOpen) },
    });
  }

  async #bringBack(id: ConversationId, wasOpen: boolean): Promise<void> {
    const isBack = await this.#app.attempt(() => this.#app.conversations.restore(id));
    if (isBack && wasOpen) this.#app.openConversation(id);
  }

  #indexOf(id: ConversationId | null): number {
    if (id === null) return -1;
    return this.#rows.findIndex((row) => row.key === id);
  }

  #moveTo(index: number): number {
    const row = this.#rows[index];
    if (row?.kind === 'conversation') this.#cursorId = row.conversation.id;
    return index;
  }
}
