import { expect, test } from 'vitest';
import { type Port, portPair } from '../../contract/rpc/port.ts';
import { endAfterLastWindow } from './lifetime.ts';

function start() {
  let connect = (_port: Port): void => {};
  const timers = new Set<() => void>();
  const state = { isBusy: false, ended: 0 };
  endAfterLastWindow({
    ports: {
      onConnect: (listener) => {
        connect = listener;
      },
    },
    clock: {
      after: (_delayMs, callback) => {
        timers.add(callback);
        return () => timers.delete(callback);
      },
    },
    isBusy: () => state.isBusy,
    end: () => {
      state.ended += 1;
    },
  });
  return {
    state,
    timers,
    open: () => {
      const [port] = portPair();
      connect(port);
      return port;
    },
    passTime: () => {
      for (const timer of [...timers]) {
        timers.delete(timer);
        timer();
      }
    },
  };
}

test('before a window came nothing ends it', () => {
  expect(start().timers.size).toBe(0);
});

test('it ends some time after the last window was closed', () => {
  const { state, open, passTime } = start();
  const first = open();
  const second = open();
  first.close();
  passTime();
  expect(state.ended).toBe(0);
  second.close();
  expect(state.ended).toBe(0);
  passTime();
  expect(state.ended).toBe(1);
});

test('a reload does not end it', () => {
  const { state, open, passTime, timers } = start();
  open().close();
  open();
  expect(timers.size).toBe(0);
  passTime();
  expect(state.ended).toBe(0);
});

test('an answer that is being written is waited for', () => {
  const { state, open, passTime } = start();
  state.isBusy = true;
  open().close();
  passTime();
  passTime();
  expect(state.ended).toBe(0);
  state.isBusy = false;
  passTime();
  expect(state.ended).toBe(1);
});
