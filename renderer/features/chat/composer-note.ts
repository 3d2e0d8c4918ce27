import type { EngineState } from '../../../contract/models/models.ts';
import type { ChatWords } from '../../messages/chat.ts';
import type { Format } from '../../messages/format.ts';

/** One line under the composer: why nothing can be sent now, or what sending will do; null where all is plain. */
export function composerNote(
  now: { hasModel: boolean; isAnswering: boolean; hasText: boolean; engine: EngineState },
  words: ChatWords,
  format: Format,
): string | null {
  if (!now.hasModel) return words.noModel;
  if (now.isAnswering) return now.hasText ? words.answering : null;
  const { engine } = now;
  return engine.phase === 'loading' ? words.modelLoading(format.percent(engine.fraction)) : null;
}
