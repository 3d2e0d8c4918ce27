import type { InstalledModel } from '../../../contract/models/models.ts';
import type { Language } from '../../messages/define-messages.ts';
import type { Format } from '../../messages/format.ts';
import type { modelMessages } from '../../messages/models.ts';

/** What to know about a model before choosing it: size and kind, or why it is not to be had now. */
export function installedDetail(
  model: InstalledModel,
  words: (typeof modelMessages)[Language],
  format: Format,
): string {
  if (!model.isPresent) return words.missing;
  const facts = [format.bytes(model.fileBytes)];
  if (model.quantization) facts.push(model.quantization);
  if (model.projectorPath) facts.push(words.sees);
  if (!model.isOwned) facts.push(words.keptElsewhere);
  if (model.isSetAside) facts.push(words.setAside);
  return facts.join(' · ');
}
