/**
 * What a window of Parley may load and do, as directives of a Content-Security-Policy. Both shells send it
 * as a header with every document. Nothing remote is ever allowed: a picture in an answer cannot carry a
 * conversation away.
 */
export const contentPolicy: ReadonlyMap<string, readonly string[]> = new Map([
  ['default-src', ["'none'"]],
  ['script-src', ["'self'"]],
  ['style-src', ["'self'"]],
  // Highlighted code and sized things carry style attributes; the sanitiser takes `url(` out of them.
  ['style-src-attr', ["'unsafe-inline'"]],
  ['img-src', ["'self'", 'blob:', 'data:']],
  ['font-src', ["'self'"]],
  ['connect-src', ["'self'"]],
  ['worker-src', ["'self'"]],
  ['frame-ancestors', ["'none'"]],
  ['base-uri', ["'none'"]],
  ['form-action', ["'none'"]],
  ['require-trusted-types-for', ["'script'"]],
  // Who may turn text into HTML: Svelte's own templates, the one Markdown path, and its sanitiser.
  ['trusted-types', ['svelte-trusted-html', 'parley-markdown', 'dompurify']],
]);

/** The policy as a header. `socketOrigin` (`ws://127.0.0.1:port`) is where the browser shell's port is. */
export function contentPolicyHeader(socketOrigin?: string): string {
  return [...contentPolicy]
    .map(([directive, sources]) => {
      const extra = directive === 'connect-src' && socketOrigin !== undefined ? [socketOrigin] : [];
      return [directive, ...sources, ...extra].join(' ');
    })
    .join('; ');
}

/** Every header a document or asset of the window is sent with, by lower-case name. */
export function windowHeaders(socketOrigin?: string): Record<string, string> {
  return {
    'content-security-policy': contentPolicyHeader(socketOrigin),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
      'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), display-capture=(), payment=()',
  };
}
