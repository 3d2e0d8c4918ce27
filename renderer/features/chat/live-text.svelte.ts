import type { Part, StreamedPart } from '../../../contract/chat/message.ts';

/** The frames of the window; a fake one in tests. */
export type NextFrame = (run: () => void) => void;

/**
 * What an answer being written has so far. Text is added to plain strings; readers are told once a frame,
 * however many pieces came in between.
 */
export class LiveText {
  readonly #nextFrame: NextFrame;
  #text = '';
  #reasoning = '';
  #version = $state(0);
  #isTold = true;

  constructor(parts: readonly Part[], nextFrame: NextFrame) {
    this.#nextFrame = nextFrame;
    for (const piece of parts) {
      if (piece.type === 'text' || piece.type === 'reasoning') this.#append(piece.type, piece.text);
    }
  }

  /** Markdown; reactive, changes at most once a frame. */
  get text(): string {
    void this.#version;
    return this.#text;
  }

  /** What the model thought before it answered; reactive, changes at most once a frame. */
  get reasoning(): string {
    void this.#version;
    return this.#reasoning;
  }

  add(type: StreamedPart, text: string): void {
    this.#append(type, text);
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#nextFrame(() => {
      this.#isTold = true;
      this.#version += 1;
    });
  }

  #append(type: StreamedPart, text: string): void {
    if (type === 'text') this.#text += text;
    else this.#reasoning += text;
  }
}
