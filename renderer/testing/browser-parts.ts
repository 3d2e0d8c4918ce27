import { vi } from 'vitest';

class QuietResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

/** Gives jsdom what it lacks and our components touch: sizes that never change, media that never match. */
export function addBrowserParts(): void {
  vi.stubGlobal('ResizeObserver', QuietResizeObserver);
  vi.stubGlobal('IntersectionObserver', QuietResizeObserver);
  vi.stubGlobal('matchMedia', (media: string) => {
    const list = new EventTarget();
    return Object.assign(list, { matches: false, media });
  });
  vi.stubGlobal('CSS', { escape: (text: string) => text, supports: () => false });
  Element.prototype.scrollIntoView = () => {};
  Element.prototype.scrollTo = () => {};
}
