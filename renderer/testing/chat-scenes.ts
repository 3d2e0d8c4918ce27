import type { ConversationId, Message } from '../../contract/chat/message.ts';
import type { FakeOptions } from './fake-app.ts';
import { FakeConversation } from './fake-chat.ts';
import { chineseAnswer, englishAnswer, sampleReasoning } from './sample-texts.ts';

const shapes = `# Every shape

A paragraph with **bold**, *thin*, ~~gone~~, \`code\` and [a link](https://example.org/path). ![A chart](https://images.example/chart.png)

- [x] done
- [ ] open
  - deeper
    1. and counted

  \`\`\`sh
  npm start -- --model tiny.gguf   # inside a list
  \`\`\`

> Said by someone else.

| Item | Amount | A long heading that has to go somewhere |
| :-- | --: | :-: |
| Tea | 1,250 | yes |
| A very long name of a thing nobody buys twice | 7 | no |

\`\`\`json
{ "name": "parley", "a-rather-long-key-to-make-the-line-scroll-sideways-in-its-own-box": [1, 2, 3, true, null] }
\`\`\`

---

Done.
`;

/** A conversation with one question. */
function begun(id: string, question: string): FakeConversation {
  const nowMs = Date.now();
  const conversation = new FakeConversation({
    id: id as ConversationId,
    title: question,
    titleSource: 'first-words',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    isAnswering: false,
  });
  conversation.add('user', question);
  return conversation;
}

function answered(question: string, text: string, change: Partial<Message> = {}): FakeOptions {
  const conversation = begun('c1', question);
  const answer = conversation.add('assistant', text);
  conversation.replace(answer.id, change);
  return { conversations: [conversation] };
}

function branches(): FakeOptions {
  const conversation = begun('c1', 'Name a good tea');
  const question = conversation.activeLeafId;
  conversation.add('assistant', 'Tie Guan Yin, from Anxi.', question);
  conversation.add('assistant', 'Dong Ding oolong, from Nantou.', question);
  return { conversations: [conversation] };
}

function streaming(): FakeOptions {
  const conversation = begun('c1', 'What is a debounced function?');
  const answer = conversation.add('assistant', '');
  void conversation.write(answer, {
    text: englishAnswer,
    reasoning: sampleReasoning,
    deltaMs: 16,
    deltaCharacters: 4,
    status: 'complete',
  });
  return { conversations: [conversation] };
}

/** 60,000 characters at a hundred pieces a second, beginning by itself. */
function bench(): FakeOptions {
  const conversation = begun('c1', 'Tell me everything');
  const answer = conversation.add('assistant', '');
  const turn = `${englishAnswer}\n${chineseAnswer}\n`;
  const text = turn.repeat(Math.ceil(60_000 / turn.length)).slice(0, 60_000);
  const pace = { deltaMs: 10, deltaCharacters: 40, status: 'complete' } as const;
  void conversation.write(answer, { text, reasoning: '', ...pace });
  return { conversations: [conversation] };
}

/** Conversations to look at, in every state an answer can have. */
export const chatScenes = {
  shapes: () => answered('Show me every shape of text', shapes),
  chinese: () => answered('搜尋框要怎麼避免一直查詢？請說明 debounce。', chineseAnswer),
  branches,
  streaming,
  bench,
  reasoning: () =>
    answered('think: debounce?', '', {
      parts: [
        { type: 'reasoning', text: sampleReasoning },
        { type: 'text', text: englishAnswer },
      ],
    }),
  stopped: () => answered('Tell me a long story', 'Once upon a time there', { status: 'stopped' }),
  interrupted: () =>
    answered('Tell me a long story', 'Once upon a time there', { status: 'interrupted' }),
  'answer-failed': () =>
    answered('A very long text', '', {
      parts: [],
      status: 'failed',
      usage: null,
      error: { code: 'prompt.too-long', data: { promptTokens: 9000, contextTokens: 4096 } },
    }),
  damaged: () => answered('What did I write?', 'Something like th#s.', { isDamaged: true }),
} as const;
