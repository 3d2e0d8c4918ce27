import type { AppClient } from '../../../contract/app-contract.ts';
import type { ConversationId } from '../../../contract/chat/message.ts';

const saveDelayMs = 300;

/** What stands unsent in the composer of one conversation, kept by the app while it is typed. */
export class Draft {
  readonly #api: AppClient;
  readonly #conversationId: ConversationId | null;
  #text = $state('');
  #saved = '';
  #wasTouched = false;
  #taken: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: AppClient, conversationId: ConversationId | null) {
    this.#api = api;
    this.#conversationId = conversationId;
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
      const { text } = await this.#api.conversations.draft({
        conversationId: this.#conversationId,
      });
      if (this.#wasTouched || this.#taken !== null) return;
      this.#saved = text;
      this.#text = text;
    } catch {
      // Nothing to bring back: what is typed now is kept as ever.
    }
  }

  /** Keeps what stands there now. A failure is tried again with the next letter; the text stays on screen. */
  flush(): void {
    clearTimeout(this.#timer);
    const text = this.#whole;
    if (!this.#wasTouched || text === this.#saved) return;
    const before = this.#saved;
    this.#saved = text;
    this.#save(text, before);
  }

  /** Empties the composer to send what stands there. It stays kept until it `wasSent` or is `putBack`. */
  take(): string {
    const text = this.#text;
    this.flush();
    this.#taken = text;
    this.#text = '';
    this.#wasTouched = false;
    return text;
  }

  /**
   * What was taken has arrived, and the app forgot its draft with it; what was typed since is kept. What
   * `flush` looks at first is no rune state: it also runs in an effect's clean-up, where Svelte shows state
   * as it was before.
   */
  wasSent(): void {
    this.#taken = null;
    if (this.#wasTouched) this.flush();
    else if (this.#saved !== '') {
      const before = this.#saved;
      this.#saved = '';
      this.#save('', before);
    }
  }

  /** What was taken did not arrive: it stands in the composer again, before what was typed since. */
  putBack(): void {
    const text = this.#whole;
    this.#taken = null;
    this.text = text;
  }

  get #whole(): string {
    return [this.#taken ?? '', this.#text].filter((text) => text !== '').join('\n');
  }

  #save(text: string, before: string): void {
    this.#api.conversations.saveDraft({ conversationId: this.#conversationId, text }).catch(() => {
      if (this.#saved === text) this.#saved = before;
    });
  }
}
