import { EventEmitter } from 'node:events';
import type { ElectronParts } from './shell.ts';

/** A web contents as a test drives it. */
export class FakeContents extends EventEmitter {
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  url = 'app://parley/index.html';
  reloads = 0;
  isGone = false;
  mainFrame: FakeFrame = new FakeFrame();

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  getURL(): string {
    return this.url;
  }
  isDestroyed(): boolean {
    return this.isGone;
  }
  reload(): void {
    this.reloads += 1;
  }
}

/** A frame of a page, ours unless a test says otherwise. */
export class FakeFrame {
  parent: FakeFrame | null = null;
  origin = 'app://parley';
  url = 'app://parley/index.html';
  isGone = false;
  readonly posted: unknown[][] = [];

  isDestroyed(): boolean {
    return this.isGone;
  }
  postMessage(...message: unknown[]): void {
    this.posted.push(message);
  }
}

/** One end of a message channel; `close` closes both, frames wait until the reader starts. */
export class FakeMessagePort extends EventEmitter {
  peer: FakeMessagePort | undefined;
  #waiting: unknown[] = [];
  #isStarted = false;

  postMessage(data: unknown): void {
    this.peer?.receive(data);
  }
  receive(data: unknown): void {
    if (this.#isStarted) this.emit('message', { data });
    else this.#waiting.push(data);
  }
  start(): void {
    this.#isStarted = true;
    for (const data of this.#waiting.splice(0)) this.emit('message', { data });
  }
  close(): void {
    this.emit('close');
    this.peer?.emit('close');
  }
}

export class FakeChannel {
  readonly port1 = new FakeMessagePort();
  readonly port2 = new FakeMessagePort();

  constructor() {
    this.port1.peer = this.port2;
    this.port2.peer = this.port1;
  }
}

type Handler = (...args: unknown[]) => unknown;

/** A session that keeps each handler it is given under the name of its setter. */
export function fakeSession() {
  const handlers = new Map<string, Handler>();
  const keep = (name: string) => (handler: Handler) => {
    handlers.set(name, handler);
  };
  const values = new Map<string, unknown>();
  return {
    handlers,
    values,
    setPermissionRequestHandler: keep('request'),
    setPermissionCheckHandler: keep('check'),
    setDevicePermissionHandler: keep('device'),
    setDisplayMediaRequestHandler: keep('display'),
    setUSBProtectedClassesHandler: keep('usb'),
    setBluetoothPairingHandler: keep('bluetooth'),
    setSpellCheckerEnabled: (isEnabled: boolean) => values.set('spellcheck', isEnabled),
    webRequest: { onBeforeRequest: keep('web-request') },
    protocol: {
      handle: (scheme: string, handler: Handler) => handlers.set(`protocol:${scheme}`, handler),
    },
  };
}

/** The whole of Electron that the shell uses, with a list of what was called, in order. */
export function fakeElectron(given: { hasLock?: boolean; isPackaged?: boolean } = {}) {
  const calls: string[] = [];
  const switches = new Map<string, string | undefined>();
  const windows: FakeWindow[] = [];
  const session = fakeSession();
  const ready = Promise.withResolvers<void>();

  class FakeApp extends EventEmitter {
    readonly isPackaged = given.isPackaged ?? false;
    readonly commandLine = {
      appendSwitch: (name: string, value?: string) => {
        calls.push('appendSwitch');
        switches.set(name, value);
      },
    };
    exitCode: number | undefined;
    wish: unknown;
    enableSandbox(): void {
      calls.push('enableSandbox');
    }
    setPath(name: string, path: string): void {
      calls.push(`setPath ${name} ${path}`);
    }
    requestSingleInstanceLock(wish: unknown): boolean {
      calls.push('requestSingleInstanceLock');
      this.wish = wish;
      return given.hasLock ?? true;
    }
    whenReady(): Promise<void> {
      calls.push('whenReady');
      return ready.promise;
    }
    quit(): void {
      let isPrevented = false;
      this.emit('before-quit', {
        preventDefault: () => {
          isPrevented = true;
        },
      });
      if (!isPrevented) this.exitCode = 0;
    }
    exit(exitCode: number): void {
      this.exitCode = exitCode;
    }
  }
  const app = new FakeApp();

  class FakeWindow extends EventEmitter {
    static getAllWindows(): FakeWindow[] {
      return windows;
    }
    readonly webContents = new FakeContents();
    readonly options: Record<string, unknown>;
    readonly loaded: string[] = [];
    focused = 0;
    constructor(options: Record<string, unknown>) {
      super();
      calls.push('BrowserWindow');
      this.options = options;
      windows.push(this);
      app.emit('web-contents-created', {}, this.webContents);
    }
    loadURL(url: string): Promise<void> {
      this.loaded.push(url);
      return Promise.resolve();
    }
    getNormalBounds() {
      return { x: 10, y: 20, width: 900, height: 700 };
    }
    isMaximized(): boolean {
      return false;
    }
    isMinimized(): boolean {
      return false;
    }
    maximize(): void {}
    show(): void {}
    focus(): void {
      this.focused += 1;
    }
    shut(): void {
      this.emit('close');
      windows.splice(windows.indexOf(this), 1);
      if (windows.length === 0) app.emit('window-all-closed');
    }
  }

  const ipcMain = new EventEmitter();
  const parts = {
    app,
    BrowserWindow: FakeWindow,
    ipcMain,
    Menu: {
      buildFromTemplate: (template: unknown) => template,
      setApplicationMenu: (menu: unknown) => session.values.set('menu', menu),
    },
    MessageChannelMain: FakeChannel,
    powerMonitor: { isOnBatteryPower: () => false },
    safeStorage: { isEncryptionAvailable: () => false },
    protocol: {
      registerSchemesAsPrivileged: (schemes: { scheme: string }[]) => {
        calls.push(`registerSchemes ${schemes.map(({ scheme }) => scheme).join()}`);
      },
    },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }] },
    session: { defaultSession: session },
    shell: { openExternal: async () => {}, openPath: async () => '' },
    utilityProcess: { fork: () => new EventEmitter() },
  };
  return {
    parts: parts as unknown as ElectronParts,
    app,
    calls,
    switches,
    windows,
    session,
    ipcMain,
    becomeReady: ready.resolve,
  };
}
