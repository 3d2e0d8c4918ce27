import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { loadAddon } from './native-binding.ts';
import { chooseThreads } from './threads.ts';
import { translateError } from './translate-error.ts';

function thrown(code: unknown, data?: unknown): Error {
  return Object.assign(new Error('native'), { code }, data === undefined ? {} : { data });
}

test('an error with a code of ours and fitting data becomes ours, with the cause kept', () => {
  const native = thrown('model.file-missing', { path: '/x' });
  const error = translateError(native) as AppError;
  expect(error).toBeInstanceOf(AppError);
  expect(error.toWire()).toEqual({ code: 'model.file-missing', data: { path: '/x' } });
  expect(error.cause).toBe(native);
  expect((translateError(thrown('cancelled')) as AppError).code).toBe('cancelled');
});

test.each([
  ['an unknown code', thrown('ERR_INVALID_ARG_TYPE', {})],
  ['a code with broken data', thrown('model.file-missing', { path: 1 })],
  ['a code that is a property of every object', thrown('constructor', {})],
  ['a code that is no text', thrown(5, {})],
  ['no code', new Error('native')],
  ['no error', 'native'],
])('%s stays what it is: a bug', (_name, error) => {
  expect(translateError(error)).toBe(error);
});

const scriptedPath = join(import.meta.dirname, 'scripted-addon.fixture.cjs');

test('errors of every kind of call are translated', async () => {
  const addon = loadAddon(scriptedPath);
  await expect(addon.inspectGguf('/broken')).rejects.toBeInstanceOf(AppError);
  const engine = new addon.Engine({ threads: 1 });
  const job = engine.generate(
    {
      sequenceKey: 'a',
      messages: [{ role: 'user', text: 'x' }],
      sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
      enableThinking: false,
    },
    () => {},
  );
  await expect(job.done).rejects.toMatchObject({ name: 'AppError', code: 'model.not-loaded' });
});

test('a missing addon is engine.unavailable with one line of reason', () => {
  const load = () => loadAddon('/nowhere/addon.node');
  expect(load).toThrow(AppError);
  try {
    load();
  } catch (error) {
    expect(AppError.is(error, 'engine.unavailable') && error.data.reason).toBe(
      "Cannot find module '/nowhere/addon.node'",
    );
  }
});

test('a file that is no addon is engine.unavailable', () => {
  const notAnAddon = createRequire(import.meta.url).resolve('../../LICENSE');
  expect(() => loadAddon(`${notAnAddon}.node`)).toThrow(/engine.unavailable/);
});

test('threads: what is asked for, else the cores', () => {
  expect(
    ['3', undefined, '', '0', '1.5', 'x', '5000'].map((text) => chooseThreads(text, 8)),
  ).toEqual([3, 8, 8, 8, 8, 8, 8]);
});
