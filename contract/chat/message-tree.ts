import type { Message, MessageId } from './message.ts';

type Node = Pick<Message, 'id' | 'parentId' | 'sequence'>;

function bySequence(left: Node, right: Node): number {
  return left.sequence - right.sequence;
}

/** The messages that share `parentId`, oldest first. */
export function childrenOf<M extends Node>(
  messages: readonly M[],
  parentId: MessageId | null,
): M[] {
  return messages.filter((message) => message.parentId === parentId).sort(bySequence);
}

/** A message and its branches, oldest first. */
export function siblingsOf<M extends Node>(messages: readonly M[], message: M): M[] {
  return childrenOf(messages, message.parentId);
}

/** The messages from the root to `leafId`, in reading order; empty when `leafId` is unknown or null. */
export function pathTo<M extends Node>(messages: readonly M[], leafId: MessageId | null): M[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const path: M[] = [];
  const seen = new Set<MessageId>();
  let current = leafId === null ? undefined : byId.get(leafId);
  while (current && !seen.has(current.id)) {
    seen.add(current.id);
    path.push(current);
    current = current.parentId === null ? undefined : byId.get(current.parentId);
  }
  return path.reverse();
}

/** The leaf that a switch to `message` shows: its newest child's newest child, and so on. */
export function newestLeafUnder(messages: readonly Node[], message: MessageId): MessageId {
  let leaf = message;
  for (;;) {
    const newest = childrenOf(messages, leaf).at(-1);
    if (!newest) return leaf;
    leaf = newest.id;
  }
}
