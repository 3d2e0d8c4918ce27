import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  closeCase,
  expectFailed,
  expectGood,
  good,
  hasArrived,
  openCase,
  other,
  rig,
  server,
  useRig,
  withServer,
} from './testing/download-case.fixture.ts';
import { entryFor, fileFor, pseudoModel } from './testing/ports.fixture.ts';

beforeEach(openCase);
afterEach(closeCase);

describe('a server that behaves', () => {
  it('gives the file in one request, unencoded, and nothing is left over', async () => {
    await withServer([]);
    await rig.run();
    await expectGood();
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      url: '/repo/model/resolve/main/model.gguf',
      headers: { 'accept-encoding': 'identity' },
    });
    expect(server.requests[0]?.headers.range).toBeUndefined();
    expect(rig.seen.at(0)).toMatchObject({ totalBytes: good.length, hasRestarted: false });
    expect(rig.seen.at(-1)).toMatchObject({ state: 'checking', doneBytes: good.length });
    expect(rig.seen.map(({ sourceLabel }) => sourceLabel)).toContain('127.0.0.1');
  });
  it('takes the server’s length where the catalogue only has a rounded size', async () => {
    await withServer([], { fileBytes: 380_000, hasExactSize: false });
    await rig.run();
    await expectGood();
  });
  it('follows redirects', async () => {
    await withServer([
      { redirectTo: '/a' },
      { status: 307, redirectTo: `${server.origin}/b` },
      { status: 308, redirectTo: 'c' },
    ]);
    await rig.run();
    await expectGood();
  });
  it('fetches the projector after the model', async () => {
    const entries = [
      entryFor(fileFor(good), { projector: fileFor(other, { name: 'mmproj.gguf' }) }),
    ];
    server.answer = (_count, url) => ({ bytes: url.includes('mmproj') ? other : good });
    await useRig({ entries, hubOrigin: server.origin });
    await rig.run();
    expect(rig.finished).toMatchObject([
      { modelPath: join(rig.folder, 'model.gguf'), projectorPath: join(rig.folder, 'mmproj.gguf') },
    ]);
    expect(rig.seen.at(-1)).toMatchObject({ totalBytes: good.length + other.length });
  });
  it('uses a file that was brought already, when its hash is the right one', async () => {
    await withServer([]);
    await writeFile(join(rig.folder, 'model.gguf'), good);
    await rig.run();
    await expectGood();
    expect(server.requests).toEqual([]);
  });
  it('leaves another file of that name alone', async () => {
    await withServer([]);
    await writeFile(join(rig.folder, 'model.gguf'), other);
    await rig.run();
    expect(rig.finished[0]?.modelPath).toBe(join(rig.folder, 'model (2).gguf'));
    expect(await readFile(join(rig.folder, 'model.gguf'))).toEqual(other);
    expect(await readFile(join(rig.folder, 'model (2).gguf'))).toEqual(good);
  });
});

describe('a server that cuts', () => {
  it('goes on by Range where it stopped, with the ETag as condition', async () => {
    await withServer([{ cutAfterBytes: 150_000 }]);
    await rig.run();
    await expectGood();
    const { range, 'if-range': condition } = server.requests[1]?.headers ?? {};
    expect(range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(condition).toBe(`"400000-${good[9]}"`);
  });
  it('gets there over many cuts at any byte', async () => {
    const cuts = Array.from({ length: 20 }, (_, index) => ({
      cutAfterBytes: 9000 + ((index * 7919) % 9000),
    }));
    await withServer(cuts);
    await rig.run();
    await expectGood();
    expect(server.requests.length).toBeGreaterThan(20);
  });
  it('ends early without saying so: fetches the rest', async () => {
    await withServer([
      { hasNoLength: true, bytes: good.subarray(0, 90_000), etag: '"x"' },
      { etag: '"x"' },
    ]);
    await rig.run();
    await expectGood();
  });
  it('brings nothing any more: gives up after the retries and keeps what came', async () => {
    const dead = { cutAfterBytes: 0 };
    await withServer([{ cutAfterBytes: 200_000 }, dead, dead, dead, dead, dead, dead]);
    await rig.run();
    await expectFailed('download.unreachable');
    expect(rig.view()?.doneBytes).toBeGreaterThan(0);
    await rig.run();
    await expectGood();
  });
  it('cannot be reached at all', async () => {
    await withServer([]);
    await server.close();
    await rig.run();
    await expectFailed('download.unreachable');
  });
});

describe('a server that stalls', () => {
  it('is asked again and goes on', async () => {
    await withServer([{ stallAfterBytes: 100_000 }, { isSilent: true }], {}, { silentMs: 150 });
    await rig.run();
    await expectGood();
    expect(server.requests).toHaveLength(3);
  });
  it('for good: says so after three retries', async () => {
    const stall = { stallAfterBytes: 0 };
    await withServer([stall, stall, stall, stall, stall], {}, { silentMs: 60 });
    await rig.run();
    await expectFailed('download.stalled');
    expect(server.requests).toHaveLength(4);
  });
  it('but drips is waited for', async () => {
    const small = pseudoModel(300);
    server.answer = () => ({ bytes: small, dripBytes: 10, dripPauseMs: 20 });
    const entries = [entryFor(fileFor(small))];
    await useRig({ entries, hubOrigin: server.origin, silentMs: 400 });
    await rig.run();
    expect(await readFile(join(rig.folder, 'model.gguf'))).toEqual(small);
  });
});

describe('a server that knows no Range', () => {
  it('sends everything again: begins anew and says so', async () => {
    await withServer([{ cutAfterBytes: 150_000 }, { ignoresRange: true }]);
    await rig.run();
    await expectGood();
    expect(rig.seen.some(({ hasRestarted }) => hasRestarted)).toBe(true);
  });
  it('and always cuts: is given up', async () => {
    const bad = { ignoresRange: true, cutAfterBytes: 100_000 };
    await withServer(Array.from({ length: 30 }, () => bad));
    await rig.run();
    await expectFailed('download.unreachable');
    expect(server.requests.length).toBeLessThan(10);
  });
});

describe('a server that answers another range', () => {
  const cut = { cutAfterBytes: 150_000 };
  it.each([
    ['a wrong offset', { rangeShift: 1 }],
    ['a wrong offset, lower', { rangeShift: -1000 }],
    ['a wrong total', { rangeTotal: 999_999 }],
    ['no total', { rangeTotal: '*' }],
    ['no Content-Range', { hasNoContentRange: true }],
    ['another ETag', { etag: '"else"' }],
  ])('%s is never joined: the file begins anew', async (_title, lie) => {
    await withServer([cut, { ...lie, status: 206 }]);
    await rig.run();
    await expectGood();
    expect(rig.seen.some(({ hasRestarted }) => hasRestarted)).toBe(true);
  });
  it('a wrong offset again and again is refused', async () => {
    const lie = { rangeShift: 5, cutAfterBytes: 100_000 };
    await withServer([cut, ...Array.from({ length: 20 }, () => lie)]);
    await rig.run();
    await expectFailed('download.changed');
  });
  it('206 to a request for everything is refused', async () => {
    await withServer([{ status: 206 }]);
    await rig.run();
    await expectFailed('download.refused');
  });
});

describe('a file that changes', () => {
  it('once: begins anew and takes the new one, which the hash must like', async () => {
    await withServer([{ cutAfterBytes: 150_000, bytes: other, etag: '"old"' }]);
    await rig.run();
    await expectGood();
  });
  it('again and again: is refused', async () => {
    server.answer = (count) => ({
      ...{ bytes: good, cutAfterBytes: 120_000, etag: `"${count}"`, hasArrived },
    });
    await useRig({ entries: [entryFor(fileFor(good))], hubOrigin: server.origin });
    await rig.run();
    await expectFailed('download.changed');
  });
  it('behind the back of a server without ETags: the hash refuses the mixture', async () => {
    await withServer([{ cutAfterBytes: 150_000, bytes: other, etag: null }, { etag: null }]);
    await rig.run();
    await expectFailed('download.wrong-hash');
    expect(await rig.leftovers()).not.toContain('model.gguf.part');
    await rig.run();
    await expectGood();
  });
  it('without ETag and without a pin nothing is ever joined', async () => {
    const file = { sha256: null, hasExactSize: false };
    await withServer([{ cutAfterBytes: 150_000, bytes: other, etag: null }, { etag: null }], file);
    await rig.run();
    await expectGood();
    expect(server.requests[1]?.headers.range).toBeUndefined();
  });
  it('with a weak ETag goes on only while it stays the same', async () => {
    await withServer([{ cutAfterBytes: 150_000, etag: 'W/"1"' }, { etag: 'W/"1"' }]);
    await rig.run();
    await expectGood();
    expect(server.requests[1]?.headers).toMatchObject({ range: expect.any(String) });
    expect(server.requests[1]?.headers['if-range']).toBeUndefined();
  });
});

describe('a server that lies about what it sends', () => {
  it.each([
    ['too short a length', { saidLength: 399_999 }, 'download.wrong-size'],
    ['too long a length', { saidLength: 400_001, bytes: good }, 'download.wrong-size'],
    [
      'no length and more than the file has',
      { hasNoLength: true, extraBytes: 10 },
      'download.wrong-size',
    ],
    ['an empty file', { bytes: Buffer.alloc(0) }, 'download.wrong-size'],
    ['other bytes of the same length', { bytes: other }, 'download.wrong-hash'],
    ['gzip', { isGzip: true }, 'download.not-the-file'],
    ['a page', { contentType: 'text/html; charset=utf-8' }, 'download.not-the-file'],
    [
      'a page under another type',
      { bytes: Buffer.alloc(400_000, '<html>') },
      'download.not-the-file',
    ],
    ['404', { status: 404 }, 'download.refused'],
    ['403', { status: 403 }, 'download.refused'],
    ['503', { status: 503 }, 'download.refused'],
    ['a redirect to itself, for ever', { redirectTo: '/repo/model' }, 'download.refused'],
    ['a redirect into the local network', { redirectTo: 'https://192.168.1.1/' }, 'network.denied'],
    [
      'a redirect to the metadata service',
      { redirectTo: 'http://169.254.169.254/' },
      'network.denied',
    ],
    ['a redirect to a file', { redirectTo: 'file:///etc/passwd' }, 'network.denied'],
  ])('%s is refused', async (_title, lie, code) => {
    await withServer(Array.from({ length: 30 }, () => lie));
    await rig.run();
    await expectFailed(code);
  });
  it('two bytes more than a rounded size allows are not taken for ever', async () => {
    const flood = { hasNoLength: true, extraBytes: 66_000_000 };
    await withServer([flood], { hasExactSize: false, fileBytes: 400_000 });
    await rig.run();
    await expectFailed('download.wrong-size');
  });
});

describe('several sources', () => {
  const sources = ['first', 'second'].map((repository) => ({
    kind: 'huggingface' as const,
    repository,
    file: 'model.gguf',
    revision: null,
  }));
  it.each([
    ['404', { status: 404 }],
    ['gzip', { isGzip: true }],
    ['a page', { contentType: 'text/html' }],
    ['a wrong hash', { bytes: other }],
    ['a wrong size', { saidLength: 5 }],
  ])('the second serves when the first gives %s', async (_title, lie) => {
    await withServer([], { sources });
    server.answer = (_count, url) => ({ bytes: good, ...(url.startsWith('/first') ? lie : {}) });
    await rig.run();
    await expectGood();
  });
  it('when all fail, the error that says most is shown', async () => {
    await withServer([], { sources });
    server.answer = (_count, url) =>
      url.startsWith('/first') ? { bytes: other } : { status: 404 };
    await rig.run();
    await expectFailed('download.wrong-hash');
  });
});
