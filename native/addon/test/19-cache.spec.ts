import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import type { CacheOptions, Engine, PromptMessage } from '../index.d.ts';
import {
  addon,
  answer,
  assistant,
  contextTokens,
  modelPath,
  openEngine,
  system,
  user,
} from './harness.ts';

const root = mkdtempSync(join(tmpdir(), 'parley-cache-'));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
/** A cache of its own: 64 MiB in memory, 256 MiB on disk. */
function newCache(): CacheOptions {
  folders += 1;
  const folder = join(root, String(folders));
  return { folder, key: randomBytes(32), ramBytes: 64 << 20, diskBytes: 256 << 20 };
}

/** A start of the app: an engine of its own over the same folder. */
async function start(cache: CacheOptions): Promise<Engine & AsyncDisposable> {
  const engine = new addon.Engine({ threads: 1 });
  await engine.load({ path: modelPath, projectorPath: null, contextTokens, cache }, () => {}).done;
  return Object.assign(engine, { [Symbol.asyncDispose]: () => engine.dispose() });
}

/** All files in a folder, also in those inside. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Asks until what lies on disk is indexed: a start does not wait for its cache. */
async function untilRestored(engine: Engine, ask: (round: number) => ReturnType<typeof answer>) {
  for (let round = 0; ; round += 1) {
    const result = await ask(round);
    if (result.restoredTokens > 0 || round === 40) return result;
    await engine.forget({ sequenceKey: `ask-${round}` });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const persona = system('You are Luna, a friendly guide. The budget of Project Falcon is 48210.');
const opening = [persona, user('Count to 9.')];

/** A conversation of two turns, kept by an engine that is gone. */
async function keepConversation(cache: CacheOptions) {
  await using engine = await start(cache);
  const first = await answer(engine, opening, { sequenceKey: 'chat' });
  const history = [...opening, assistant(first.text), user('Who are you?')];
  const second = await answer(engine, history, { sequenceKey: 'chat' });
  return { first, second, history: [...history, assistant(second.text)] };
}

/** What an engine says that remembers nothing. */
async function coldAnswer(messages: PromptMessage[]): Promise<string> {
  await using engine = await openEngine();
  return (await answer(engine, messages)).text;
}

test('a chat reopened after a restart computes only what is new', async () => {
  const cache = newCache();
  const { second, history } = await keepConversation(cache);
  await using engine = await start(cache);
  const next = [...history, user('Count to 5.')];
  const result = await untilRestored(engine, (round) =>
    answer(engine, next, { sequenceKey: round === 0 ? 'chat' : `ask-${round}` }),
  );
  assert.ok(result.restoredTokens >= second.promptTokens + second.answerTokens - 2);
  assert.ok(result.computedTokens < 30);
  assert.equal(
    result.reusedTokens + result.restoredTokens + result.computedTokens,
    result.promptTokens,
  );
  assert.equal(result.text, await coldAnswer(next));
});

test('without its model a conversation can be forgotten too; what others use stays', async () => {
  const cache = newCache();
  const { history } = await keepConversation(cache);
  const { folder, key } = cache;
  let fingerprint = '';
  const other = [persona, user('What is the budget of Project Falcon?')];
  {
    await using engine = await start(cache);
    await answer(engine, other, { sequenceKey: 'other' });
    [fingerprint = ''] = readdirSync(folder);
    const inUse = { folder, key, fingerprint, sequenceKeys: ['chat'] };
    assert.equal(await addon.forgetKept(inUse), false);
  }
  const kept = { folder, key, fingerprint };
  assert.equal(await addon.forgetKept({ ...kept, sequenceKeys: [] }), true);
  const before = filesIn(folder).length;
  assert.equal(await addon.forgetKept({ ...kept, sequenceKeys: ['chat', 'nobody'] }), true);
  assert.ok(filesIn(folder).length < before);
  await using engine = await start(cache);
  const again = [...other, assistant('The budget of Project Falcon is 48210.'), user('Hello')];
  const result = await untilRestored(engine, (round) =>
    answer(engine, again, { sequenceKey: `ask-${round}` }),
  );
  assert.ok(result.restoredTokens > 30);
  // The persona is the other's too; the first question was this conversation's alone.
  const cold = await answer(engine, [...history, user('Hello')], { sequenceKey: 'cold' });
  assert.ok(cold.reusedTokens + cold.restoredTokens < result.restoredTokens);
  const absent = { ...kept, fingerprint: '0'.repeat(64), sequenceKeys: ['chat'] };
  assert.equal(await addon.forgetKept(absent), true);
  assert.deepEqual(readdirSync(folder), [fingerprint]);
  assert.throws(() => addon.forgetKept({ ...absent, fingerprint: '../..' }), TypeError);
});

test('a new chat with a known persona begins behind it', async () => {
  const cache = newCache();
  await keepConversation(cache);
  await using engine = await start(cache);
  const result = await untilRestored(engine, (round) =>
    answer(engine, [persona, user('Who are you?')], { sequenceKey: `ask-${round}` }),
  );
  assert.ok(result.restoredTokens > 30);
  assert.equal(result.text, 'I am Luna.');
});

test('an edit in the middle goes on from the last word that stays', async () => {
  const cache = newCache();
  const { first, history } = await keepConversation(cache);
  await using engine = await start(cache);
  const edited = [...history.slice(0, 3), user('What is the budget of Project Falcon?')];
  const result = await untilRestored(engine, (round) =>
    answer(engine, edited, { sequenceKey: `ask-${round}` }),
  );
  assert.ok(result.restoredTokens >= first.promptTokens + first.answerTokens);
  assert.equal(result.text, await coldAnswer(edited));
});

test('what is forgotten leaves no file, and costs a computation', async () => {
  const cache = newCache();
  await using engine = await start(cache);
  await answer(engine, opening, { sequenceKey: 'secret' });
  await engine.unload();
  await engine.load({ path: modelPath, projectorPath: null, contextTokens, cache }, () => {}).done;
  const kept = filesIn(cache.folder);
  assert.ok(kept.length > 1);
  await engine.forget({ sequenceKey: 'secret' });
  assert.deepEqual(
    filesIn(cache.folder).map((file) => basename(file)),
    ['lock'],
  );
  const again = await answer(engine, opening, { sequenceKey: 'other' });
  assert.equal(again.restoredTokens + again.reusedTokens, 0);
});

test('an ephemeral conversation leaves nothing', async () => {
  const cache = newCache();
  {
    await using engine = await start(cache);
    const result = await answer(engine, opening, { sequenceKey: 'ephemeral', ephemeral: true });
    assert.equal(result.text, '1 2 3 4 5 6 7 8 9.');
    const { cacheRamBytes, diskBytesWritten } = await engine.counters();
    assert.equal(cacheRamBytes + diskBytesWritten, 0);
  }
  assert.deepEqual(
    filesIn(cache.folder).map((file) => basename(file)),
    ['lock'],
  );
});

test('broken, cut, foreign and strange files are a cold start, and the answer is right', async () => {
  const cache = newCache();
  const { history } = await keepConversation(cache);
  const harm: ((bytes: Buffer) => Buffer)[] = [
    (bytes) => bytes.subarray(0, bytes.length >> 1),
    (bytes) => {
      const changed = Buffer.from(bytes);
      const at = changed.length - 20;
      changed[at] = (changed[at] ?? 0) ^ 1;
      return changed;
    },
    () => Buffer.alloc(0),
    (bytes) => randomBytes(bytes.length),
    (bytes) => Buffer.concat([bytes, randomBytes(4096)]),
  ];
  for (const [index, file] of filesIn(cache.folder).entries()) {
    const change = harm[index % harm.length];
    if (change) writeFileSync(file, change(readFileSync(file)));
  }
  await using engine = await start(cache);
  const next = [...history, user('Count to 5.')];
  const expected = await coldAnswer(next);
  for (let round = 0; round < 5; round += 1) {
    const result = await answer(engine, next, { sequenceKey: `harmed-${round}` });
    assert.equal(result.text, expected);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test('a key of another installation opens nothing', async () => {
  const cache = newCache();
  const { history } = await keepConversation(cache);
  await using engine = await start({ ...cache, key: randomBytes(32) });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const next = [...history, user('Count to 5.')];
  const result = await answer(engine, next, { sequenceKey: 'chat' });
  assert.equal(result.restoredTokens, 0);
  assert.equal(result.text, await coldAnswer(next));
});

test('what is warmed is not computed again at the question', async () => {
  await using engine = await start(newCache());
  const settled = await engine.warm({
    sequenceKey: 'warm',
    messages: opening.slice(0, 1),
    enableThinking: false,
    kind: 'settled',
  }).done;
  assert.ok(settled.computedTokens > 30);
  const typed = await engine.warm({
    sequenceKey: 'warm',
    messages: [persona, user('What is the budget of Project')],
    enableThinking: false,
    kind: 'typing',
  }).done;
  assert.ok(typed.reusedTokens >= settled.computedTokens - 2);
  const asked = await answer(engine, [persona, user('What is the budget of Project Falcon?')], {
    sequenceKey: 'warm',
  });
  assert.ok(asked.reusedTokens >= typed.promptTokens);
  assert.equal(asked.text, 'The budget of Project Falcon is 48210.');
});
