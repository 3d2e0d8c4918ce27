import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StickToBottom } from './stick-to-bottom.svelte.ts';

let resized: () => void = () => undefined;

class FakeObserver {
  constructor(callback: () => void) {
    resized = callback;
  }
  observe(): void {}
  disconnect(): void {}
}

/** A scroller 100 px high; jsdom has no layout, so the sizes are given. */
function scroller(heightPx: number) {
  const element = document.createElement('div');
  element.append(document.createElement('div'));
  const sizes = { scrollHeight: heightPx, clientHeight: 100, top: 0 };
  Object.defineProperties(element, {
    scrollHeight: { get: () => sizes.scrollHeight },
    clientHeight: { get: () => sizes.clientHeight },
    scrollTop: {
      get: () => sizes.top,
      set: (top: number) => {
        sizes.top = Math.max(0, Math.min(top, sizes.scrollHeight - sizes.clientHeight));
      },
    },
  });
  const scrollTo = (top: number): void => {
    element.scrollTop = top;
    element.dispatchEvent(new Event('scroll'));
  };
  const grow = (px: number): void => {
    sizes.scrollHeight = px;
    resized();
  };
  return { element, scrollTo, grow, sizes };
}

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', FakeObserver);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the end of a growing list', () => {
  test('stays on show', () => {
    const stick = new StickToBottom();
    const { element, grow } = scroller(500);
    stick.attach(element);
    grow(800);
    expect(element.scrollTop).toBe(700);
  });

  test('is left alone once the person scrolled up', () => {
    const stick = new StickToBottom();
    const { element, grow, scrollTo } = scroller(500);
    stick.attach(element);
    grow(800);
    scrollTo(400);
    grow(1200);
    expect(stick.isStuck).toBe(false);
    expect(element.scrollTop).toBe(400);
  });

  test('is taken up again at the end, or by a jump', () => {
    const stick = new StickToBottom();
    const { element, grow, scrollTo } = scroller(500);
    stick.attach(element);
    grow(800);
    scrollTo(400);
    scrollTo(690);
    expect(stick.isStuck).toBe(true);
    scrollTo(300);
    stick.jump();
    expect(element.scrollTop).toBe(700);
    expect(stick.isStuck).toBe(true);
  });

  test('stays on show when what is above shrinks and the place moves with it', () => {
    const stick = new StickToBottom();
    const { element, grow, scrollTo, sizes } = scroller(1500);
    stick.attach(element);
    grow(1500);
    sizes.scrollHeight = 1300;
    scrollTo(1100);
    expect(stick.isStuck).toBe(true);
  });

  test('is not followed any more after the list went', () => {
    const stick = new StickToBottom();
    const { element, scrollTo, grow } = scroller(500);
    const leave = stick.attach(element);
    grow(500);
    leave();
    scrollTo(100);
    expect(stick.isStuck).toBe(true);
  });
});
