const openableSchemes = new Set(['https:', 'http:', 'mailto:']);
const maxUrlChars = 2048;

function parsed(url: string): URL | null {
  // A control character or a blank in front of the scheme is how filters are dodged: such addresses are no links.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (url.length > maxUrlChars || /[\u0000-\u0020\u007f]/u.test(url)) return null;
  return URL.canParse(url) ? new URL(url) : null;
}

/** True for absolute https, http and mailto addresses of at most 2,048 characters; nothing else becomes a link. */
export function isOpenable(url: string): boolean {
  const address = parsed(url);
  return address !== null && openableSchemes.has(address.protocol);
}

/** The host that an address points to, in punycode; empty where it has none. */
export function hostOf(url: string): string {
  return parsed(url)?.host ?? '';
}

/** The address as a person should judge it: host in punycode, nothing hidden. Unreadable ones come back as they are. */
export function fullAddress(url: string): string {
  return parsed(url)?.href ?? url;
}
