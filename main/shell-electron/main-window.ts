import type {
  BrowserWindow,
  BrowserWindowConstructorOptions,
  Rectangle,
  WebPreferences,
} from 'electron';
import { windowUrl } from './app-origin.ts';
import { findable, firstSize, readWindowState, writeWindowState } from './window-state.ts';

/** Reloads of a crashed window within this many milliseconds count together. */
const crashWindowMs = 60_000;
const reloadsMax = 3;

export interface MainWindowOptions {
  create(options: BrowserWindowConstructorOptions): BrowserWindow;
  preferences: WebPreferences;
  statePath: string;
  workAreas(): Rectangle[];
  monotonicMs(): number;
  warn(line: string): void;
}

/** A crashed page is loaded again: what it showed is in main. A page that crashes at once is left alone. */
function reloadAfterCrash(window: BrowserWindow, options: MainWindowOptions): void {
  let crashes: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    options.warn(`window process gone: ${reason} ${exitCode}`);
    const nowMs = options.monotonicMs();
    crashes = [...crashes.filter((atMs) => nowMs - atMs < crashWindowMs), nowMs];
    if (crashes.length <= reloadsMax) window.webContents.reload();
  });
}

/** Opens the window where it was last, and keeps where it is when it closes. */
export function openMainWindow(options: MainWindowOptions): BrowserWindow {
  const state = findable(readWindowState(options.statePath), options.workAreas());
  const { isMaximized = false, ...bounds } = state ?? {};
  const window = options.create({
    ...firstSize,
    ...bounds,
    minWidth: 360,
    minHeight: 420,
    show: false,
    autoHideMenuBar: true,
    webPreferences: options.preferences,
  });
  if (isMaximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    writeWindowState(options.statePath, {
      ...window.getNormalBounds(),
      isMaximized: window.isMaximized(),
    });
  });
  reloadAfterCrash(window, options);
  window.loadURL(windowUrl).catch((error: unknown) => options.warn(`window: ${String(error)}`));
  return window;
}
