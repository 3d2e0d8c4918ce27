import type { IncomingMessage } from 'node:http';

/** Where the server is; the browser must have written exactly this. */
export interface ServerAddress {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  readonly cookieName: string;
}

export function serverAddress(port: number): ServerAddress {
  const host = `127.0.0.1:${port}`;
  // Cookies do not tell ports apart: the name does.
  return { host, origin: `http://${host}`, cookieName: `parley-${port}` };
}

function valuesOf(request: IncomingMessage, name: string): string[] {
  return request.headersDistinct[name] ?? [];
}

/** Another name for this computer means a page elsewhere had its name point here (DNS rebinding). */
export function isHostOurs(request: IncomingMessage, address: ServerAddress): boolean {
  const hosts = valuesOf(request, 'host');
  return hosts.length === 1 && hosts[0] === address.host;
}

/**
 * Only our own page sends our origin; what acts must be sent by it. A browser leaves the origin out of
 * plain reads of its own page, and there says `same-origin` (or `none`, typed by the person).
 */
export function isOriginOurs(
  request: IncomingMessage,
  address: ServerAddress,
  kind: 'read' | 'act',
): boolean {
  const origins = valuesOf(request, 'origin');
  const sites = valuesOf(request, 'sec-fetch-site');
  if (origins.some((origin) => origin !== address.origin) || origins.length > 1) return false;
  const allowedSites = kind === 'read' ? ['same-origin', 'none'] : ['same-origin'];
  if (sites.some((site) => !allowedSites.includes(site))) return false;
  return kind === 'read' || origins.length === 1;
}

/** The session named in the cookies; undefined when there is none, or more than one. */
export function sessionOf(request: IncomingMessage, address: ServerAddress): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const ours = cookies.filter((pair) => pair.startsWith(`${address.cookieName}=`));
  return ours.length === 1 ? ours[0]?.slice(address.cookieName.length + 1) : undefined;
}

/** The path asked for, still as it was written; undefined for a target that is no plain path. */
export function pathOf(request: IncomingMessage): string | undefined {
  const target = request.url ?? '';
  if (!target.startsWith('/') || target.startsWith('//') || target.length > 2048) return undefined;
  return target.split('?', 1)[0];
}
