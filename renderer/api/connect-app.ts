import type { AppLink } from '../state/app-link.ts';
import { browserBridge } from './browser-bridge.ts';
import { electronBridge, type PreloadFunctions } from './electron-bridge.ts';
import { LastingClient } from './lasting-client.ts';

/**
 * Connects this window to the app. Afterwards a lost connection is tried again every second;
 * until it is back, calls and streams give `connection.lost`. Subscriptions are then made anew by themselves.
 * @throws AppError `connection.lost` when there is no app to connect to, or it does not let this window in
 */
export async function connectApp(): Promise<AppLink> {
  const { parleyShell } = globalThis as { parleyShell?: PreloadFunctions };
  const bridge = parleyShell ? electronBridge(parleyShell) : browserBridge();
  const lasting = new LastingClient(bridge.open);
  await lasting.start();
  return {
    client: lasting.client,
    refer: bridge.refer,
    onConnection: (listener) => lasting.onConnection(listener),
  };
}
