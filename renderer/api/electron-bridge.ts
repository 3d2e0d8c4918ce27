import { AppError } from '../../contract/errors/app-error.ts';
import type { FileRef } from '../../contract/models/models.ts';
import { Mailbox } from '../../contract/rpc/mailbox.ts';
import type { Port } from '../../contract/rpc/port.ts';
import type { ShellBridge } from './shell-bridge.ts';

/** The two functions that the preload hands to the window. */
export interface PreloadFunctions {
  /** Resolves when a port was sent to this window as a message. */
  connect(): Promise<void>;
  /** Where a dropped file lies; an empty path when it lies nowhere. */
  fileRef(file: File): FileRef;
}

/** The name of the message that carries the port; the preload uses the same. */
const portMessage = 'parley:port';

function overMessagePort(port: MessagePort): Port {
  const mailbox = new Mailbox();
  port.addEventListener('message', ({ data }) => mailbox.receive(data));
  port.addEventListener('close', () => mailbox.close());
  port.start();
  return {
    post: (frame) => {
      if (!mailbox.isClosed) port.postMessage(frame);
    },
    onFrame: (listener) => mailbox.onFrame(listener),
    onClose: (listener) => mailbox.onClose(listener),
    close: () => {
      mailbox.close();
      port.close();
    },
  };
}

/** The way to the app in Electron. A port cannot pass the bridge, so it comes as a message to ourselves. */
export function electronBridge(preload: PreloadFunctions): ShellBridge {
  return {
    async open() {
      const { promise, resolve } = Promise.withResolvers<Port>();
      const receive = ({ source, origin, data, ports: [port] }: MessageEvent): void => {
        const isOurs = source === window && origin === location.origin && data === portMessage;
        if (isOurs && port) resolve(overMessagePort(port));
      };
      window.addEventListener('message', receive);
      try {
        await preload.connect();
        return await promise;
      } finally {
        window.removeEventListener('message', receive);
      }
    },
    async refer(file, { signal }) {
      signal.throwIfAborted();
      const reference = preload.fileRef(file);
      const hasPath = reference.kind === 'path' && reference.path !== '';
      if (!hasPath) throw new AppError('file.not-found', { name: file.name });
      return reference;
    },
  };
}
