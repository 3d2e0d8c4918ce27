import type { AppHandlers } from '../contract/app-contract.ts';
import { appContract } from '../contract/app-contract.ts';
import { AppError } from '../contract/errors/app-error.ts';
import type { Port } from '../contract/rpc/port.ts';
import { emitter, serve } from '../contract/rpc/serve.ts';
import type { App, AppPorts } from './app-ports.ts';
import { createSettings } from './services/settings/index.ts';

/** Every member refuses with `error`; events are told by nobody. */
function refuseAll(error: AppError): AppHandlers {
  const refuse = (): never => {
    throw error;
  };
  const groups = Object.entries(appContract).map(([group, members]) => [
    group,
    Object.fromEntries(Object.keys(members).map((name) => [name, refuse])),
  ]);
  return Object.fromEntries(groups) as AppHandlers;
}

/** True for an error of opening the stored data: it stands as it was, and a person can do something about it. */
export function isBlocking(error: unknown): error is AppError {
  const codes = ['storage.newer', 'storage.locked', 'storage.full', 'storage.failed'] as const;
  return codes.some((code) => AppError.is(error, code));
}

/**
 * The app when the stored data cannot be opened: a window that says so in the person's language and shows
 * the folder, and nothing else. No engine, no network, nothing written but settings.
 */
export function blockedApp(ports: AppPorts, error: AppError): App {
  const { desktop, folders, log, settingsStore, version } = ports;
  log.incident(error, 'opening the stored data');
  const windows = new Set<Port>();
  const handlers: AppHandlers = {
    ...refuseAll(error),
    app: {
      info: () => ({
        version,
        dataFolder: folders.data,
        engineDescription: null,
        isBlocked: true,
        storageNotice: error.toWire(),
      }),
      openLink: () => {
        throw error;
      },
      showFolder: async () => {
        await desktop.showFolder(folders.data);
        return {};
      },
    },
    settings: createSettings({
      store: settingsStore,
      emit: emitter(appContract, windows).settings,
    }),
  };
  return {
    serve: (port) => {
      windows.add(port);
      port.onClose(() => windows.delete(port));
      serve(appContract, handlers, port, (cause, path) => log.incident(cause, path));
    },
    isBusy: () => false,
    openModel: async () => {
      throw error;
    },
    close: async () => {},
  };
}
