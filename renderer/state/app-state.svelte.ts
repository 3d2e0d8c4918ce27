import type { AppClient } from '../../contract/app-contract.ts';
import type { ConversationId } from '../../contract/chat/message.ts';
import { errorSentence } from '../messages/errors.ts';
import { currentLanguage } from '../messages/messages.svelte.ts';
import { Toasts } from '../ui/toasts.svelte.ts';
import type { AppLink } from './app-link.ts';
import { ConversationsStore } from './conversations-store.svelte.ts';
import { Desk } from './desk.svelte.ts';
import { ModelsStore } from './models-store.svelte.ts';
import { SettingsStore } from './settings-store.svelte.ts';

/** The rooms of the window; which one shows is state, not an address. */
export type Room = 'chat' | 'settings' | 'models' | 'knowledge';

/** Why there is no way to the stored chats, and where they lie. */
export interface Blocked {
  readonly code: string;
  readonly dataFolder: string;
}

/** Everything a window knows, made from its link to the app. One a window. */
export class AppState {
  readonly link: AppLink;
  readonly conversations: ConversationsStore;
  readonly models: ModelsStore;
  readonly settings: SettingsStore;
  readonly desk: Desk;
  readonly toasts = new Toasts();
  #isConnected = $state(true);
  #room = $state<Room>('chat');
  #conversationId = $state<ConversationId | null>(null);
  #blocked = $state.raw<Blocked | null>(null);

  constructor(link: AppLink) {
    this.link = link;
    this.conversations = new ConversationsStore(link.client);
    this.models = new ModelsStore(link.client);
    this.settings = new SettingsStore(link.client);
    this.desk = new Desk(link);
  }

  get client(): AppClient {
    return this.link.client;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Set: the stored chats cannot be opened, and no room is there. */
  get blocked(): Blocked | null {
    return this.#blocked;
  }

  get room(): Room {
    return this.#room;
  }

  /** The conversation on show; null is a chat not begun yet. */
  get conversationId(): ConversationId | null {
    return this.#conversationId;
  }

  openRoom(room: Room): void {
    this.#room = room;
    this.desk.view.close();
  }

  /** Shows a conversation; null begins a new one. */
  openConversation(id: ConversationId | null): void {
    if (id !== this.#conversationId || this.#room !== 'chat') this.desk.view.close();
    this.#conversationId = id;
    this.#room = 'chat';
  }

  /** Subscribes to the app and reads everything once; the returned function ends it. */
  start(): () => void {
    const leaves = [
      this.link.onConnection((isConnected) => this.#connection(isConnected)),
      this.conversations.follow(),
      this.models.follow(),
      this.settings.follow(),
      this.desk.follow(),
      this.client.conversations.removed(({ conversationId }) => this.#removed(conversationId)),
    ];
    void this.#load();
    return () => {
      for (const leave of leaves) leave();
    };
  }

  /** Runs what a person asked for; a failure is told in a toast. True when it went well. */
  async attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.tell(error);
      return false;
    }
  }

  /** Tells an error in a toast; a cancel is no error. */
  tell(error: unknown): void {
    const sentence = errorSentence(error, currentLanguage());
    if (sentence) this.toasts.show(sentence, { tone: 'danger' });
  }

  async #load(): Promise<void> {
    const settings = this.settings.load().catch((error: unknown) => this.tell(error));
    const notice = await this.#storageNotice().catch((error: unknown) => this.tell(error));
    if (this.#blocked) return;
    await Promise.all([
      this.conversations.load(),
      this.models.load(),
      this.desk.knowledge.load(),
      settings,
    ]);
    // After the settings: it is told in the person's language, and stays until the person has read it.
    const sentence = notice && errorSentence(notice, currentLanguage());
    if (sentence) this.toasts.show(sentence, { tone: 'danger', isLasting: true });
  }

  /** What happened to the stored data at start, after which the rooms can be opened or not. */
  async #storageNotice() {
    const { isBlocked, storageNotice, dataFolder } = await this.client.app.info({});
    this.#blocked = isBlocked
      ? { code: storageNotice?.code ?? 'storage.failed', dataFolder }
      : null;
    return storageNotice;
  }

  #connection(isConnected: boolean): void {
    const isBack = isConnected && !this.#isConnected;
    this.#isConnected = isConnected;
    if (isBack) void this.#load();
  }

  #removed(id: ConversationId): void {
    if (this.#conversationId === id) this.#conversationId = null;
  }
}
