import { AppError } from '../../../contract/errors/app-error.ts';
import type { PartNote } from './part-file.ts';

/** What was asked: the rest of a file from `fromBytes` on (nought: all of it). */
export interface AskedFor {
  host: string;
  fromBytes: number;
  note: PartNote | undefined;
  /** Exact size where the catalogue knows it. */
  exactBytes: number | null;
  /** More than this is never taken. */
  maxBytes: number;
}

/** What to do with a reply's body. */
export type ReplyPlan =
  | { kind: 'begin'; note: PartNote; isChanged: boolean }
  | { kind: 'append' }
  /** The range is not what was asked for: nothing of it may be joined to the part. */
  | { kind: 'distrust' };

interface Reply {
  status: number;
  headers: Record<string, string>;
}

function parseLength(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A page or an encoded body is no model, whatever its status says. */
function refuseOtherThings(reply: Reply, host: string): void {
  const contentType = reply.headers['content-type'] ?? null;
  const contentEncoding = reply.headers['content-encoding'] ?? null;
  const isEncoded = contentEncoding !== null && contentEncoding.toLowerCase() !== 'identity';
  const isPage = contentType !== null && /^\s*(?:text\/html|application\/xhtml)/i.test(contentType);
  if (!isEncoded && !isPage) return;
  throw new AppError('download.not-the-file', { host, contentType, contentEncoding });
}

function judgeWhole(reply: Reply, asked: AskedFor): ReplyPlan {
  const length = parseLength(reply.headers['content-length']);
  const { exactBytes, maxBytes, note } = asked;
  const isWrong = exactBytes !== null && length !== null && length !== exactBytes;
  if (isWrong || length === 0 || (length ?? 0) > maxBytes) {
    throw new AppError('download.wrong-size', {
      expectedBytes: exactBytes ?? maxBytes,
      actualBytes: length ?? 0,
    });
  }
  const etag = reply.headers['etag'] ?? null;
  const totalBytes = length ?? exactBytes;
  const isChanged = asked.fromBytes > 0 && (note?.etag !== etag || note.totalBytes !== totalBytes);
  return { kind: 'begin', note: { etag, totalBytes }, isChanged };
}

function judgeRange(reply: Reply, asked: AskedFor): ReplyPlan {
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(
    reply.headers['content-range'] ?? '',
  );
  if (!range) return { kind: 'distrust' };
  const [start, end, total] = range.slice(1).map(Number);
  const etag = reply.headers['etag'] ?? null;
  const isSame =
    start === asked.fromBytes &&
    end !== undefined &&
    total !== undefined &&
    end >= asked.fromBytes &&
    end < total &&
    (asked.note?.totalBytes ?? total) === total &&
    etag === (asked.note?.etag ?? null);
  return { kind: isSame ? 'append' : 'distrust' };
}

/**
 * Decides what a reply's bytes are. Bytes are appended only where offset, total and ETag all agree with
 * the part; else the file begins anew.
 * @throws AppError `download.refused`, `download.not-the-file`, `download.wrong-size`
 */
export function judgeReply(reply: Reply, asked: AskedFor): ReplyPlan {
  const { status } = reply;
  if (status === 416 && asked.fromBytes > 0) return { kind: 'distrust' };
  const isPartial = status === 206 && asked.fromBytes > 0;
  if (status !== 200 && !isPartial) {
    throw new AppError('download.refused', { host: asked.host, status });
  }
  refuseOtherThings(reply, asked.host);
  return isPartial ? judgeRange(reply, asked) : judgeWhole(reply, asked);
}

/** Headers that ask for the rest. A weak ETag may not stand in `If-Range`; the reply's own is compared. */
export function rangeHeaders(
  fromBytes: number,
  note: PartNote | undefined,
): Record<string, string> {
  if (fromBytes === 0) return {};
  const etag = note?.etag ?? null;
  const range = { range: `bytes=${fromBytes}-` };
  return etag?.startsWith('"') ? { ...range, 'if-range': etag } : range;
}
