import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { AppError } from '../errors/app-error.ts';
import { connect } from './connect.ts';
import { call, event, type Handlers, stream } from './declare.ts';
import { type Port, portPair } from './port.ts';
import { emitter, serve } from './serve.ts';

const contract = {
  things: {
    list: call({
      input: z.object({ limit: z.number().int().max(200).default(2) }),
      output: z.array(z.string()),
    }),
    get: call({
      input: z.object({ id: z.string() }),
      output: z.object({ id: z.string() }),
      errors: ['conversation.not-found'],
    }),
    count: stream({
      input: z.object({ to: z.number().int() }),
      chunk: z.object({ at: z.number() }),
      output: z.object({ total: z.number() }),
    }),
    changed: event(z.object({ id: z.string() })),
  },
} as const;

let produced = 0;
let finishedHandlers = 0;
const handlers: Handlers<typeof contract> = {
  things: {
    list: ({ limit }) => Array.from({ length: limit }, (_, index) => `thing-${index}`),
    get: ({ id }) => {
      if (id === 'bug') throw new Error('secret path in a message');
      if (id === 'undeclared') throw new AppError('storage.full', { path: '/secret' });
      throw new AppError('conversation.not-found', { conversationId: id });
    },
    async *count({ to }, { signal }) {
      try {
        for (let at = 0; at < to && !signal.aborted; at += 1) {
          produced += 1;
          yield { at };
        }
      } finally {
        finishedHandlers += 1;
      }
      return { total: to };
    },
  },
};

function overMessagePort(port: MessagePort): Port {
  return {
    post: (frame) => port.postMessage(frame),
    onFrame: (listener) => port.on('message', listener),
    onClose: (listener) => port.on('close', listener),
    close: () => port.close(),
  };
}

function messageChannelPair(): [Port, Port] {
  const { port1, port2 } = new MessageChannel();
  return [overMessagePort(port1), overMessagePort(port2)];
}

describe.each([
  ['in memory', portPair],
  ['over a message port', messageChannelPair],
])('the kernel %s', (_title, makePair) => {
  const open: Port[] = [];
  afterEach(() => {
    for (const port of open.splice(0)) port.close();
  });

  function start() {
    produced = 0;
    finishedHandlers = 0;
    const [server, client] = makePair();
    open.push(server, client);
    const reported: unknown[] = [];
    serve(contract, handlers, server, (error) => {
      reported.push(error);
      return `incident-${reported.length}`;
    });
    return {
      api: connect(contract, client),
      say: emitter(contract, [server]),
      client,
      server,
      reported,
    };
  }

  test('answers a call, with the defaults of its schema', async () => {
    expect(await start().api.things.list({})).toEqual(['thing-0', 'thing-1']);
  });

  test('hands on a declared error with its data', async () => {
    const error = await start()
      .api.things.get({ id: 'x' })
      .catch((caught: unknown) => caught);
    expect(AppError.is(error, 'conversation.not-found') && error.data.conversationId).toBe('x');
  });

  test.each(['bug', 'undeclared'])(
    'hides what is not declared (%s) behind an incident',
    async (id) => {
      const { api, reported } = start();
      const error = await api.things.get({ id }).catch((caught: unknown) => caught);
      expect(AppError.is(error, 'internal') && error.data.incidentId).toBe('incident-1');
      expect(String(error)).not.toContain('secret');
      expect(reported).toHaveLength(1);
    },
  );

  test('refuses an input that does not fit, naming the place', async () => {
    const error = await start()
      .api.things.list({ limit: 9999 })
      .catch((caught: unknown) => caught);
    expect(AppError.is(error, 'request.invalid') && error.data.issues[0]).toMatch(/^limit: /);
  });

  test.each(['things.nope', 'nope.list', 'things.changed', '__proto__.toString', 'a.b.c', ''])(
    'refuses the path %j',
    async (path) => {
      const { client } = start();
      const reply = new Promise<unknown>((resolve) => client.onFrame(resolve));
      client.post({ t: 'request', id: 1, path, input: {} });
      expect(await reply).toMatchObject({ t: 'error', error: { code: 'request.invalid' } });
    },
  );

  test('passes over frames that no client sends', async () => {
    const { api, client } = start();
    for (const frame of [null, 7, {}, { t: 'request' }, { t: 'credit', id: 1, count: 1e9 }]) {
      client.post(frame);
    }
    expect(await api.things.list({ limit: 1 })).toEqual(['thing-0']);
  });

  test('tells an event to its listeners until they leave', async () => {
    const { api, say } = start();
    const heard: string[] = [];
    const leave = api.things.changed(({ id }) => heard.push(id));
    say.things.changed({ id: 'a' });
    await api.things.list({});
    leave();
    say.things.changed({ id: 'b' });
    await api.things.list({});
    expect(heard).toEqual(['a']);
  });

  test('streams chunks in order, then the reply', async () => {
    const chunks = start().api.things.count({ to: 5000 });
    let next = 0;
    for (;;) {
      const step = await chunks.next();
      if (step.done) {
        expect(step.value).toEqual({ total: 5000 });
        break;
      }
      expect(step.value.at).toBe(next);
      next += 1;
    }
    expect(next).toBe(5000);
  });

  test('lets a slow reader hold the producer back', async () => {
    const { api } = start();
    const chunks = api.things.count({ to: 100_000 });
    await chunks.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(produced).toBeLessThanOrEqual(66);
    await chunks.return({ total: 0 });
    await expect.poll(() => finishedHandlers).toBe(1);
  });

  test('runs the handler to its end when the reader leaves', async () => {
    const { api } = start();
    for await (const chunk of api.things.count({ to: 100_000 })) if (chunk.at === 3) break;
    await expect.poll(() => finishedHandlers).toBe(1);
    expect(produced).toBeLessThan(200);
  });

  test('cancels by signal, on both sides', async () => {
    const { api } = start();
    const abort = new AbortController();
    const chunks = api.things.count({ to: 100_000 }, { signal: abort.signal });
    await chunks.next();
    abort.abort();
    await expect(
      (async () => {
        for await (const _chunk of chunks);
      })(),
    ).rejects.toThrow(/abort/i);
    await expect.poll(() => finishedHandlers).toBe(1);
  });

  test('keeps streams that run at once apart', async () => {
    const { api } = start();
    const totals = await Promise.all(
      [100, 200, 300].map(async (to) => {
        let count = 0;
        for await (const _chunk of api.things.count({ to })) count += 1;
        return count;
      }),
    );
    expect(totals).toEqual([100, 200, 300]);
  });

  test('rejects what is pending, and what comes later, when the connection goes', async () => {
    const { api, server } = start();
    const chunks = api.things.count({ to: 100_000 });
    await chunks.next();
    server.close();
    await expect(
      (async () => {
        for await (const _chunk of chunks);
      })(),
    ).rejects.toMatchObject({ code: 'connection.lost' });
    await expect(api.things.list({})).rejects.toMatchObject({ code: 'connection.lost' });
    await expect.poll(() => finishedHandlers).toBe(1);
  });
});
