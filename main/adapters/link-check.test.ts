import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { checkedLink } from './link-check.ts';

test.each([
  ['https://example.org/a?b=c#d', 'https://example.org/a?b=c#d'],
  ['HTTPS://Example.ORG', 'https://example.org/'],
  ['http://example.org/plain', 'http://example.org/plain'],
  ['HTTP://192.168.1.1', 'http://192.168.1.1/'],
  ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ['https://аpple.com/', 'https://xn--pple-43d.com/'],
  ['mailto:mei@example.org?subject=hello', 'mailto:mei@example.org?subject=hello'],
])('%s is opened as %s', (url, opened) => {
  expect(checkedLink(url)).toBe(opened);
});

/** Addresses that no window and no answer of a model may open. */
const hostile = [
  '',
  'example.org',
  '//example.org',
  'http:example.org',
  'http:/example.org',
  'http://a:b@example.org/',
  'http://bank.example@evil.example/',
  'https:example.org',
  'https:/example.org',
  'https://',
  'https://a:b@example.org/',
  'https://bank.example@evil.example/',
  'https:\\\\example.org',
  'https://example.org\\@evil.example',
  ' https://example.org',
  'https://example.org/\u0000',
  'https://example.org/\n',
  'https://example.org/\u202egpj.exe',
  'https://exam\u200bple.org/',
  'java\tscript:alert(1)',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'file://server/share',
  'smb://server/share',
  'ftp://example.org',
  'blob:https://example.org/1',
  'filesystem:https://example.org/1',
  'view-source:https://example.org',
  'about:blank',
  'chrome://settings',
  'app://parley/index.html',
  'ms-msdt:/id',
  'search-ms:query=x',
  'vscode://file/x',
  'ssh://x',
  'tel:123',
  'mailto:a@b.example?attach=/etc/passwd',
  'mailto:a@b.example?bcc=c@d.example',
  `https://example.org/${'a'.repeat(3000)}`,
];

test.each(hostile)('%j is refused', (url) => {
  expect(() => checkedLink(url)).toThrow(AppError);
});

test('whatever comes in, what comes out is https, http or mailto and survives being checked again', async () => {
  const anything = fc.oneof(
    fc.string(),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.string().map((rest) => `https://${rest}`),
    fc.string().map((rest) => `http://${rest}`),
    fc.string().map((rest) => `mailto:${rest}`),
  );
  await fc.assert(
    fc.property(anything, (url) => {
      let opened = '';
      try {
        opened = checkedLink(url);
      } catch (error) {
        expect(AppError.is(error, 'link.refused')).toBe(true);
        return;
      }
      expect(opened).toMatch(/^(https?:\/\/[^/@]+\/|mailto:)/);
      expect(checkedLink(opened)).toBe(opened);
    }),
    { numRuns: 2_000 },
  );
});
