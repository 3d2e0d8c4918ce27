export type { Library, Lookup } from './library.ts';
export { type MeasuredSpeed, measuredSpeed, wholeMs } from './measured-speed.ts';
export { PictureCache } from './picture-cache.ts';
export { filled } from './prompt-sections.ts';
export type { Composed, Question, ReadSoFar } from './question.ts';
export { checkAnswer } from './quotes.ts';
export { mostPicturePx, Reader } from './reader.ts';
export { givenText, type ReadingPrompts, readingPrompts } from './reading-text.ts';
export { TokenCounter } from './token-counter.ts';
export {
  allNumbered,
  newItems,
  notesList,
  passageList,
  readUpTo,
  stretches,
  type WholePrompts,
  type WholeSizes,
  wholePrompts,
  wholeReading,
  wholeSizes,
} from './whole-steps.ts';
