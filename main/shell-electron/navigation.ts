import type { WebContents } from 'electron';
import { isWindowUrl } from './app-origin.ts';

/** Keeps a window at its own page: it goes nowhere, opens nothing, and holds no foreign page. */
export function guardNavigation(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>): void {
  const stay = (details: { preventDefault(): void; url: string }): void => {
    if (!isWindowUrl(details.url)) details.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // Links go through the app, which shows an address in full before the desktop opens it.
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
