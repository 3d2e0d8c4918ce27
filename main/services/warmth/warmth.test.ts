import { afterEach, expect, test } from 'vitest';
import type { PromptCost } from '../../../contract/engine-contract.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { PowerState } from '../../ports/power.ts';
import { FakeClock, settled } from '../chat/testing/fake-clock.fixture.ts';
import { ended, ScriptedEngine } from '../chat/testing/scripted-engine.fixture.ts';
import { Warmth, type WarmWork } from './warmth.ts';

const cost = { promptTokens: 5, reusedTokens: 2, restoredTokens: 1, computedTokens: 2 };
const open: Warmth[] = [];
afterEach(() => {
  for (const warmth of open.splice(0)) warmth.close();
});

async function start(options: { power?: PowerState; isLoaded?: boolean } = {}) {
  const clock = new FakeClock();
  // biome-ignore lint/correctness/useYield: nobody asks for an answer here
  const engine = new ScriptedEngine(async function* () {
    return ended;
  });
  if (options.isLoaded ?? true) await engine.client();
  const noted: string[] = [];
  const incidents: unknown[] = [];
  const power = options.power ?? { isOnBattery: false, chargeFraction: null };
  const warmth = new Warmth({
    ...{ models: engine, clock, noteCached: (key) => noted.push(key) },
    power: { state: async () => power },
    log: { info: () => {}, warn: () => {}, incident: (error) => `${incidents.push(error)}` },
  });
  open.push(warmth);
  return { clock, engine, warmth, noted, incidents, power };
}

function workOf(sequenceKey: string, text = 'history'): WarmWork {
  return {
    sequenceKey,
    isEphemeral: false,
    prompt: () => ({ messages: [{ role: 'user', text }], enableThinking: false }),
  };
}

/** Warm requests that run until they are cancelled; tells which were. */
function neverEnding(engine: ScriptedEngine): string[] {
  const cancelled: string[] = [];
  engine.warm = ({ sequenceKey, kind }, { signal }) =>
    new Promise<PromptCost>((resolve) => {
      signal.addEventListener('abort', () => {
        cancelled.push(`${kind} ${sequenceKey}`);
        resolve(cost);
      });
    });
  return cancelled;
}

const asked = (engine: ScriptedEngine) =>
  engine.warmed.map(({ kind, sequenceKey }) => `${kind} ${sequenceKey}`);

test('a model that made way is woken by who types or opens a chat, and warms then', async () => {
  const { engine, warmth } = await start({ isLoaded: false });
  warmth.typed(workOf('a', 'half a sent'));
  await settled();
  expect([engine.wakes, asked(engine)]).toEqual([1, []]);
  await engine.load();
  await settled();
  expect(asked(engine)).toEqual(['typing a']);
});

test('on a low battery nobody is woken', async () => {
  const power = { isOnBattery: true, chargeFraction: 0.1 };
  const { engine, warmth } = await start({ isLoaded: false, power });
  warmth.opened(workOf('a'));
  await settled();
  expect(engine.wakes).toBe(0);
});

test('what is typed is warmed as unfinished, and noted as kept first', async () => {
  const { engine, warmth, noted } = await start();
  warmth.typed(workOf('a', 'half a sent'));
  await settled();
  expect(engine.warmed).toEqual([
    {
      sequenceKey: 'a',
      kind: 'typing',
      messages: [{ role: 'user', text: 'half a sent' }],
      enableThinking: false,
      ephemeral: false,
    },
  ]);
  expect(noted).toEqual(['a']);
});

test('changed text abandons what was warming: at most one at a time', async () => {
  const { engine, warmth } = await start();
  const cancelled = neverEnding(engine);
  warmth.typed(workOf('a', 'one'));
  await settled();
  warmth.typed(workOf('a', 'one two'));
  await settled();
  expect(cancelled).toEqual(['typing a']);
  expect(asked(engine)).toEqual(['typing a', 'typing a']);
});

test('an answer is settled once nothing was asked for 500 ms', async () => {
  const { clock, engine, warmth } = await start();
  warmth.answerBegins('a');
  warmth.answerEnded(workOf('a'));
  await clock.advance(499);
  expect(asked(engine)).toEqual([]);
  await clock.advance(1);
  expect(asked(engine)).toEqual(['settled a']);
  await clock.advance(10_000);
  expect(asked(engine)).toHaveLength(1);
});

test('a new message abandons the settling; after its answer it is settled as it is then', async () => {
  const { clock, engine, warmth } = await start();
  const cancelled = neverEnding(engine);
  warmth.answerBegins('a');
  warmth.answerEnded(workOf('a'));
  await clock.advance(500);
  warmth.answerBegins('a');
  await clock.advance(5000);
  expect(cancelled).toEqual(['settled a']);
  expect(asked(engine)).toHaveLength(1);
  warmth.answerEnded(workOf('a', 'longer history'));
  await clock.advance(500);
  expect(engine.warmed.at(-1)?.messages[0]?.text).toBe('longer history');
});

test('another conversation’s answer only puts the settling off', async () => {
  const { clock, engine, warmth } = await start();
  const cancelled = neverEnding(engine);
  warmth.answerBegins('a');
  warmth.answerEnded(workOf('a'));
  await clock.advance(500);
  warmth.answerBegins('b');
  await clock.advance(5000);
  expect([asked(engine), cancelled]).toEqual([['settled a'], ['settled a']]);
  warmth.answerEnded(workOf('b'));
  await clock.advance(500);
  expect(asked(engine)).toEqual(['settled a', 'settled a']);
});

test('typing goes before settling, which comes after it', async () => {
  const { clock, engine, warmth } = await start();
  warmth.answerBegins('a');
  warmth.answerEnded(workOf('a'));
  await clock.advance(300);
  warmth.typed(workOf('a', 'next'));
  await clock.advance(500);
  expect(asked(engine)).toEqual(['typing a', 'settled a']);
});

test('nothing of a conversation is warmed while it answers', async () => {
  const { engine, warmth } = await start();
  warmth.answerBegins('a');
  warmth.typed(workOf('a'));
  expect(await warmth.warm(workOf('a'), 'settled')).toBeUndefined();
  await settled();
  expect(asked(engine)).toEqual([]);
});

test('an opened conversation is brought back at once, or when its model has come', async () => {
  const { engine, warmth } = await start({ isLoaded: false });
  warmth.opened(workOf('a'));
  await settled();
  expect(asked(engine)).toEqual([]);
  await engine.load();
  await settled();
  expect(asked(engine)).toEqual(['settled a']);
});

test('only the conversation opened last is brought back', async () => {
  const { engine, warmth } = await start();
  const cancelled = neverEnding(engine);
  warmth.opened(workOf('a'));
  await settled();
  warmth.opened(workOf('b'));
  await settled();
  expect([asked(engine), cancelled]).toEqual([['settled a', 'settled b'], ['settled a']]);
});

test('another model abandons what was warming and forgets what was to be settled', async () => {
  const { clock, engine, warmth } = await start();
  const cancelled = neverEnding(engine);
  warmth.answerEnded(workOf('b'));
  void warmth.warm(workOf('a'), 'typing');
  await settled();
  await engine.load();
  await clock.advance(5000);
  expect([asked(engine), cancelled]).toEqual([['typing a'], ['typing a']]);
});

test('whoever warms for a document is told what it cost', async () => {
  const { engine, warmth } = await start();
  engine.warm = () => cost;
  expect(await warmth.warm(workOf('a'), 'typing')).toEqual(cost);
});

test.each([
  ['on battery below 30 %', { isOnBattery: true, chargeFraction: 0.29 }, 0],
  ['on battery at 30 %', { isOnBattery: true, chargeFraction: 0.3 }, 2],
  ['on mains with an empty battery', { isOnBattery: false, chargeFraction: 0.05 }, 2],
  ['on a battery that nobody knows', { isOnBattery: true, chargeFraction: null }, 2],
])('%s, typing and settling ask %#', async (_name, power, count) => {
  const { clock, engine, warmth } = await start({ power });
  warmth.typed(workOf('a'));
  await settled();
  warmth.answerEnded(workOf('b'));
  await clock.advance(500);
  expect(engine.warmed).toHaveLength(count);
});

test('what the battery put off is settled when there is power again', async () => {
  const { clock, engine, warmth, power } = await start({
    power: { isOnBattery: true, chargeFraction: 0.1 },
  });
  warmth.answerEnded(workOf('a'));
  await clock.advance(500);
  power.isOnBattery = false;
  await clock.advance(59_000);
  expect(engine.warmed).toHaveLength(0);
  await clock.advance(1000);
  expect(asked(engine)).toEqual(['settled a']);
});

test('an ephemeral conversation is warmed without a note', async () => {
  const { engine, warmth, noted } = await start();
  warmth.typed({ ...workOf('a'), isEphemeral: true });
  await settled();
  expect(engine.warmed[0]?.ephemeral).toBe(true);
  expect(noted).toEqual([]);
});

test('a conversation that goes away takes its plans with it', async () => {
  const { clock, engine, warmth } = await start();
  warmth.answerEnded(workOf('a'));
  warmth.drop('a');
  await clock.advance(1000);
  expect(engine.warmed).toEqual([]);
});

test('a prompt that is gone, or too long, warms nothing and troubles nobody', async () => {
  const { clock, engine, warmth, incidents } = await start();
  engine.warm = () => {
    throw new AppError('prompt.too-long', { promptTokens: 9, contextTokens: 8 });
  };
  warmth.answerEnded(workOf('a'));
  warmth.answerEnded({ ...workOf('b'), prompt: () => undefined });
  await clock.advance(5000);
  expect(asked(engine)).toEqual(['settled a']);
  expect(incidents).toEqual([]);
});

test('a bug is logged', async () => {
  const { warmth, incidents } = await start();
  const bug = new Error('bug');
  warmth.typed({
    ...workOf('a'),
    prompt: () => {
      throw bug;
    },
  });
  await settled();
  expect(incidents).toEqual([bug]);
});

test('at most eight answers wait to be settled, the newest', async () => {
  const { clock, engine, warmth } = await start();
  for (let index = 0; index < 10; index += 1) warmth.answerEnded(workOf(`${index}`));
  await clock.advance(20_000);
  expect(asked(engine)).toEqual(Array.from({ length: 8 }, (_, index) => `settled ${index + 2}`));
});
