import { expect, test } from 'vitest';
import { contentPolicyHeader, windowHeaders } from './content-policy.ts';

/** An independent reading of the header, as a browser does it: the first of two equal directives counts. */
function parsePolicy(header: string): Map<string, string[]> {
  const policy = new Map<string, string[]>();
  for (const piece of header.split(';')) {
    const [name = '', ...sources] = piece.trim().split(/\s+/);
    if (name !== '' && !policy.has(name)) policy.set(name, sources);
  }
  return policy;
}

test('the header says exactly this', () => {
  expect(Object.fromEntries(parsePolicy(contentPolicyHeader()))).toEqual({
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'style-src-attr': ["'unsafe-inline'"],
    'img-src': ["'self'", 'blob:', 'data:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'"],
    'worker-src': ["'self'"],
    'frame-ancestors': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['svelte-trusted-html', 'parley-markdown', 'dompurify'],
  });
});

test('the socket of the browser shell is the one address added, for connections only', () => {
  const plain = parsePolicy(contentPolicyHeader());
  const withSocket = parsePolicy(contentPolicyHeader('ws://127.0.0.1:4321'));
  expect(withSocket.get('connect-src')).toEqual(["'self'", 'ws://127.0.0.1:4321']);
  withSocket.set('connect-src', ["'self'"]);
  expect(withSocket).toEqual(plain);
});

test('no source is remote, a wildcard, or lets text run as script', () => {
  for (const [directive, sources] of parsePolicy(contentPolicyHeader())) {
    for (const source of sources) {
      expect(source).not.toMatch(/\*|https?:|unsafe-eval|strict-dynamic|unsafe-hashes/);
      if (source === "'unsafe-inline'") expect(directive).toBe('style-src-attr');
    }
  }
});

test('the other headers keep the window to itself', () => {
  expect(windowHeaders()).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'referrer-policy': 'no-referrer',
  });
});
