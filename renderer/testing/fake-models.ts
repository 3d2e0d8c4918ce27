import type { AppHandlers } from '../../contract/app-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import type { Download, InstalledModel, ModelsState } from '../../contract/models/models.ts';
import { sampleInstalled, sampleReady } from './sample-models.ts';

/** The part of the fake that these handlers use. */
interface Owner {
  models: ModelsState;
  changeModels(change: Partial<ModelsState>): void;
}

function withDownload(state: ModelsState, id: string, change: Partial<Download>): Download[] {
  const known = state.downloads.find((item) => item.id === id);
  if (!known) throw new AppError('download.not-found', { downloadId: id });
  return state.downloads.map((item) => (item.id === id ? { ...item, ...change } : item));
}

function install(owner: Owner, model: InstalledModel): void {
  const others = owner.models.installed.filter((item) => item.id !== model.id);
  owner.changeModels({ installed: [...others, model], engine: sampleReady(model) });
}

const folders: Record<string, { name: string; fileBytes: number | null }[]> = {
  '/home/mei': [
    { name: 'Documents', fileBytes: null },
    { name: 'Downloads', fileBytes: null },
  ],
  '/home/mei/Downloads': [
    { name: 'gemma-4-e2b.gguf', fileBytes: 2_620_000_000 },
    { name: 'tiny.gguf', fileBytes: 1_200_000 },
  ],
  '/home/mei/Documents': [],
  '/media/mei/STICK': [{ name: 'qwen3.5-4b.gguf', fileBytes: 2_740_000_000 }],
};

/** The fake's models: downloads begin and can be paused, but move only when a test moves them. */
export function fakeModelHandlers(owner: Owner): AppHandlers['models'] {
  return {
    state: () => owner.models,
    choose: ({ modelId }) => {
      const model = owner.models.installed.find((item) => item.id === modelId);
      if (!model) throw new AppError('model.not-found', { modelId });
      owner.changeModels({ engine: sampleReady(model) });
      return {};
    },
    unload: () => {
      owner.changeModels({ engine: { phase: 'empty' } });
      return {};
    },
    addFile: ({ file, projector }) => {
      if (!file.name.endsWith('.gguf')) {
        throw new AppError('model.file-broken', {
          path: file.name,
          fault: 'not-gguf',
          detail: 'magic',
        });
      }
      const model = sampleInstalled({
        id: `m-${file.name}`,
        name: file.name.replace(/\.gguf$/u, ''),
        path: file.kind === 'path' ? file.path : `/models/${file.name}`,
        projectorPath: projector?.kind === 'path' ? projector.path : null,
        catalogId: null,
        isOwned: file.kind === 'upload',
      });
      install(owner, model);
      return model;
    },
    browse: ({ folder }) => {
      const path = folder ?? '/home/mei';
      const names = folders[path];
      if (!names) throw new AppError('file.not-found', { name: path });
      return {
        folder: path,
        parentFolder: path === '/home/mei' ? null : path.slice(0, path.lastIndexOf('/')),
        places: [
          { name: 'Home', path: '/home/mei' },
          { name: 'Downloads', path: '/home/mei/Downloads' },
          { name: 'STICK', path: '/media/mei/STICK' },
        ],
        entries: names.map(({ name, fileBytes }) => ({
          name,
          path: `${path}/${name}`,
          kind: fileBytes === null ? ('folder' as const) : ('model' as const),
          fileBytes,
        })),
      };
    },
    download: ({ catalogId }) => {
      const offer = owner.models.offered.find((item) => item.id === catalogId);
      if (!offer) throw new AppError('download.not-found', { downloadId: catalogId });
      const begun: Download = {
        id: catalogId,
        name: offer.name,
        state: 'running',
        doneBytes: 0,
        totalBytes: offer.downloadBytes,
        bytesPerSecond: null,
        secondsLeft: null,
        sourceLabel: null,
        hasRestarted: false,
        error: null,
      };
      owner.changeModels({ downloads: [...owner.models.downloads, begun] });
      return {};
    },
    pauseDownload: ({ downloadId }) => {
      const change = { state: 'paused' as const, bytesPerSecond: null, secondsLeft: null };
      owner.changeModels({ downloads: withDownload(owner.models, downloadId, change) });
      return {};
    },
    resumeDownload: ({ downloadId }) => {
      const change = { state: 'running' as const, error: null };
      owner.changeModels({ downloads: withDownload(owner.models, downloadId, change) });
      return {};
    },
    cancelDownload: ({ downloadId }) => {
      withDownload(owner.models, downloadId, {});
      const left = owner.models.downloads.filter((item) => item.id !== downloadId);
      owner.changeModels({ downloads: left });
      return {};
    },
  };
}
