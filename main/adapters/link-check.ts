import { AppError } from '../../contract/errors/app-error.ts';

const lengthMax = 2048;

function refused(url: string): AppError<'link.refused'> {
  return new AppError('link.refused', { url: url.slice(0, 200) });
}

function isUnseen(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (
    code <= 0x20 ||
    code === 0x7f ||
    character === '\\' ||
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character)
  );
}

/**
 * The address as it may be given to the desktop: https, http or mailto, at most 2,048 characters, host in its
 * ASCII form. Refused are names and passwords in it (`https://bank.example@evil.example`), characters that
 * are not seen, and mailto headers that add files or receivers.
 * @throws AppError `link.refused`
 */
export function checkedLink(url: string): string {
  if (url.length > lengthMax || [...url].some(isUnseen)) throw refused(url);
  const parsed = URL.parse(url);
  if (!parsed || parsed.href.length > lengthMax) throw refused(url);
  if (parsed.protocol === 'https:' || parsed.protocol === 'http:') {
    if (!/^https?:\/\//i.test(url) || parsed.hostname === '') throw refused(url);
    if (parsed.username !== '' || parsed.password !== '') throw refused(url);
    return parsed.href;
  }
  if (parsed.protocol === 'mailto:') {
    const headers = [...parsed.searchParams.keys()].map((key) => key.toLowerCase());
    if (headers.some((key) => key !== 'subject' && key !== 'body')) throw refused(url);
    return parsed.href;
  }
  throw refused(url);
}
