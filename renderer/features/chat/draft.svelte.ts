import type { AppClient } from '../../../contract/app-contract.ts';
import type { ConversationId } from '../../../contract/chat/message.ts';
import type { Attachment } from '../../../contract/documents/documents.ts';
import type { Desk } from '../../state/desk.svelte.ts';
import { type AttachedFile, Attachments } from './attachments.svelte.ts';

const saveDelayMs = 300;

/** What was taken out of a composer to be sent. */
export interface TakenDraft {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** What stands unsent in the composer of one conversation, kept by the app while it is typed. */
export class Draft {
  readonly files: Attachments;
  readonly #api: AppClient;
  readonly #conversationId: ConversationId | null;
  #text = $state('');
  #saved = '';
  /** The files that were saved, as JSON: what tells whether others stand there now. */
  #savedFiles = '[]';
  #wasTouched = false;
  #taken: { text: string; files: readonly AttachedFile[]; kept: readonly Attachment[] } | null =
    null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(desk: Desk, conversationId: ConversationId | null) {
    this.#api = desk.client;
    this.#conversationId = conversationId;
    this.files = new Attachments(desk, () => {
      this.#wasTouched = true;
      this.flush();
    });
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    this.#wasTouched = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), saveDelayMs);
  }

  /** Brings back what was kept, unless something was typed before it came. */
  async restore(): Promise<void> {
    try {
      const { text, attachments } = await this.#api.conversations.draft({
        conversationId: this.#conversationId,
      });
      if (this.#wasTouched || this.#taken !== null) return;
      this.#saved = text;
      this.#savedFiles = JSON.stringify(attachments);
      this.#text = text;
      await this.files.restore(attachments);
    } catch {
      // Nothing to bring back: what is typed now is kept as ever.
    }
  }

  /** Keeps what stands there now. A failure is tried again with the next letter; the text stays on screen. */
  flush(): void {
    clearTimeout(this.#timer);
    if (!this.#wasTouched) return;
    const text = this.#whole;
    const attachments = [...(this.#taken?.kept ?? []), ...this.files.kept];
    this.#save(text, attachments);
  }

  /** Empties the composer to send what stands there. It stays kept until it `wasSent` or is `putBack`. */
  take(): TakenDraft {
    const text = this.#text;
    const attachments = this.files.ready;
    this.flush();
    const kept = this.files.kept;
    this.#taken = { text, files: this.files.clear(), kept };
    this.#text = '';
    this.#wasTouched = false;
    return { text, attachments };
  }

  /**
   * What was taken has arrived, and the app forgot its draft with it; what was typed since is kept. What
   * `flush` looks at first is no rune state: it also runs in an effect's clean-up, where Svelte shows state
   * as it was before.
   */
  wasSent(): void {
    this.#taken = null;
    if (this.#wasTouched) this.flush();
    else this.#save('', []);
  }

  /** What was taken did not arrive: it stands in the composer again, before what was typed since. */
  putBack(): void {
    const text = this.#whole;
    if (this.#taken) this.files.putBack(this.#taken.files);
    this.#taken = null;
    this.text = text;
  }

  get #whole(): string {
    return [this.#taken?.text ?? '', this.#text].filter((text) => text !== '').join('\n');
  }

  /** Saves what differs from what was saved last. */
  #save(text: string, attachments: readonly Attachment[]): void {
    const files = JSON.stringify(attachments);
    const [before, filesBefore] = [this.#saved, this.#savedFiles];
    if (text === before && files === filesBefore) return;
    this.#saved = text;
    this.#savedFiles = files;
    const conversationId = this.#conversationId;
    const change = files === filesBefore ? {} : { attachments: [...attachments] };
    this.#api.conversations.saveDraft({ conversationId, text, ...change }).catch(() => {
      if (this.#saved === text) this.#saved = before;
      if (this.#savedFiles === files) this.#savedFiles = filesBefore;
    });
  }
}
