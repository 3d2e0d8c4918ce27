import type { CustomScheme } from 'electron';
import { windowHeaders } from '../adapters/content-policy.ts';
import { type DrawnFiles, drawnHeaders, isDrawnPath } from '../adapters/drawn-files.ts';
import type { RendererAssets } from '../adapters/renderer-assets.ts';
import { appOrigin, appScheme } from './app-origin.ts';

/** The scheme as Electron must know it before it is ready. */
export const appSchemes: CustomScheme[] = [
  {
    scheme: appScheme,
    privileges: {
      standard: true,
      secure: true,
      supportFetchAPI: true,
      corsEnabled: false,
      bypassCSP: false,
      allowServiceWorkers: false,
      stream: false,
      codeCache: true,
    },
  },
];

function refused(status: number): Response {
  return new Response(null, { status, headers: { 'cache-control': 'no-store' } });
}

/**
 * Answers requests of the window from its built files and the pictures drawn for it. The address is cut as text, never parsed: an
 * address that does not name a built file letter by letter is not found.
 */
export function appProtocolHandler(
  assets: RendererAssets,
  drawn: DrawnFiles,
): (request: { url: string; method: string }) => Promise<Response> {
  return async ({ url, method }) => {
    if (method !== 'GET') return refused(405);
    if (!url.startsWith(`${appOrigin}/`)) return refused(404);
    const [path = ''] = url.slice(appOrigin.length).split(/[?#]/, 1);
    if (isDrawnPath(path)) {
      const bytes = await drawn.read(path);
      return bytes
        ? new Response(bytes, { headers: { ...windowHeaders(), ...drawnHeaders } })
        : refused(404);
    }
    const asset = assets.find(path);
    if (!asset) return refused(404);
    const headers = { ...windowHeaders(), 'content-type': asset.contentType };
    return new Response(await asset.read(), { headers });
  };
}
