import type { IpcMain, IpcMainEvent, MessageChannelMain, MessagePortMain } from 'electron';
import type { Port } from '../../contract/rpc/port.ts';
import type { RendererPorts } from '../ports/renderer-ports.ts';
import { appOrigin, isWindowUrl } from './app-origin.ts';

/** The names that the preload uses too. */
export const connectChannel = 'parley:connect';
export const portMessage = 'parley:port';

/** A port over one end of Electron's message channel. */
export function messagePort(port: MessagePortMain): Port {
  const closers: (() => void)[] = [];
  let reader: ((event: { data: unknown }) => void) | undefined;
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    for (const closer of closers.splice(0)) closer();
  };
  port.on('close', close);
  return {
    post: (frame) => {
      if (!isClosed) port.postMessage(frame);
    },
    onFrame: (listener) => {
      if (reader) port.off('message', reader);
      reader = ({ data }) => listener(data);
      port.on('message', reader);
      // Frames wait in the channel until it is started.
      port.start();
    },
    onClose: (listener) => {
      if (isClosed) listener();
      else closers.push(listener);
    },
    close: () => {
      close();
      port.close();
    },
  };
}

/** True for our own page in the top frame of a window that lives; for nothing else. */
export function isOurWindow(event: Pick<IpcMainEvent, 'sender' | 'senderFrame'>): boolean {
  const { sender, senderFrame } = event;
  if (sender.isDestroyed() || !senderFrame || senderFrame.isDestroyed()) return false;
  if (senderFrame.parent !== null || senderFrame !== sender.mainFrame) return false;
  return senderFrame.origin === appOrigin && isWindowUrl(senderFrame.url);
}

/** Gives each of our windows that asks a port of its own. Others get no answer and are noted. */
export function electronRendererPorts(options: {
  ipcMain: Pick<IpcMain, 'on'>;
  openChannel(): Pick<MessageChannelMain, 'port1' | 'port2'>;
  warn(line: string): void;
}): RendererPorts {
  const listeners: ((port: Port) => void)[] = [];
  options.ipcMain.on(connectChannel, (event) => {
    if (!isOurWindow(event)) {
      options.warn('a port was asked for from outside our window');
      return;
    }
    const { port1, port2 } = options.openChannel();
    const port = messagePort(port1);
    for (const listener of listeners) listener(port);
    event.senderFrame?.postMessage(portMessage, null, [port2]);
  });
  return {
    onConnect: (listener) => {
      listeners.push(listener);
    },
  };
}
