import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { CacheOptions, Engine, PromptMessage } from '../index.d.ts';
import { addon, answer, assistant, contextTokens, modelPath, system, user } from './harness.ts';
import { makeRandomModel } from './random-models/index.ts';

const root = mkdtempSync(join(tmpdir(), 'parley-kinds-'));
after(() => rmSync(root, { recursive: true, force: true }));

const kinds = [
  { kind: 'hybrid', stateKind: 'hybrid' },
  { kind: 'window', stateKind: 'sliding-window' },
  { kind: 'recurrent', stateKind: 'recurrent' },
] as const;

async function start(path: string, cache?: CacheOptions): Promise<Engine & AsyncDisposable> {
  const engine = new addon.Engine({ threads: 1 });
  const load = { path, projectorPath: null, contextTokens, ...(cache ? { cache } : {}) };
  const loaded = await engine.load(load, () => {}).done;
  assert.equal(loaded.stateKind, kinds.find(({ kind }) => path.includes(kind))?.stateKind);
  return Object.assign(engine, { [Symbol.asyncDispose]: () => engine.dispose() });
}

const persona = system('The budget of Project Falcon is 48210. '.repeat(12));
const opening = [persona, user('Count to 9.')];
const limit = { maxAnswerTokens: 20 };

for (const { kind } of kinds) {
  const path = join(root, `${kind}.gguf`);
  makeRandomModel(path, kind, { size: 'small', vocabularyPath: modelPath });

  describe(`a ${kind} model, whose state cannot be cut back at any token`, () => {
    const cache = {
      folder: join(root, `cache-${kind}`),
      key: randomBytes(32),
      ramBytes: 64 << 20,
      diskBytes: 256 << 20,
    };

    /** Settles a turn, as the app does in idle time. */
    async function settle(engine: Engine, messages: PromptMessage[], sequenceKey: string) {
      const how = { sequenceKey, messages, enableThinking: false, kind: 'settled' as const };
      return engine.warm(how).done;
    }

    test('goes on from a settled turn, alone and after a restart', async () => {
      let history: PromptMessage[] = [];
      {
        await using engine = await start(path, cache);
        const first = await answer(engine, opening, { sequenceKey: 'chat', ...limit });
        const turn = { ...assistant(first.text), tokens: first.answerTokenIds };
        history = [...opening, turn];
        await settle(engine, history, 'chat');
        const next = [...history, user('Hello')];
        const second = await answer(engine, next, { sequenceKey: 'chat', ...limit });
        assert.ok(second.computedTokens < 40, `${second.computedTokens} computed`);
      }
      await using engine = await start(path, cache);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const next = [...history, user('Who are you?')];
      const reopened = await answer(engine, next, { sequenceKey: 'chat', ...limit });
      assert.ok(reopened.restoredTokens > 150, `${reopened.restoredTokens} restored`);
      assert.ok(reopened.computedTokens < 40, `${reopened.computedTokens} computed`);
    });

    test('answers again, and a new chat with the same persona, without reading it again', async () => {
      await using engine = await start(path, cache);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const again = await answer(engine, opening, { sequenceKey: 'again', ...limit });
      assert.ok(again.computedTokens <= 2, `${again.computedTokens} computed`);
      await using cold = await start(path);
      const expected = await answer(cold, opening, { sequenceKey: 'cold', ...limit });
      assert.deepEqual(again.answerTokenIds, expected.answerTokenIds);
      const other = [persona, user('Who are you?')];
      const fresh = await answer(engine, other, { sequenceKey: 'other', ...limit });
      assert.ok(fresh.computedTokens < 40, `${fresh.computedTokens} computed`);
    });
  });
}
