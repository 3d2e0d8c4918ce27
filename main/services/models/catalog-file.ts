import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CatalogEntry,
  type CatalogFile,
  catalog,
  type ModelSource,
} from '../../../contract/models/models.ts';

/** Reads the catalogue the app ships with. A broken one is a bug of ours and throws as such. */
export async function readCatalog(assetsFolder: string): Promise<CatalogEntry[]> {
  const text = await readFile(join(assetsFolder, 'models', 'catalog.json'), 'utf8');
  return catalog.parse(JSON.parse(text)).entries;
}

/** The model file, then the projector where there is one: the order they are fetched in. */
export function filesOf(entry: CatalogEntry): CatalogFile[] {
  return entry.projector ? [entry.model, entry.projector] : [entry.model];
}

/** All bytes of an entry, as far as the catalogue knows them. */
export function downloadBytesOf(entry: CatalogEntry): number {
  return filesOf(entry).reduce((sum, file) => sum + file.fileBytes, 0);
}

/** Where a file of a hub lies. `origin` is `https://huggingface.co`; tests give their own. */
export function hubUrl(
  source: Extract<ModelSource, { kind: 'huggingface' }>,
  origin: string,
): string {
  const segments = [
    ...source.repository.split('/'),
    'resolve',
    source.revision ?? 'main',
    ...source.file.split('/'),
  ];
  return `${origin}/${segments.map(encodeURIComponent).join('/')}`;
}

/** What a source is called before people: a host, or `PyPI: package version`. */
export function sourceLabel(source: ModelSource, origin: string): string {
  if (source.kind === 'python-package') return `PyPI: ${source.package} ${source.version}`;
  return new URL(origin).hostname;
}
