import type { Clock } from '../../ports/clock.ts';

/**
 * Calls `tell` at most once in `everyMs`: at once when it was quiet, else when the time is over, so the
 * last change is always told. `end` stops it; what was not told yet stays untold.
 */
export function coalesced(
  clock: Clock,
  everyMs: number,
  tell: () => void,
): { notify: () => void; end: () => void } {
  let lastMs = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  let hasEnded = false;
  const fire = (): void => {
    cancel = undefined;
    lastMs = clock.monotonicMs();
    tell();
  };
  return {
    notify() {
      if (hasEnded || cancel) return;
      const waitMs = lastMs + everyMs - clock.monotonicMs();
      // Never within the caller: it may be in the middle of a change.
      cancel = clock.after(Math.max(waitMs, 0), fire);
    },
    end() {
      hasEnded = true;
      cancel?.();
    },
  };
}
