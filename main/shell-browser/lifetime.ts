import type { Clock } from '../ports/clock.ts';
import type { RendererPorts } from '../ports/renderer-ports.ts';

/** Time for a reload, or for a second window to open after the first was closed. */
const lingerMs = 5_000;

/**
 * Calls `end` once when the last window has been gone for 5 s and `isBusy` says no; while it says yes it is
 * asked again every 5 s. Before a first window came it never ends.
 */
export function endAfterLastWindow(options: {
  ports: RendererPorts;
  clock: Pick<Clock, 'after'>;
  isBusy(): boolean;
  end(): void;
}): void {
  let windows = 0;
  let stopWaiting = (): void => {};
  const wait = (): void => {
    stopWaiting = options.clock.after(lingerMs, () => {
      if (options.isBusy()) wait();
      else options.end();
    });
  };
  options.ports.onConnect((port) => {
    windows += 1;
    stopWaiting();
    port.onClose(() => {
      windows -= 1;
      if (windows === 0) wait();
    });
  });
}
