import type { ConversationId, Part } from '../../contract/chat/message.ts';
import type { Attachment } from '../../contract/documents/documents.ts';
import { FakeApp } from './fake-app.ts';
import { FakeConversation } from './fake-chat.ts';
import { sampleDocument } from './sample-documents.ts';
import { sampleInstalled, sampleModelsReady, sampleReady } from './sample-models.ts';
import { citingAnswer } from './sample-texts.ts';

const longName =
  'Minutes of the harbour works committee, third quarter, with all appendices and the budget (final, corrected).pdf';

function chat(): FakeConversation {
  const nowMs = Date.now();
  return new FakeConversation({
    id: 'c1' as ConversationId,
    title: 'The budget of Project Falcon',
    titleSource: 'first-words',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    isAnswering: false,
  });
}

function attach(app: FakeApp, name: string, change = {}): Attachment {
  const { id } = app.documents.put(sampleDocument(name, change));
  return { documentId: id, mode: 'auto' };
}

/** A question about files and pictures, answered with citations. */
function cited(): FakeApp {
  const conversation = chat();
  const app = new FakeApp({ conversations: [conversation] });
  const files = [attach(app, longName), attach(app, '備忘錄.md'), attach(app, 'harbour.png')];
  const question = conversation.add('user', 'What is the budget of Project Falcon?');
  conversation.replace(question.id, {
    parts: [...question.parts, ...app.documents.partsOf(files)],
  });
  const answer = conversation.add('assistant', citingAnswer);
  const start = citingAnswer.indexOf('"The deadline');
  const quotes = [{ start, end: citingAnswer.indexOf('" [2]') + 1, number: null }];
  const found: Part = { type: 'citations', citations: [], quotes };
  conversation.replace(answer.id, { parts: [...answer.parts, found] });
  return app;
}

/** A question that nothing in the documents bears on. */
function irrelevant(): FakeApp {
  const app = cited();
  const conversation = app.conversations.get('c1' as ConversationId);
  const question = conversation?.messages[0];
  if (!conversation || !question) return app;
  const parts = question.parts.map((part) =>
    part.type === 'reading' ? { ...part, passages: [], isNothingRelevant: true } : part,
  );
  conversation.replace(question.id, { parts });
  const answer = conversation.messages[1];
  if (answer) {
    conversation.replace(answer.id, {
      parts: [{ type: 'text', text: 'The ship is called Nova.' }],
    });
  }
  return app;
}

/** Files of every state in the composer, of a model without eyes. */
function attached(): FakeApp {
  const app = new FakeApp();
  const models = sampleModelsReady();
  const blind = sampleInstalled({ id: 'm-smol', name: 'SmolLM2 135M', projectorPath: null });
  app.models = {
    ...models,
    installed: [...models.installed.filter(({ id }) => id !== blind.id), blind],
    engine: sampleReady(blind),
  };
  const error = { code: 'document.encrypted' as const, data: { name: 'locked.pdf' } };
  const read = sampleDocument('hidden.docx').summary;
  const files = [
    attach(app, longName, { textTokens: 81_000, passageCount: 240 }),
    attach(app, 'harbour.png'),
    attach(app, 'hidden.docx', {
      summary: read && {
        ...read,
        hidden: [{ carrier: 'white-text', chars: 312 }],
        leftOut: [{ what: 'macros', count: 2 }],
      },
    }),
    attach(app, 'scan.pdf', {
      summary: { ...sampleDocument('scan.pdf').summary, scannedPages: [2, 3] },
    }),
    attach(app, 'locked.pdf', { state: { state: 'failed', error }, summary: null }),
    attach(app, 'slow.epub', {
      state: { state: 'reading', step: 'text', fraction: 0.4 },
      summary: null,
    }),
  ];
  app.draftFiles.set(null, files);
  app.drafts.set(null, 'What do these have in common?');
  const collection = app.knowledge.put('Thesis');
  app.collections.set(null, [collection.id]);
  return app;
}

/** Collections, one of them with files of every state and a folder that is not there. */
function knowledge(): FakeApp {
  const app = new FakeApp();
  const error = { code: 'document.broken' as const, data: { name: 'torn.pdf', detail: 'xref' } };
  const ids = [
    attach(app, longName, { embeddedCount: 12 }),
    attach(app, '備忘錄.md'),
    attach(app, 'torn.pdf', { state: { state: 'failed', error }, summary: null, passageCount: 0 }),
    attach(app, 'book.epub', {
      state: { state: 'reading', step: 'index', fraction: 0.7 },
    }),
  ].map(({ documentId }) => documentId);
  const thesis = app.knowledge.put('Thesis', ids);
  thesis.folders = [
    { path: '/home/mei/Documents/Thesis', isMissing: false },
    { path: '/media/mei/STICK/Papers', isMissing: true },
  ];
  app.knowledge.put('旅行');
  app.knowledge.state = {
    ...{ waitingFiles: 3, waitingPassages: 1200, isPaused: false, restsBecause: 'battery' },
    embedder: 'absent',
  };
  return app;
}

/** Apps with documents, to look at. */
export const documentScenes = { cited, irrelevant, attached, knowledge } as const;
