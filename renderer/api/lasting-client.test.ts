import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AppHandlers, appContract, settings } from '../../contract/app-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import { type Port, portPair } from '../../contract/rpc/port.ts';
import { emitter, serve } from '../../contract/rpc/serve.ts';
import { LastingClient } from './lasting-client.ts';

const defaults = settings.parse({});
let isThere = true;
let served: Port[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  isThere = true;
  served = [];
});
afterEach(() => vi.useRealTimers());

/** Answers what these tests ask; anything else would be an error of theirs. */
const handlers = {
  settings: { get: () => defaults },
  chat: {
    async *watch(_input: unknown, { signal }: { signal: AbortSignal }) {
      yield { type: 'leaf', activeLeafId: null };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return {};
    },
  },
} as unknown as AppHandlers;

async function open(): Promise<Port> {
  if (!isThere) throw new AppError('connection.lost', {});
  const [server, client] = portPair();
  served.push(server);
  serve(appContract, handlers, server, () => 'incident');
  return client;
}

async function start() {
  const lasting = new LastingClient(open);
  await lasting.start();
  const states: boolean[] = [];
  lasting.onConnection((isConnected) => states.push(isConnected));
  return { lasting, client: lasting.client, states };
}

test('without an app the start says so', async () => {
  isThere = false;
  await expect(new LastingClient(open).start()).rejects.toThrow('connection.lost');
});

test('while the app is gone calls and streams say so', async () => {
  const { client, states } = await start();
  const watched = client.chat.watch({ conversationId: 'c1' as never });
  expect((await watched.next()).value).toEqual({ type: 'leaf', activeLeafId: null });
  isThere = false;
  served[0]?.close();
  await expect(watched.next()).rejects.toThrow('connection.lost');
  await expect(client.settings.get({})).rejects.toThrow('connection.lost');
  await expect(client.chat.watch({ conversationId: 'c1' as never }).next()).rejects.toThrow(
    'connection.lost',
  );
  expect(states).toEqual([false]);
});

test('when it is back the same functions work, and subscriptions hear once', async () => {
  const { client, states } = await start();
  const heard: string[] = [];
  client.settings.changed(({ theme }) => heard.push(theme));
  const leave = client.settings.changed(() => heard.push('left too late'));
  isThere = false;
  served[0]?.close();
  leave();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(states).toEqual([false]);
  isThere = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(states).toEqual([false, true]);
  expect(await client.settings.get({})).toEqual(defaults);
  emitter(appContract, served).settings.changed({ ...defaults, theme: 'dark' });
  await client.settings.get({});
  expect(heard).toEqual(['dark']);
});

test('a subscription made while the app is gone hears once it is back', async () => {
  const { client } = await start();
  served[0]?.close();
  const heard: string[] = [];
  client.settings.changed(({ theme }) => heard.push(theme));
  await vi.advanceTimersByTimeAsync(1_000);
  emitter(appContract, served).settings.changed({ ...defaults, theme: 'light' });
  await client.settings.get({});
  expect(heard).toEqual(['light']);
});

test('a listener that left is told nothing', async () => {
  const lasting = new LastingClient(open);
  await lasting.start();
  const states: boolean[] = [];
  lasting.onConnection((isConnected) => states.push(isConnected))();
  served[0]?.close();
  expect(states).toEqual([]);
});
