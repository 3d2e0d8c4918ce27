import { join } from 'node:path';
import type * as Electron from 'electron';
import * as z from 'zod';
import { dataFolder } from '../adapters/app-folders.ts';
import type { BundlePaths } from '../adapters/bundle-paths.ts';
import { drawnFiles } from '../adapters/drawn-files.ts';
import { rendererAssets } from '../adapters/renderer-assets.ts';
import type { StartOptions } from '../adapters/start-options.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { App, AppPorts } from '../app-ports.ts';
import { appScheme } from './app-origin.ts';
import { appProtocolHandler, appSchemes } from './app-protocol.ts';
import { openMainWindow } from './main-window.ts';
import { menuTemplate } from './menu.ts';
import { guardNavigation } from './navigation.ts';
import { closeSession } from './permissions.ts';
import { electronRendererPorts } from './renderer-ports.ts';
import type { WholeStore } from './settings-store.ts';
import { shellPorts } from './shell-ports.ts';
import { webPreferences } from './web-preferences.ts';

/** The parts of Electron that the shell is built on. */
export type ElectronParts = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'ipcMain'
  | 'Menu'
  | 'MessageChannelMain'
  | 'powerMonitor'
  | 'protocol'
  | 'safeStorage'
  | 'screen'
  | 'session'
  | 'shell'
  | 'utilityProcess'
>;

export interface ElectronShellOptions {
  electron: ElectronParts;
  options: StartOptions;
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  home: string;
  paths: BundlePaths;
  createApp(ports: AppPorts): Promise<App>;
  openStore(place: { cwd: string; name: string }): WholeStore;
  complain(line: string): void;
}

const modelRequest = z.object({
  modelPath: z.string().max(4096).nullable(),
  projectorPath: z.string().max(4096).nullable(),
});
type ModelRequest = z.infer<typeof modelRequest>;

const busyCheckMs = 1_000;

/** Switches that keep Chromium itself off the network; the one door is in main and is not Chromium's. */
const quietSwitches: readonly [string, string?][] = [
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['disable-quic'],
  ['no-pings'],
  ['host-resolver-rules', 'MAP * ~NOTFOUND'],
];

/** Everything that must be said before Electron is ready. */
function prepare(shell: ElectronShellOptions, data: string): void {
  const { app, protocol } = shell.electron;
  app.enableSandbox();
  for (const [name, value] of quietSwitches) app.commandLine.appendSwitch(name, value);
  protocol.registerSchemesAsPrivileged(appSchemes);
  app.setPath('userData', join(data, 'window-profile'));
  app.on('web-contents-created', (_event, contents) => guardNavigation(contents));
}

/** Ends the app once, in order, when Electron wants to quit. */
function closeBeforeQuit(electronApp: ElectronParts['app'], app: App): void {
  let isClosing = false;
  electronApp.on('before-quit', (event) => {
    event.preventDefault();
    if (isClosing) return;
    isClosing = true;
    void app.close().then(
      () => electronApp.exit(0),
      () => electronApp.exit(1),
    );
  });
}

/** With the last window gone the app ends as soon as no answer is being written. On macOS it stays. */
function quitWhenIdle(shell: ElectronShellOptions, app: App): void {
  const { app: electronApp, BrowserWindow } = shell.electron;
  const quit = (): void => {
    if (BrowserWindow.getAllWindows().length > 0) return;
    if (app.isBusy()) systemClock.after(busyCheckMs, quit);
    else electronApp.quit();
  };
  electronApp.on('window-all-closed', () => {
    if (shell.platform !== 'darwin') quit();
  });
}

function openModel(app: App, request: ModelRequest, complain: (line: string) => void): void {
  if (request.modelPath === null) return;
  app
    .openModel(request.modelPath, request.projectorPath)
    .catch((error: unknown) => complain(String(error)));
}

async function start(shell: ElectronShellOptions, data: string): Promise<void> {
  const { electron, options, platform, paths } = shell;
  const { app: electronApp, BrowserWindow, Menu, MessageChannelMain, screen, session } = electron;
  const ports = shellPorts({
    ...shell,
    data,
    temperature: options.temperature,
    shell: electron.shell,
    fork: electron.utilityProcess.fork,
    powerMonitor: electron.powerMonitor,
    safeStorage: electron.safeStorage,
  });
  closeSession(session.defaultSession);
  const handler = appProtocolHandler(rendererAssets(paths.renderer), drawnFiles(data));
  session.defaultSession.protocol.handle(appScheme, handler);
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(menuTemplate({ platform, isPackaged: electronApp.isPackaged })),
  );

  const app = await shell.createApp(ports);
  closeBeforeQuit(electronApp, app);
  quitWhenIdle(shell, app);
  electronRendererPorts({
    ipcMain: electron.ipcMain,
    openChannel: () => new MessageChannelMain(),
    warn: (line) => ports.log.warn(line),
  }).onConnect((port) => app.serve(port));

  const open = (): void => {
    openMainWindow({
      create: (windowOptions) => new BrowserWindow(windowOptions),
      preferences: webPreferences({
        preloadPath: paths.preload,
        isPackaged: electronApp.isPackaged,
      }),
      statePath: join(data, 'window.json'),
      workAreas: () => screen.getAllDisplays().map(({ workArea }) => workArea),
      monotonicMs: systemClock.monotonicMs,
      warn: (line) => ports.log.warn(line),
    });
  };
  const focus = (): void => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    if (window) window.focus();
    else open();
  };
  electronApp.on('activate', focus);
  electronApp.on('second-instance', (_event, _argv, _folder, wish) => {
    focus();
    const request = modelRequest.safeParse(wish);
    if (request.success) openModel(app, request.data, (line) => ports.log.warn(line));
  });
  open();
  openModel(app, options, shell.complain);
}

/**
 * Starts the app in Electron. A second start on the same data focuses the first, hands it the model it was
 * asked to open, and ends.
 */
export async function runElectronShell(shell: ElectronShellOptions): Promise<void> {
  const { app } = shell.electron;
  const { modelPath, projectorPath } = shell.options;
  const data = shell.options.dataFolder ?? dataFolder(shell);
  prepare(shell, data);
  if (!app.requestSingleInstanceLock({ modelPath, projectorPath })) {
    app.exit(0);
    return;
  }
  await app.whenReady();
  try {
    await start(shell, data);
  } catch (error) {
    shell.complain(String(error));
    app.exit(1);
  }
}
