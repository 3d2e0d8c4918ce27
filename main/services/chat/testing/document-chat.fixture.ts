import { isPart, type MessageId } from '../../../../contract/chat/message.ts';
import type { Attachment, DocumentId } from '../../../../contract/documents/documents.ts';
import { loadedModel } from '../../../testing/engine-replies.fixture.ts';
import { ChatBench } from './chat-bench.fixture.ts';
import { FakeClock, settled } from './fake-clock.fixture.ts';
import { ended, type Script, ScriptedEngine } from './scripted-engine.fixture.ts';

/** Facts that questions of tests ask for. */
export const budget = 'The budget of Project Falcon is 48210.';
export const deadline = 'The deadline of Project Eagle is March.';

/** A file to go as is best. */
export const auto = (documentId: DocumentId): Attachment => ({ documentId, mode: 'auto' });

/** An engine that says one text after the other. */
export function say(...texts: string[]): Script {
  return async function* () {
    yield { type: 'text', text: texts.shift() ?? 'Yes.' };
    return ended;
  };
}

/** A chat over files. `benches` are disposed by the test. */
export function startDocumentChat(benches: ChatBench[], script: Script = say(), canSee = false) {
  const clock = new FakeClock();
  const engine = new ScriptedEngine(script);
  engine.loaded = loadedModel({ canSee });
  const bench = new ChatBench(engine, clock);
  benches.push(bench);
  const lastText = () => engine.requests.at(-1)?.messages.at(-1)?.text ?? '';
  const readingOf = (id: MessageId | undefined) =>
    id && bench.storedMessage(id)?.parts.find(isPart('reading'));
  return { bench, engine, clock, lastText, readingOf };
}

/** Sends, and lets the answer come to its end. */
export async function asked(bench: ChatBench, ...args: Parameters<ChatBench['send']>) {
  const started = await bench.send(...args);
  await settled();
  await settled();
  return started;
}

/** A long file: twenty passages, of which one has the answer. */
export function longFile(bench: ChatBench, name: string, fact: string): DocumentId {
  const filler = 'Nothing of note happened on that day. '.repeat(30);
  const passages = Array.from({ length: 20 }, (_, index) =>
    index === 7 ? fact : `${filler}${index}`,
  );
  return bench.shelf.put(name, { passages });
}
