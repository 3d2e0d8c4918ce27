import { isPart, type Part } from '../../../contract/chat/message.ts';
import type { DocumentId, NumberedPassage } from '../../../contract/documents/documents.ts';
import type { ReadSoFar } from '../reading/index.ts';
import { type PromptTurn, turnsOf } from './history-to-prompt.ts';

function questionsOf(path: readonly PromptTurn[]): Part[][] {
  return turnsOf(path).flatMap((turn) =>
    turn.role === 'user' ? turn.messages.map(({ parts }) => parts) : [],
  );
}

/** The passages that an answer at the end of `path` may cite, by their numbers. */
export function passagesOn(path: readonly PromptTurn[]): NumberedPassage[] {
  return questionsOf(path)
    .flat()
    .filter(isPart('reading'))
    .flatMap(({ passages }) => passages);
}

/** What a branch was given of documents, as far as its prompt still has it. */
export function readSoFar(path: readonly PromptTurn[]): ReadSoFar {
  const questions = questionsOf(path);
  const given = questions.filter((parts) => !parts.some(isPart('task'))).flat();
  const all = questions.flat();
  const readings = given.filter(isPart('reading'));
  const numbers = [
    ...readings.flatMap(({ passages }) => passages.map(({ number }) => number)),
    ...all.filter(isPart('task')).map(({ last }) => last),
  ];
  const wholes = readings
    .flatMap(({ files }) => files)
    .filter(({ mode, passagesGiven, passagesTotal }) => {
      return mode === 'whole' && passagesGiven === passagesTotal;
    });
  const documentIds: DocumentId[] = all
    .filter(isPart('document'))
    .filter(({ mode }) => mode !== 'picture')
    .map((one) => one.documentId);
  return {
    nextNumber: 1 + numbers.reduce((most, number) => Math.max(most, number), 0),
    passageIds: new Set(readings.flatMap(({ passages }) => passages.map(({ id }) => id))),
    documentIds: [...new Set(documentIds)],
    wholeIds: new Set(wholes.map(({ documentId }) => documentId)),
    pictures: all.filter(isPart('image')).length,
  };
}
