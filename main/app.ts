import { appContract } from '../contract/app-contract.ts';
import type { Port } from '../contract/rpc/port.ts';
import { emitter, serve } from '../contract/rpc/serve.ts';
import type { App, AppPorts } from './app-ports.ts';
import { blockedApp, isBlocking } from './blocked-app.ts';
import { EngineHost } from './engine-host/engine-host.ts';
import { ExtractorHost } from './extractor-host/extractor-host.ts';
import { createAbout } from './services/about/index.ts';
import { createChat, defaultSampling, loadPrompts } from './services/chat/index.ts';
import { createConversations } from './services/conversations/index.ts';
import { createDocuments, recognisedLanguages } from './services/documents/index.ts';
import { ContentStore } from './services/files/index.ts';
import { createKnowledge, EmbeddingFlow } from './services/knowledge/index.ts';
import { createModels, type ReadyModel } from './services/models/index.ts';
import { indexFolder, openPassageIndex } from './services/passages/index.ts';
import { createSettings } from './services/settings/index.ts';
import {
  CacheFolder,
  createCachePlacesStore,
  createCacheService,
  Forgetting,
  Warmth,
} from './services/warmth/index.ts';
import { openStorage, type Storage } from './storage/index.ts';

/**
 * Wires the app over what a shell brings. The model chosen last begins to load when a window comes. Where the
 * stored data cannot be opened, the app is one that says so in its window: see `blockedApp`.
 */
export async function createApp(ports: AppPorts): Promise<App> {
  const { clock, files, folders, ids, log, machine, network, settingsStore } = ports;
  let storage: Storage;
  try {
    storage = openStorage({ folder: folders.data, clock });
  } catch (error) {
    if (isBlocking(error)) return blockedApp(ports, error);
    throw error;
  }
  if (storage.notice) log.warn(`storage: ${storage.notice.message}`);

  const windows = new Set<Port>();
  const emit = emitter(appContract, windows);
  const engine = new EngineHost({ launcher: ports.engineLauncher, clock, log });
  const folder = new CacheFolder({
    ...{ dataFolder: folders.data, machine, secrets: ports.secrets, log },
    isKeptOnDisk: () => settingsStore.read().keepsReadingState,
  });
  const models = await createModels({
    cache: () => folder.forEngine(),
    idleMinutes: () => settingsStore.read().idleUnloadMinutes,
    // On a battery processors are slower, and its charge is for what the person asks for.
    mayMeasure: async () => !(await ports.power.state()).isOnBattery,
    ...{ engine, network, machine, folders, clock, ids, log, files, emit: emit.models },
    chosen: {
      read: () => settingsStore.read().modelId,
      write: (modelId) => {
        const next = { ...settingsStore.read(), modelId };
        settingsStore.write(next);
        emit.settings.changed(next);
      },
    },
  });
  const conversations = createConversations({ storage, clock, ids, emit: emit.conversations });
  const places = createCachePlacesStore(storage);
  const noteCached = (conversationId: string, { loaded }: ReadyModel): void =>
    places.note({ conversationId, fingerprint: loaded.fingerprint });
  const warmth = new Warmth({
    ...{ models: models.runtime, power: ports.power, clock, log, noteCached },
  });
  const forgetting = new Forgetting({ models: models.runtime, engine, places, folder, log });
  conversations.book.onTrashed((id) => {
    forgetting.forget(id).catch((error: unknown) => log.incident(error, 'conversations.trash'));
  });
  const chat = createChat({
    ...{ warmth, noteCached },
    // Made below, since they give way to answers: nothing is asked of them before a window is there.
    library: {
      document: (id) => documents.get(id),
      find: (id) => documents.find(id),
      passages: (id) => documents.passages(id),
      search: (lookup) => knowledge.search(lookup),
      pixels: (request) => documents.pixels(request),
    },
    sources: conversations.sources,
    ...{ storage, engine, clock, ids, log },
    conversations: conversations.book,
    models: models.runtime,
    prompts: loadPrompts(folders.assets),
    sampling: { ...defaultSampling, ...ports.sampling },
    enableThinking: false,
  });
  const cache = createCacheService({
    ...{ folder, places, idle: chat.idle, whileUnloaded: models.whileUnloaded },
  });
  const settings = createSettings({
    ...{ store: settingsStore, emit: emit.settings },
    onChanged: (after, before) => {
      if (after.idleUnloadMinutes !== before.idleUnloadMinutes) {
        models
          .idleMinutesChanged()
          .catch((error: unknown) => log.incident(error, 'settings.idleUnload'));
      }
      if (after.keepsReadingState === before.keepsReadingState) return;
      cache
        .settingChanged(after.keepsReadingState)
        .catch((error: unknown) => log.incident(error, 'settings.cache'));
    },
  });
  const about = createAbout({
    ...{ desktop: ports.desktop, engine, folders, log, version: ports.version },
    storageNotice: storage.notice,
  });

  const extractor = new ExtractorHost({ sandbox: ports.sandbox, clock, log, folders });
  // At every start, before a file is there: the log says what holds, and the settings page has it ready.
  void extractor.sandbox();
  const index = await openPassageIndex({
    ...{ entry: ports.indexEntry, dataFolder: folders.data, log },
    onDamaged: (id) => documents.readAgain(id),
  });
  const documents = await createDocuments({
    ...{ storage, index, extractor, clock, ids, log, emit: emit.documents },
    ...{ exchange: files, dataFolder: folders.data, width: 2 },
    content: new ContentStore({ dataFolder: folders.data, ids, machine }),
    languages: () => recognisedLanguages(settingsStore.read().language),
  });
  const knowledge = await createKnowledge({
    ...{ storage, documents, index, clock, ids, log, power: ports.power, emit: emit.knowledge },
    isChatting: () => chat.isAnswering(),
    meaning: (parts) =>
      new EmbeddingFlow({
        ...{ ...parts, engine, index, documents, clock, log },
        ...{ embedder: models.embedder, folder: indexFolder(folders.data) },
      }),
  });

  const handlers = {
    app: about,
    settings,
    conversations: conversations.handlers,
    chat: chat.handlers,
    documents: {
      ...documents.handlers,
      plan: chat.plan,
      sandbox: async () => {
        const { restrictions, acts } = await extractor.sandbox();
        return { restrictions, acts: [...acts] };
      },
    },
    knowledge: knowledge.handlers,
    cache: cache.handlers,
    models: models.handlers,
  };
  models.readAhead();
  // Not before a window is there: a start with a model of its own chooses that one first.
  let hasServed = false;
  return {
    serve: (port) => {
      if (!hasServed) models.loadChosen();
      hasServed = true;
      windows.add(port);
      port.onClose(() => windows.delete(port));
      serve(appContract, handlers, port, (error, path) => log.incident(error, path));
    },
    isBusy: () => chat.isAnswering() || models.isDownloading(),
    openModel: (path, projectorPath) => models.openAtStart(path, projectorPath),
    close: async () => {
      await chat.close();
      await knowledge.close();
      await documents.close();
      await extractor.close();
      await index.close();
      warmth.close();
      await forgetting.close();
      await models.close();
      await engine.close();
      storage.close();
    },
  };
}
