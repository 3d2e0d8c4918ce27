import type { Session } from 'electron';
import { isWindowUrl } from './app-origin.ts';

type GuardedSession = Pick<
  Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
  | 'setUSBProtectedClassesHandler'
  | 'setBluetoothPairingHandler'
  | 'setSpellCheckerEnabled'
> & { readonly webRequest: Pick<Session['webRequest'], 'onBeforeRequest'> };

/** The one thing a window may do beyond its page: put text on the clipboard when the person asks. */
const allowed: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

const localSchemes = ['app:', 'blob:', 'data:', 'devtools:'];

/** True for what a window's own process may load; nothing of it lies outside this computer. */
export function isLocalRequest(url: string): boolean {
  return localSchemes.some((scheme) => url.startsWith(scheme));
}

/** Takes every permission and every way to the network from a session. */
export function closeSession(session: GuardedSession): void {
  session.setPermissionRequestHandler((contents, permission, reply) => {
    reply(allowed.has(permission) && isWindowUrl(contents.getURL()));
  });
  session.setPermissionCheckHandler((contents, permission) => {
    return allowed.has(permission) && contents !== null && isWindowUrl(contents.getURL());
  });
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, reply) => reply(null));
  session.setUSBProtectedClassesHandler(({ protectedClasses }) => protectedClasses);
  session.setBluetoothPairingHandler((_details, reply) => reply({ confirmed: false }));
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest(({ url }, reply) => reply({ cancel: !isLocalRequest(url) }));
}
