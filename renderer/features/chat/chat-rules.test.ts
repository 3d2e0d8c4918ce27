import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConversationId, Message, MessageId } from '../../../contract/chat/message.ts';
import { chatMessages } from '../../messages/chat.ts';
import { Format } from '../../messages/format.ts';
import { answerFacts, countWords, phaseLine, speedLine } from './answer-words.ts';
import { shownBranch } from './branches.ts';
import { isSendKey } from './send-key.ts';
import { spokenText, wholeSentences } from './speech.ts';
import { textLanguage } from './text-language.ts';

function message(id: string, parentId: string | null, sequence: number): Message {
  return {
    id: id as MessageId,
    conversationId: 'c' as ConversationId,
    parentId: parentId as MessageId | null,
    role: 'assistant',
    parts: [{ type: 'text', text: 'one two three 四五' }],
    status: 'complete',
    createdAtMs: 0,
    sequence,
    modelName: 'Tiny',
    usage: {
      ...{ promptTokens: 9, reusedTokens: 4, restoredTokens: 3, computedTokens: 2 },
      ...{ answerTokens: 40, firstTokenMs: 410, promptMs: 400, answerMs: 2000 },
    },
    error: null,
    isDamaged: false,
  };
}

describe('the branch on show', () => {
  test('names the siblings of each message, oldest first', () => {
    const messages = [message('q', null, 0), message('b', 'q', 2), message('a', 'q', 1)];
    const branch = shownBranch(messages, 'b' as MessageId);
    expect(branch.map(({ message: { id }, siblings, place }) => [id, siblings, place])).toEqual([
      ['q', ['q'], 0],
      ['b', ['a', 'b'], 1],
    ]);
  });

  test('is empty without a leaf', () => {
    expect(shownBranch([message('q', null, 0)], null)).toEqual([]);
  });
});

describe('the language of a text', () => {
  test.each([
    ['Hello there', 'en'],
    ['搜尋框要怎麼避免一直查詢', 'zh-Hant'],
    ['請說明 debounce 與 throttle 的差別', 'zh-Hant'],
    ['The word 茶 means tea in this sentence', 'en'],
    ['これは日本語です', 'ja'],
    ['안녕하세요', 'ko'],
    ['1 + 1 = 2', undefined],
    ['', undefined],
    ['看這段：\n```js\nconst a = b; let c = d; if (e) return f;\n```', 'zh-Hant'],
  ])('%j is %s', (text, expected) => {
    expect(textLanguage(text)).toBe(expected);
  });
});

describe('Enter', () => {
  const press = (change: KeyboardEventInit) =>
    new KeyboardEvent('keydown', { key: 'Enter', ...change });

  test('sends', () => expect(isSendKey(press({}))).toBe(true));
  test('with Shift breaks the line', () =>
    expect(isSendKey(press({ shiftKey: true }))).toBe(false));
  test('never sends while an input method composes', () => {
    expect(isSendKey(press({ isComposing: true }))).toBe(false);
    expect(isSendKey(press({ keyCode: 229 }))).toBe(false);
  });
  test('is the only key that sends', () => expect(isSendKey(press({ key: 'a' }))).toBe(false));
});

describe('what is read aloud', () => {
  test('is whole sentences', () => {
    const text = 'First one. Second one! And a thi';
    expect(wholeSentences(text, 0)).toEqual({ spoken: 'First one. Second one!', end: 22 });
    expect(wholeSentences(text, 22)).toEqual({ spoken: '', end: 22 });
  });

  test('ends at Chinese marks too', () => {
    expect(wholeSentences('第一句。第二句？還沒', 0).spoken).toBe('第一句。第二句？');
  });

  test('does not end inside a number', () => {
    expect(wholeSentences('It costs 3.14 or so', 0).spoken).toBe('');
  });

  test('has no marks of Markdown', () => {
    expect(spokenText('## A **bold** [link](https://x.y) and `code`')).toBe('A bold link and code');
  });

  test('leaves nothing out and says nothing twice', () => {
    const words = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '. ', '。', '\n') });
    fc.assert(
      fc.property(words, fc.array(fc.nat(60)), (text, cuts) => {
        let end = 0;
        let said = '';
        for (const cut of [...cuts.toSorted((left, right) => left - right), text.length]) {
          const next = wholeSentences(text.slice(0, cut), end);
          said += text.slice(end, next.end);
          end = Math.max(end, next.end);
        }
        expect(said).toBe(text.slice(0, end));
      }),
    );
  });
});

describe('lines about an answer', () => {
  const words = chatMessages.en;
  const format = new Format('en');

  test('count Latin words and Han letters', () => {
    expect(countWords('one two three 四五')).toBe(5);
    expect(countWords("it's well-known")).toBe(2);
  });

  test('say how soon it began and how fast it came', () => {
    const line = speedLine(message('a', null, 0), words, format);
    expect(line).toBe('0.4 s · 3 words/s');
  });

  test('have the exact figures beside: the three shares add up to what was read', () => {
    const facts = answerFacts(message('a', null, 0), words, format);
    expect(facts.map(({ id, value }) => `${id} ${value}`)).toEqual([
      'model Tiny',
      'first 0.4 s',
      'speed 20 tokens per second',
      'written 40',
      'read 9',
      'reused 4',
      'restored 3',
      'computed 2',
    ]);
    expect(facts.filter(({ isShare }) => isShare)).toHaveLength(3);
  });

  test('say nothing where nothing was measured', () => {
    const unmeasured = { ...message('a', null, 0), usage: null };
    expect(speedLine(unmeasured, words, format)).toBeNull();
    expect(answerFacts(unmeasured, words, format)).toEqual([]);
  });

  test('leave the speed out where it was too short to tell', () => {
    const usage = {
      ...{ promptTokens: 9, reusedTokens: 0, restoredTokens: 0, computedTokens: 9 },
      ...{ answerTokens: 1, firstTokenMs: 91, promptMs: 90, answerMs: 3 },
    };
    const short = { ...message('a', null, 0), usage };
    expect(speedLine(short, words, format)).toBe('under 0.1 s');
    expect(answerFacts(short, words, format).map(({ id }) => id)).not.toContain('speed');
  });

  test('say what the run does before it writes', () => {
    const of = (phase: Parameters<typeof phaseLine>[0]) => phaseLine(phase, words, format);
    expect(of({ phase: 'loading-model', fraction: 0.4 })).toBe('Loading the model, 40%');
    expect(of({ phase: 'queued' })).toBe('Waiting for its turn');
    expect(of({ phase: 'reading', readTokens: 1600, promptTokens: 4000 })).toBe(
      'Reading, 1,200 of about 3,000 words',
    );
    expect(of({ phase: 'writing' })).toBeNull();
  });
});
