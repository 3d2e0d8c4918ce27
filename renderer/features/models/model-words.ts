import type { Download, EngineState, OfferedModel } from '../../../contract/models/models.ts';
import type { Language } from '../../messages/define-messages.ts';
import type { Format } from '../../messages/format.ts';
import { modelMessages } from '../../messages/models.ts';
import type { IconName } from '../../ui/icons.ts';

type Words = (typeof modelMessages)[Language];

// A token is about three quarters of an English word, and about one Chinese character.
const wordsPerToken: Record<Language, number> = { en: 0.75, 'zh-Hant': 1 };

/** How many words fit in `tokens`, rounded as far as the guess is good. */
export function roundWords(tokens: number, language: Language): number {
  const words = tokens * wordsPerToken[language];
  const step = words >= 10_000 ? 1000 : words >= 1000 ? 100 : 10;
  return Math.max(step, Math.floor(words / step) * step);
}

/** What a model is and can do, short: `2.7 GB · sees images · Apache-2.0`. */
export function offerFacts(offer: OfferedModel, words: Words, format: Format): string {
  const abilities = offer.abilities.map((ability) => words[ability]);
  return [format.bytes(offer.downloadBytes), ...abilities, offer.license].join(' · ');
}

/** Whether an offer fits this computer, with the colour and the drawing that go with it. */
export function fitOf(
  fit: OfferedModel['fit'],
  words: Words,
): { text: string; tone: 'ok' | 'warn' | 'danger'; icon: IconName } {
  switch (fit) {
    case 'fits':
      return { text: words.fits, tone: 'ok', icon: 'check' };
    case 'tight':
      return { text: words.tight, tone: 'warn', icon: 'warning' };
    case 'too-big':
      return { text: words.tooBig, tone: 'danger', icon: 'warning' };
  }
}

/** What the engine is doing, in a word or two. */
export function engineWord(engine: EngineState, words: Words, format: Format): string {
  switch (engine.phase) {
    case 'empty':
      return words.noModel;
    case 'loading':
      return words.loading(format.percent(engine.fraction));
    case 'ready':
      return words.ready;
    case 'failed':
      return words.failedShort;
  }
}

/** How much can be said at once with the loaded model; null while none is ready. */
export function roomSentence(engine: EngineState, language: Language, format: Format) {
  if (engine.phase !== 'ready') return null;
  const words = modelMessages[language];
  const count = format.count(roundWords(engine.contextTokens, language));
  return engine.contextTokens < engine.wantedContextTokens
    ? words.roomLess(count)
    : words.roomFor(count);
}

/** Why the loaded model did not load as planned; null where it did, and while none is ready. */
export function rungSentence(engine: EngineState, language: Language): string | null {
  if (engine.phase !== 'ready') return null;
  const words = modelMessages[language];
  switch (engine.rung) {
    case 'planned':
      return null;
    case 'less-offload':
      return words.rungLessOffload;
    case 'cpu':
      return words.rungCpu;
    case 'smaller-context':
      return words.rungSmallerContext;
  }
}

/** Amount, speed, time left and source of a download, as far as they are known. */
export function downloadFacts(download: Download, words: Words, format: Format): string[] {
  const facts = [words.doneOf(format.bytes(download.doneBytes), format.bytes(download.totalBytes))];
  if (download.state === 'paused') facts.push(words.paused);
  if (download.state === 'checking') facts.push(words.checking);
  if (download.state === 'converting') facts.push(words.converting);
  if (download.state === 'failed') facts.push(words.downloadFailed);
  if (download.state === 'running') {
    const { bytesPerSecond, secondsLeft } = download;
    if (bytesPerSecond === null) facts.push(words.starting);
    else facts.push(format.speed(bytesPerSecond));
    if (secondsLeft !== null) facts.push(format.timeLeft(secondsLeft));
  }
  if (download.sourceLabel !== null) facts.push(words.from(download.sourceLabel));
  return facts;
}
