import { AppError } from '../../contract/errors/app-error.ts';
import type { FileRef } from '../../contract/models/models.ts';
import type { ReferOptions } from '../state/app-link.ts';
import type { ShellBridge } from './shell-bridge.ts';
import { openSocketPort } from './socket-port.ts';

/**
 * Exchanges the token in the address, if there is one, for this browser's session, and takes it out of the
 * address and of the history. A token that was used before is passed over: the session may be there already.
 */
async function exchangeToken(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return;
  history.replaceState(null, '', location.pathname);
  await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  }).catch(() => {
    throw new AppError('connection.lost', {});
  });
}

function uploadError(status: number): AppError {
  if (status === 507) return new AppError('storage.full', { path: 'uploads' });
  if (status >= 500) return new AppError('storage.failed', { reason: `upload ${status}` });
  return new AppError('connection.lost', {});
}

/** An XMLHttpRequest, because fetch tells nothing of how far an upload has come. */
async function upload(file: File, { onProgress, signal }: ReferOptions): Promise<FileRef> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<FileRef>();
  const request = new XMLHttpRequest();
  const abort = (): void => {
    // First: the request's own end is told while it is being aborted.
    reject(signal.reason);
    request.abort();
  };
  signal.addEventListener('abort', abort, { once: true });
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    if (total > 0) onProgress(loaded / total);
  });
  request.addEventListener('loadend', () => {
    signal.removeEventListener('abort', abort);
    if (request.status !== 200) {
      reject(uploadError(request.status));
      return;
    }
    const { uploadId } = JSON.parse(request.responseText) as { uploadId: string };
    resolve({ kind: 'upload', uploadId, name: file.name });
  });
  request.open('POST', '/upload');
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.send(file);
  return promise;
}

/** The way to the app in an ordinary browser: a socket on the server this page came from. */
export function browserBridge(): ShellBridge {
  let exchanged: Promise<void> | undefined;
  return {
    async open() {
      exchanged ??= exchangeToken();
      await exchanged;
      return openSocketPort(`ws://${location.host}/rpc`);
    },
    refer: upload,
  };
}
