import { join } from 'node:path';
import { sortableIds } from '../../main/adapters/sortable-ids.ts';
import { systemClock } from '../../main/adapters/system-clock.ts';
import { mains } from '../../main/ports/power.ts';
import { createChat, defaultSampling, loadPrompts } from '../../main/services/chat/index.ts';
import { ScriptedEngine } from '../../main/services/chat/testing/scripted-engine.fixture.ts';
import { Shelf } from '../../main/services/chat/testing/shelf.fixture.ts';
import { createConversations } from '../../main/services/conversations/index.ts';
import { Warmth } from '../../main/services/warmth/index.ts';
import { openStorage } from '../../main/storage/index.ts';
import type { Migration } from '../../main/storage/migrate.ts';
import { migrations } from '../../main/storage/migrations/index.ts';
import { answerEnd } from '../../main/testing/engine-replies.fixture.ts';

/** A step that takes long enough to be killed in: it copies every message a few times. */
const extraMigration: Migration = {
  version: migrations.length + 1,
  name: 'copies',
  sql: `
    CREATE TABLE copies (id TEXT, n INTEGER, parts TEXT) STRICT;
    INSERT INTO copies SELECT id, value, parts FROM messages, generate_series;
    CREATE INDEX copies_by_id ON copies (id, n);
  `.replace('generate_series', '(SELECT 1 AS value UNION ALL SELECT 2 UNION ALL SELECT 3)'),
};

/** The app's migrations, and one more. */
export const extendedMigrations: readonly Migration[] = [...migrations, extraMigration];

/** Characters [0, `length`) of the text that every streamed answer is a beginning of. */
export function streamText(length: number): string {
  let text = '';
  for (let index = 0; text.length < length; index += 1) text += wordAt(index);
  return text.slice(0, length);
}

function wordAt(index: number): string {
  return `w${index}字 `;
}

/** Main's storage, conversations and chat over a scripted engine, as main wires them. */
export function openApp(
  folder: string,
  options: { nextWordCount: () => number; migrations?: readonly Migration[] },
) {
  const storage = openStorage({
    folder,
    clock: systemClock,
    migrations: options.migrations ?? migrations,
  });
  const ids = sortableIds(systemClock);
  const engine = new ScriptedEngine(async function* (_request, { signal }) {
    const wordCount = options.nextWordCount();
    for (let index = 0; index < wordCount && !signal.aborted; index += 1) {
      yield { type: 'text', text: wordAt(index) };
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return answerEnd();
  });
  const conversations = createConversations({
    storage,
    clock: systemClock,
    ids,
    emit: { changed: () => {}, removed: () => {} },
  });
  const warmth = new Warmth({
    ...{ models: engine, clock: systemClock, noteCached: () => {} },
    power: { state: async () => mains },
    log: { info: () => {}, warn: () => {}, incident: (error) => String(error) },
  });
  const chat = createChat({
    ...{ warmth, noteCached: () => {} },
    ...{ library: new Shelf(), sources: conversations.sources },
    storage,
    conversations: conversations.book,
    models: engine,
    engine,
    clock: systemClock,
    ids,
    log: { info: () => {}, warn: () => {}, incident: (error) => String(error) },
    prompts: { ...loadPrompts(join(import.meta.dirname, '../../assets')), system: '' },
    sampling: defaultSampling,
    enableThinking: false,
  });
  return { storage, conversations, chat };
}
