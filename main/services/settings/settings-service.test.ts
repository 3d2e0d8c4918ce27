import { expect, test } from 'vitest';
import { type Settings, settings } from '../../../contract/app-contract.ts';
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
  });
  expect(service.get({}, caller)).toEqual(stored());
  expect(heard).toHaveLength(2);
  expect(heard[1]).toEqual(stored());
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
