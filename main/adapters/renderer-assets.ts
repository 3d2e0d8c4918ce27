import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Only these kinds of file are ever served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** A file of the built window. */
export interface Asset {
  readonly contentType: string;
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** The built window's files, by the path a window asks for (`/assets/main.js`; `/` is `index.html`). */
export interface RendererAssets {
  find(urlPath: string): Asset | undefined;
}

/**
 * Lists `folder` once. What is asked for later is looked up in that list and never made into a path, so no
 * spelling of a path reaches another file; links are not followed.
 * @throws when the folder, or `index.html` in it, is not there
 */
export function rendererAssets(folder: string): RendererAssets {
  const assets = new Map<string, Asset>();
  const add = (subfolder: string, urlPrefix: string): void => {
    for (const entry of readdirSync(subfolder, { withFileTypes: true })) {
      const path = join(subfolder, entry.name);
      if (entry.isDirectory()) add(path, `${urlPrefix}${entry.name}/`);
      const contentType = contentTypes[extname(entry.name)];
      if (!entry.isFile() || contentType === undefined) continue;
      assets.set(urlPrefix + entry.name, {
        contentType,
        read: () => readFile(path),
      });
    }
  };
  add(folder, '/');
  const index = assets.get('/index.html');
  if (!index) throw new Error(`no index.html in ${folder}`);
  assets.set('/', index);
  return { find: (urlPath) => assets.get(urlPath) };
}
