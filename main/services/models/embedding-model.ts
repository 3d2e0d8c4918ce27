import type {
  CatalogEntry,
  Download,
  EmbeddingModel,
  InstalledModel,
  OfferedModel,
} from '../../../contract/models/models.ts';

/** The catalogue's one embedding model. */
export function embeddingEntry(entries: readonly CatalogEntry[]): CatalogEntry | undefined {
  return entries.find(({ role }) => role === 'embedding');
}

/** How far the embedding model is, from what is installed and what is on its way. */
export function embeddingState(parts: {
  offer: OfferedModel;
  installed: readonly InstalledModel[];
  downloads: readonly Download[];
}): EmbeddingModel {
  const { offer, installed, downloads } = parts;
  const model = installed.find(({ catalogId, isPresent }) => catalogId === offer.id && isPresent);
  if (model) return { offer, phase: 'installed', model };
  const download = downloads.find(({ id }) => id === offer.id);
  return { offer, phase: download ? phaseOf(download.state) : 'absent', model: null };
}

function phaseOf(state: Download['state']): EmbeddingModel['phase'] {
  switch (state) {
    case 'running':
    case 'checking':
      return 'downloading';
    case 'paused':
    case 'converting':
    case 'failed':
      return state;
  }
}
