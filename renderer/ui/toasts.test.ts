import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Toasts } from './toasts.svelte.ts';

describe('Toasts', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('takes a toast away after its time', () => {
    const toasts = new Toasts();
    toasts.show('Saved.');
    vi.advanceTimersByTime(7999);
    expect(toasts.items).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(toasts.items).toHaveLength(0);
  });

  it('keeps a toast while someone is at it, and then gives it its whole time again', () => {
    const toasts = new Toasts();
    toasts.show('Saved.');
    vi.advanceTimersByTime(7000);
    toasts.hold();
    vi.advanceTimersByTime(60_000);
    toasts.show('Another one, shown meanwhile.');
    vi.advanceTimersByTime(60_000);
    expect(toasts.items).toHaveLength(2);
    toasts.release();
    vi.advanceTimersByTime(7999);
    expect(toasts.items).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(toasts.items).toHaveLength(0);
  });

  it('undoes the newest first, once each, and says when there is nothing left', () => {
    const toasts = new Toasts();
    const undone: string[] = [];
    for (const name of ['first', 'second']) {
      const action = { label: 'Undo', run: () => void undone.push(name) };
      toasts.show(name, { isUndo: true, action });
    }
    toasts.show('Not an undo.', { action: { label: 'Open', run: () => undone.push('open') } });
    expect([toasts.undo(), toasts.undo(), toasts.undo()]).toEqual([true, true, false]);
    expect(undone).toEqual(['second', 'first']);
    expect(toasts.items.map((toast) => toast.text)).toEqual(['Not an undo.']);
  });

  it('keeps a lasting toast until it is dismissed', () => {
    const toasts = new Toasts();
    toasts.show('Your stored chats were damaged.', { isLasting: true });
    toasts.hold();
    toasts.release();
    vi.advanceTimersByTime(600_000);
    expect(toasts.items).toHaveLength(1);
    toasts.dismiss(toasts.items[0]?.id ?? 0);
    expect(toasts.items).toHaveLength(0);
  });

  it('shows three at most, the oldest leaves', () => {
    const toasts = new Toasts();
    for (const text of ['a', 'b', 'c', 'd']) toasts.show(text);
    expect(toasts.items.map((toast) => toast.text)).toEqual(['b', 'c', 'd']);
  });
});
