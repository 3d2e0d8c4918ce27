/** What a window gets of Electron: a port to the app, and where a dropped file lies. Nothing else. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';

/** The name of the request to main, of its reply, and of the message that carries the port on. */
const connectChannel = 'parley:connect';
const portMessage = 'parley:port';

const waiting: (() => void)[] = [];

ipcRenderer.on(portMessage, ({ ports }) => {
  // A port cannot pass the bridge; as a message it reaches this page alone, and no event object with it.
  window.postMessage(portMessage, window.location.origin, [...ports]);
  waiting.shift()?.();
});

contextBridge.exposeInMainWorld('parleyShell', {
  connect: (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      ipcRenderer.send(connectChannel);
    }),
  fileRef: (file: File): { kind: 'path'; path: string; name: string } => ({
    kind: 'path',
    path: webUtils.getPathForFile(file),
    name: file.name,
  }),
});
