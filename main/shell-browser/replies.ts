import type { IncomingMessage, ServerResponse } from 'node:http';

const bodyBytesMax = 4 * 1024;
const bodyMsMax = 5_000;

/** Answers with nothing but a status. A refusal ends the connection, and with it what is still being sent. */
export function replyStatus(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
): void {
  const ending = status >= 400 ? { connection: 'close' } : {};
  response.writeHead(status, { 'cache-control': 'no-store', ...ending, ...headers });
  response.end();
}

export function replyJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(JSON.stringify(value));
}

/** The body as text; undefined when it is longer than 4 KiB. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let receivedBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    receivedBytes += chunk.byteLength;
    if (receivedBytes > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseObject(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A small JSON object from a request's body; undefined for anything else, above all for what a form of a
 * foreign page can send without asking first. A body that takes more than 5 s ends the connection.
 */
export async function readSmallJson(
  request: IncomingMessage,
): Promise<Record<string, unknown> | undefined> {
  if (request.headers['content-type'] !== 'application/json') return undefined;
  const late = setTimeout(() => request.destroy(), bodyMsMax);
  try {
    return parseObject(await readBody(request));
  } finally {
    clearTimeout(late);
  }
}
