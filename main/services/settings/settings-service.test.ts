import { expect, test } from 'vitest';
import { appContract, type Settings, settings } from '../../../contract/app-contract.ts';
import { createSettings } from './index.ts';

function start() {
  let stored: Settings = settings.parse({});
  const heard: unknown[] = [];
  const service = createSettings({
    store: {
      read: () => stored,
      write: (next) => {
        stored = next;
      },
    },
    emit: { changed: (payload) => heard.push(payload) },
  });
  return { service, heard, stored: () => stored };
}
const caller = { signal: new AbortController().signal };

test('changes what was named, keeps the rest, and tells every window', () => {
  const { service, heard, stored } = start();
  service.change({ theme: 'dark' }, caller);
  service.change({ language: 'zh-Hant' }, caller);
  expect(stored()).toEqual({
    language: 'zh-Hant',
    theme: 'dark',
    isSidebarOpen: true,
    modelId: null,
    keepsReadingState: true,
    idleUnloadMinutes: 15,
  });
  expect(service.get({}, caller)).toEqual(stored());
  expect(heard).toHaveLength(2);
  expect(heard[1]).toEqual(stored());
});

test('a change that crossed the border names only what it changes', () => {
  const { input } = appContract.settings.change;
  expect(input.parse({ theme: 'dark' })).toEqual({ theme: 'dark' });
  expect(input.parse({})).toEqual({});
});

test('tells what a change was, before and after, once it is kept', () => {
  const kept = settings.parse({});
  const heard: unknown[] = [];
  const service = createSettings({
    store: { read: () => kept, write: () => heard.push('written') },
    emit: { changed: () => {} },
    onChanged: (after, before) => heard.push([after.keepsReadingState, before.keepsReadingState]),
  });
  service.change({ keepsReadingState: false }, caller);
  expect(heard).toEqual(['written', [false, true]]);
});

test('tells nobody of a change that could not be kept', () => {
  const heard: unknown[] = [];
  const service = createSettings({
    store: {
      read: () => settings.parse({}),
      write: () => {
        throw new Error('no space');
      },
    },
    emit: { changed: (payload) => heard.push(payload) },
  });
  expect(() => service.change({ theme: 'dark' }, caller)).toThrow('no space');
  expect(heard).toEqual([]);
});
