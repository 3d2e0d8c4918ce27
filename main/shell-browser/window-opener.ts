import type { ChildProcess } from 'node:child_process';
import { browserArguments, launchBrowser } from './browser.ts';

/** Opens windows, or, where none can be opened, says where the app is. */
export interface WindowOpener {
  /** Returns the address instead when no window can be opened. */
  open(): string | undefined;
  /** True when windows are the person's own: then the app does not end with the last one. */
  isHeadless(): boolean;
  close(): void;
}

/**
 * `browserPath` undefined opens none. A browser that fails makes the rest of this run headless, and
 * `onHeadless` is told the address.
 */
export function windowOpener(options: {
  browserPath: string | undefined;
  dataFolder: string;
  home: string;
  newWindowUrl(): string;
  onHeadless(url: string): void;
}): WindowOpener {
  const { browserPath, newWindowUrl } = options;
  const browsers = new Set<ChildProcess>();
  let isHeadless = browserPath === undefined;
  return {
    open() {
      const url = newWindowUrl();
      if (isHeadless || browserPath === undefined) return url;
      const browser = launchBrowser(
        browserPath,
        browserArguments({ ...options, browserPath, url }),
        () => {
          browsers.delete(browser);
          if (isHeadless) return;
          isHeadless = true;
          options.onHeadless(newWindowUrl());
        },
      );
      browser.once('exit', () => browsers.delete(browser));
      browsers.add(browser);
      return undefined;
    },
    isHeadless: () => isHeadless,
    close() {
      isHeadless = true;
      for (const browser of browsers) browser.kill();
    },
  };
}
