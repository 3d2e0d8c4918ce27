import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { browserBridge } from './browser-bridge.ts';

class OpeningSocket extends EventTarget {
  constructor() {
    super();
    queueMicrotask(() => this.dispatchEvent(new Event('open')));
  }
  close(): void {}
}

let requests: [string, RequestInit][] = [];
beforeEach(() => {
  requests = [];
  vi.stubGlobal('WebSocket', OpeningSocket);
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    // Taken out before the request: whatever happens next, the token is not left in the address.
    expect(location.hash).toBe('');
    requests.push([path, init]);
    return { status: 204 };
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  history.replaceState(null, '', '/');
});

describe('opening', () => {
  test('exchanges the token of the address once, and takes it out of the address', async () => {
    history.replaceState(null, '', '/#token=abc');
    const bridge = browserBridge();
    (await bridge.open()).close();
    (await bridge.open()).close();
    expect(requests.map(([path, init]) => [path, init.method, init.body])).toEqual([
      ['/session', 'POST', '{"token":"abc"}'],
    ]);
    expect(location.href).not.toContain('abc');
  });

  test('without a token goes by the session that is there', async () => {
    (await browserBridge().open()).close();
    expect(requests).toEqual([]);
  });

  test('a server that is not there is a lost connection', async () => {
    history.replaceState(null, '', '/#token=abc');
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed to fetch')));
    await expect(browserBridge().open()).rejects.toThrow('connection.lost');
  });
});

/** The part of an XMLHttpRequest that is used; `answer` ends it. */
class FakeRequest extends EventTarget {
  static latest: FakeRequest | undefined;
  readonly upload = new EventTarget();
  readonly opened: string[] = [];
  status = 0;
  responseText = '';
  body: unknown;
  isAborted = false;

  constructor() {
    super();
    FakeRequest.latest = this;
  }
  open(method: string, path: string): void {
    this.opened.push(method, path);
  }
  setRequestHeader(): void {}
  send(body: unknown): void {
    this.body = body;
  }
  abort(): void {
    this.isAborted = true;
    this.dispatchEvent(new Event('loadend'));
  }
  answer(status: number, text = ''): void {
    this.status = status;
    this.responseText = text;
    this.dispatchEvent(new Event('loadend'));
  }
}

describe('a dropped file', () => {
  const file = new File(['GGUF'], 'm.gguf');
  beforeEach(() => vi.stubGlobal('XMLHttpRequest', FakeRequest));

  function send(signal = new AbortController().signal) {
    const fractions: number[] = [];
    const reference = browserBridge().refer(file, {
      onProgress: (fraction) => fractions.push(fraction),
      signal,
    });
    return { reference, fractions, request: FakeRequest.latest as FakeRequest };
  }

  test('is uploaded with progress and named by its upload', async () => {
    const { reference, fractions, request } = send();
    request.upload.dispatchEvent(new ProgressEvent('progress', { loaded: 1, total: 4 }));
    request.upload.dispatchEvent(new ProgressEvent('progress', { loaded: 4, total: 4 }));
    request.answer(200, '{"uploadId":"u1"}');
    expect(await reference).toEqual({ kind: 'upload', uploadId: 'u1', name: 'm.gguf' });
    expect(fractions).toEqual([0.25, 1]);
    expect([request.opened, request.body]).toEqual([['POST', '/upload'], file]);
  });

  test.each([
    [507, 'storage.full'],
    [500, 'storage.failed'],
    [503, 'storage.failed'],
    [401, 'connection.lost'],
    [0, 'connection.lost'],
  ] as const)('that is answered with %i fails as %s', async (status, code) => {
    const { reference, request } = send();
    request.answer(status);
    const error = await reference.catch((caught: unknown) => caught);
    expect(AppError.is(error, code)).toBe(true);
  });

  test('is given up when its signal aborts', async () => {
    const controller = new AbortController();
    const { reference, request } = send(controller.signal);
    controller.abort();
    await expect(reference).rejects.toMatchObject({ name: 'AbortError' });
    expect(request.isAborted).toBe(true);
  });

  test('is not even begun when it was given up before', async () => {
    const signal = AbortSignal.abort();
    const reference = browserBridge().refer(file, { onProgress: () => {}, signal });
    await expect(reference).rejects.toMatchObject({ name: 'AbortError' });
  });
});
