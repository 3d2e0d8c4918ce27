/** The scheme and the one address that windows of the Electron shell are ever at. */
export const appScheme = 'app';
export const appHost = 'parley';
export const appOrigin = `${appScheme}://${appHost}`;
export const windowUrl = `${appOrigin}/index.html`;

/**
 * True for the window's own page and for nothing else. The text itself is compared: what two readers of
 * addresses could read differently is not ours.
 */
export function isWindowUrl(url: string): boolean {
  return url === windowUrl || url.startsWith(`${windowUrl}#`);
}
