import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { drawnFiles } from '../adapters/drawn-files.ts';
import { rendererAssets } from '../adapters/renderer-assets.ts';
import type { StartOptions } from '../adapters/start-options.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { App, AppPorts } from '../app-ports.ts';
import { canOpenWindow, findBrowser } from './browser.ts';
import { type LockOutcome, takeInstanceLock } from './instance-lock.ts';
import { endAfterLastWindow } from './lifetime.ts';
import { startBrowserServer } from './server.ts';
import { type Host, type ShellBase, shellBase, shellPorts } from './shell-ports.ts';
import { type WindowOpener, windowOpener } from './window-opener.ts';

/** What the shell finds around it. */
export interface Surroundings extends Host {
  /** Undefined on Windows. */
  userId: number | undefined;
  createApp(ports: AppPorts): Promise<App>;
  /** One line for whoever started the program. */
  say(line: string): void;
  complain(line: string): void;
}

/** A started shell. */
export interface RunningShell {
  /** The exit code, once all is closed. */
  readonly ended: Promise<number>;
  end(): void;
}

const closeMsMax = 10_000;

const secondStart = z.object({
  modelPath: z.string().max(4096).nullable(),
  projectorPath: z.string().max(4096).nullable(),
  /** It opens no window itself and wants to be told where one can be. */
  wantsUrl: z.boolean(),
});

/** Written whole under another name first: who waits for the file never reads half of it. */
function writeUrlFile(path: string, url: string): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, url, { mode: 0o600 });
  renameSync(temporary, path);
}

type ModelRequest = Pick<StartOptions, 'modelPath' | 'projectorPath'>;

async function openModel(app: App, request: ModelRequest, complain: (line: string) => void) {
  if (request.modelPath === null) return;
  await app
    .openModel(request.modelPath, request.projectorPath)
    .catch((error: unknown) => complain(String(error)));
}

function browserFor(options: StartOptions, around: Surroundings): string | undefined {
  if (options.isHeadless || !canOpenWindow(around)) return undefined;
  return findBrowser({ ...around, exists: existsSync });
}

/** Tells whoever started us what the first instance did. */
function endAsSecond(
  outcome: Exclude<LockOutcome, { kind: 'first' }>,
  options: StartOptions,
  around: Surroundings,
) {
  if (outcome.kind === 'silent') {
    around.complain(`Parley runs already (process ${outcome.pid}) and does not answer.`);
    return 1;
  }
  const { url } = z.object({ url: z.string().optional() }).catch({}).parse(outcome.reply);
  if (url !== undefined) {
    if (options.urlFile !== null) writeUrlFile(options.urlFile, url);
    around.say(`Parley: ${url}`);
  }
  return 0;
}

/** A window, or the line that says where one can be opened. */
function openOrSay(
  windows: WindowOpener,
  options: StartOptions,
  around: Surroundings,
  urlForFile: string,
) {
  if (options.urlFile !== null) writeUrlFile(options.urlFile, urlForFile);
  const url = windows.open();
  if (url !== undefined) around.say(`Parley: ${url}`);
}

async function within(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const cancel = systemClock.after(limitMs, () => resolve(false));
  void work.then(() => resolve(true)).catch(() => resolve(false));
  const isDone = await promise;
  cancel();
  return isDone;
}

/**
 * Starts the app behind the loopback server and opens a window on it, or hands its wish to the instance
 * that runs already. The exit code is 0 after a wished end, 1 when the app could not start or not close.
 * @throws when the data folder, the built window or the port cannot be had
 */
export async function runBrowserShell(
  options: StartOptions,
  around: Surroundings,
): Promise<RunningShell> {
  const base: ShellBase = shellBase(options, around);
  const ready = Promise.withResolvers<{ app: App; windows: WindowOpener }>();
  // Nobody may be waiting yet when the start fails.
  ready.promise.catch(() => {});
  const secret = randomBytes(24).toString('base64url');
  const server = await startBrowserServer({
    assets: rendererAssets(around.paths.renderer),
    uploads: base.files,
    drawn: drawnFiles(base.folders.data),
    log: base.log,
    instanceSecret: secret,
    onInstanceRequest: async (body) => {
      const request = secondStart.parse(body);
      const { app, windows } = await ready.promise;
      void openModel(app, request, (line) => base.log.warn(`second start: ${line}`));
      const url = request.wantsUrl ? server.newWindowUrl() : windows.open();
      return url === undefined ? {} : { url };
    },
  });

  const { modelPath, projectorPath, isHeadless } = options;
  const lock = await takeInstanceLock({
    folder: base.folders.data,
    port: server.port,
    secret,
    request: { modelPath, projectorPath, wantsUrl: isHeadless },
  });
  if (lock.kind !== 'first') {
    await server.close();
    return { ended: Promise.resolve(endAsSecond(lock, options, around)), end: () => {} };
  }

  const windows = windowOpener({
    browserPath: browserFor(options, around),
    dataFolder: base.folders.data,
    home: around.home,
    newWindowUrl: server.newWindowUrl,
    onHeadless: (url) => around.say(`Parley: ${url}`),
  });
  let app: App;
  try {
    base.files.removeAbandoned();
    app = await around.createApp(shellPorts(options, around, base));
  } catch (error) {
    ready.reject(error);
    base.log.incident(error, 'start');
    around.complain(String(error));
    await server.close();
    lock.release();
    return { ended: Promise.resolve(1), end: () => {} };
  }

  const ended = Promise.withResolvers<number>();
  let isEnding = false;
  const end = async (): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    windows.close();
    const isClosed = await within(app.close(), closeMsMax);
    await server.close();
    lock.release();
    ended.resolve(isClosed ? 0 : 1);
  };
  server.onConnect((port) => app.serve(port));
  endAfterLastWindow({
    ports: server,
    clock: systemClock,
    isBusy: () => windows.isHeadless() || app.isBusy(),
    end: () => void end(),
  });
  ready.resolve({ app, windows });
  void openModel(app, options, around.complain);
  openOrSay(windows, options, around, server.newWindowUrl());
  return { ended: ended.promise, end: () => void end() };
}
