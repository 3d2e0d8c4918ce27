import type { MessageId } from '../../../contract/chat/message.ts';

/** What a person can do with a message. None throws: a failure is said in the room. */
export interface MessageVerbs {
  /** True when the text is on the clipboard. */
  copy(text: string): Promise<boolean>;
  regenerate(id: MessageId): Promise<void>;
  /** True when the new version is on its way. */
  edit(id: MessageId, text: string): Promise<boolean>;
  show(id: MessageId): Promise<void>;
  /** Shows where a link goes; it opens only after that. */
  followLink(url: string): void;
}
