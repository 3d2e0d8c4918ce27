import { streamCredit } from '../../contract/rpc/frames.ts';
import type { Port } from '../../contract/rpc/port.ts';

export interface PortWatch {
  /** A frame came, of whatever kind. */
  onHeard(): void;
  /** It sent more than it was allowed to: its frames would pile up here. */
  onFlood(): void;
}

function fieldsOf(frame: unknown): { t?: unknown; id?: unknown; count?: unknown } {
  return typeof frame === 'object' && frame !== null ? frame : {};
}

/**
 * The same port, seen by a watch. A sender that was taken over by its file need not keep to the credit that
 * streams are given, so main counts for it.
 */
export function watchedPort(port: Port, watch: PortWatch): Port {
  /** By request: chunks that may still come. */
  const allowed = new Map<unknown, number>();
  const isAllowed = (frame: unknown): boolean => {
    const { t, id } = fieldsOf(frame);
    if (t !== 'chunk') return true;
    const left = allowed.get(id) ?? streamCredit;
    allowed.set(id, left - 1);
    return left > 0;
  };
  return {
    post: (frame) => {
      const { t, id, count } = fieldsOf(frame);
      if (t === 'credit') allowed.set(id, (allowed.get(id) ?? streamCredit) + Number(count));
      port.post(frame);
    },
    onFrame: (listener) =>
      port.onFrame((frame) => {
        watch.onHeard();
        if (isAllowed(frame)) listener(frame);
        else watch.onFlood();
      }),
    onClose: (listener) => port.onClose(listener),
    close: () => port.close(),
  };
}
