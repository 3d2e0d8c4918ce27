import type { WebPreferences } from 'electron';

/**
 * What a window may do: nothing of Node, nothing of Electron but the preload's two functions. Each value is
 * written out, also where it is Electron's own: a default may change.
 */
export function webPreferences(options: {
  preloadPath: string;
  isPackaged: boolean;
}): Readonly<WebPreferences> {
  return Object.freeze({
    preload: options.preloadPath,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    enableBlinkFeatures: '',
    webviewTag: false,
    plugins: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    // Electron fetches the dictionaries by itself.
    spellcheck: false,
    devTools: !options.isPackaged,
  });
}
