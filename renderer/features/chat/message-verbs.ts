import type { DocumentView } from '../../state/document-view.svelte.ts';
import type { ChatRoom } from './chat-room.svelte.ts';
import type { RoomLayer } from './room-layers.ts';
import { saidSpan } from './said-span.ts';
import type { MessageVerbs } from './verbs.ts';

/** What the verbs of a room's messages act on. */
interface Hands {
  /** Null while a conversation is only being begun. */
  room(): ChatRoom | null;
  view: DocumentView;
  /** Runs what a person asked for and says a failure; true when it went well. */
  attempt(action: () => Promise<void>): Promise<boolean>;
  /** The text could not be copied. */
  oncopyfailed(): void;
  /** Goes to the end, where the new answer will stand. */
  jump(): void;
  lay(layer: RoomLayer): void;
}

/** The verbs of the messages in one room. */
export function messageVerbs({
  room,
  view,
  attempt,
  oncopyfailed,
  jump,
  lay,
}: Hands): MessageVerbs {
  return {
    copy: async (text) => {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        oncopyfailed();
        return false;
      }
    },
    regenerate: async (id) => {
      jump();
      await attempt(async () => room()?.regenerate(id));
    },
    edit: (id, text) => attempt(async () => room()?.edit(id, text)),
    show: async (id) => {
      await attempt(async () => room()?.show(id));
    },
    followLink: (url) => lay({ kind: 'link', url }),
    look: (picture) => lay({ kind: 'picture', picture }),
    readWhole: ({ documentId, name }) => lay({ kind: 'whole', documentId, name }),
    open: ({ documentId, name }) => view.open({ documentId, name, passage: null }),
    showPassage: (passage, said = '') => view.openPassage(passage, saidSpan(passage, said)),
  };
}
