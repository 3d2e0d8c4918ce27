import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../../contract/errors/app-error.ts';
import type { Uploads } from '../adapters/uploads.ts';
import type { Log } from '../ports/log.ts';
import { replyJson, replyStatus } from './replies.ts';

const togetherMax = 4;
const silentMsMax = 120_000;

function lengthOf(request: IncomingMessage): number | undefined {
  const text = request.headers['content-length'] ?? '';
  const fileBytes = Number(text);
  return /^\d{1,15}$/.test(text) ? fileBytes : undefined;
}

/**
 * Takes in the file of a window that was let in already. Replies `{uploadId}`, or 411 without a length,
 * 503 beyond four at a time, 507 when the disk has no room. A sender silent for two minutes is let go.
 */
export function uploadRoute(uploads: Uploads, log: Log) {
  let running = 0;
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const fileBytes = lengthOf(request);
    if (fileBytes === undefined) return replyStatus(response, 411);
    if (running >= togetherMax) return replyStatus(response, 503);
    running += 1;
    request.socket.setTimeout(silentMsMax);
    // Nothing moves on the wire while a whole file is being written out to the disk.
    request.once('end', () => request.socket.setTimeout(0));
    try {
      replyJson(response, { uploadId: await uploads.receive(request, fileBytes) });
    } catch (error) {
      if (request.destroyed && !request.complete) return;
      if (AppError.is(error, 'storage.full')) return replyStatus(response, 507);
      replyStatus(response, 500, { 'x-parley-incident': log.incident(error, 'upload') });
    } finally {
      running -= 1;
      request.socket.setTimeout(0);
    }
  };
}
