const nearPx = 24;

/**
 * Keeps a scroller at its end while its content grows, until the person scrolls up; then nothing moves what is
 * read. Sizes are read and the place is set once per change of size, after layout and before paint.
 */
export class StickToBottom {
  #isStuck = $state(true);
  #scroller: HTMLElement | undefined;
  #lastTop = 0;
  #lastHeight = 0;

  /** The end is on show and stays on show. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Attaches to the scroller; its first child is the content that grows. */
  readonly attach = (scroller: HTMLElement): (() => void) => {
    this.#scroller = scroller;
    const onScroll = (): void => this.#scrolled(scroller);
    const observer = new ResizeObserver(() => {
      if (this.#isStuck) this.#toEnd(scroller);
    });
    observer.observe(scroller);
    if (scroller.firstElementChild) observer.observe(scroller.firstElementChild);
    scroller.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', onScroll);
      this.#scroller = undefined;
    };
  };

  /** Goes to the end and stays there. */
  jump(): void {
    this.#isStuck = true;
    if (this.#scroller) this.#toEnd(this.#scroller);
  }

  #toEnd(scroller: HTMLElement): void {
    scroller.scrollTop = scroller.scrollHeight;
    this.#lastTop = scroller.scrollTop;
    this.#lastHeight = scroller.scrollHeight;
  }

  #scrolled(scroller: HTMLElement): void {
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const isAtEnd = scrollHeight - scrollTop - clientHeight <= nearPx;
    if (isAtEnd) this.#isStuck = true;
    // Content that shrinks moves the place as well; only a person moves it up with the content as it is.
    else if (scrollTop < this.#lastTop && scrollHeight >= this.#lastHeight) this.#isStuck = false;
    this.#lastTop = scrollTop;
    this.#lastHeight = scrollHeight;
  }
}
