import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../contract/errors/app-error.ts';
import { speak } from '../../messages/messages.svelte.ts';
import { AppState } from '../../state/app-state.svelte.ts';
import { FakeApp } from '../../testing/fake-app.ts';
import { sampleModels } from '../../testing/sample-models.ts';
import { FileDropState } from './file-drop.svelte.ts';

let fake: FakeApp;
let app: AppState;
let drop: FileDropState;

function file(name: string): File {
  return new File(['GGUF'], name);
}

beforeEach(() => {
  speak('en');
  fake = new FakeApp({ models: sampleModels(), deltaMs: 1 });
  app = new AppState(fake);
  drop = new FileDropState(app);
});

describe('FileDropState', () => {
  it('adds a model file and says so', async () => {
    await drop.take([file('tiny.gguf')]);
    expect(fake.models.installed.map((model) => model.name)).toEqual(['tiny']);
    expect(app.toasts.items.map((toast) => toast.text)).toEqual(['tiny was added.']);
    expect(drop.progress).toBeNull();
  });

  it('tells the model from its projector, whichever was dropped first', async () => {
    await drop.take([file('tiny-mmproj.gguf'), file('tiny.gguf')]);
    expect(fake.models.installed.map((model) => model.name)).toEqual(['tiny']);
  });

  it('tells that another file is no model and asks the app nothing', async () => {
    await drop.take([file('notes.txt')]);
    expect(app.toasts.items[0]?.text).toContain('“notes.txt” is not a model file');
    expect(fake.calls).toEqual([]);
  });

  it('tells why a file was refused', async () => {
    const data = { path: 'tiny.gguf', fault: 'truncated' as const, detail: '' };
    fake.failures.set('models.addFile', new AppError('model.file-broken', data));
    await drop.take([file('tiny.gguf')]);
    expect(app.toasts.items[0]?.text).toContain('it ends too early');
    expect(fake.models.installed).toEqual([]);
  });

  it('says nothing and adds nothing when the copy was cancelled', async () => {
    const taken = drop.take([file('tiny.gguf')]);
    expect(drop.progress).toMatchObject({ name: 'tiny.gguf' });
    drop.cancel();
    await taken;
    expect(app.toasts.items).toEqual([]);
    expect(fake.calls).toEqual([]);
  });
});
