import type { Message, MessageId } from '../../../contract/chat/message.ts';
import { pathTo } from '../../../contract/chat/message-tree.ts';

/** A message on show and its place among its siblings. */
export interface ShownMessage {
  readonly message: Message;
  /** Siblings, oldest first, the message among them. */
  readonly siblings: readonly MessageId[];
  /** The message's place in `siblings`, from 0. */
  readonly place: number;
}

/** The branch that ends at `leafId`, each message with its siblings. */
export function shownBranch(
  messages: readonly Message[],
  leafId: MessageId | null,
): readonly ShownMessage[] {
  const byParent = Map.groupBy(messages, (message) => message.parentId);
  return pathTo(messages, leafId).map((message) => {
    const siblings = (byParent.get(message.parentId) ?? [])
      .toSorted((left, right) => left.sequence - right.sequence)
      .map(({ id }) => id);
    return { message, siblings, place: siblings.indexOf(message.id) };
  });
}
