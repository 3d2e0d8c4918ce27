/** What a toast offers beside its sentence. */
export interface ToastAction {
  readonly label: string;
  run(): void;
}

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'danger';
  readonly action: ToastAction | null;
  /** The action is an undo: Ctrl or Cmd+Z runs it while the toast is there. */
  readonly isUndo: boolean;
  /** Stays until it is dismissed. */
  readonly isLasting: boolean;
}

interface ToastOptions {
  tone?: Toast['tone'];
  action?: ToastAction;
  isUndo?: boolean;
  isLasting?: boolean;
}

const shownMs = 8000;
const mostShown = 3;

/** The short notices of a window. Each leaves after 8 s during which nobody pointed at it or focused it,
 * unless it is lasting. */
export class Toasts {
  #items = $state.raw<readonly Toast[]>([]);
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #lastId = 0;
  #isHeld = false;

  get items(): readonly Toast[] {
    return this.#items;
  }

  show(text: string, options: ToastOptions = {}): void {
    this.#lastId += 1;
    const toast: Toast = {
      id: this.#lastId,
      text,
      tone: options.tone ?? 'plain',
      action: options.action ?? null,
      isUndo: options.isUndo ?? false,
      isLasting: options.isLasting ?? false,
    };
    for (const old of this.#items.slice(0, Math.max(0, this.#items.length + 1 - mostShown))) {
      this.dismiss(old.id);
    }
    this.#items = [...this.#items, toast];
    if (!this.#isHeld) this.#count(toast);
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#items = this.#items.filter((toast) => toast.id !== id);
    if (this.#items.length === 0) this.#isHeld = false;
  }

  /** Runs a toast's action and takes the toast away. */
  act(toast: Toast): void {
    this.dismiss(toast.id);
    toast.action?.run();
  }

  /** Runs the newest undo on show; false when there is none. */
  undo(): boolean {
    const toast = this.#items.findLast((item) => item.isUndo);
    if (!toast) return false;
    this.act(toast);
    return true;
  }

  /** Someone is at the toasts: none leaves. */
  hold(): void {
    this.#isHeld = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Nobody is at the toasts any more: each has its whole time again. */
  release(): void {
    this.#isHeld = false;
    for (const toast of this.#items) this.#count(toast);
  }

  #count({ id, isLasting }: Toast): void {
    if (isLasting) return;
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), shownMs),
    );
  }
}
