import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { GgufSummary } from '../../../contract/engine-contract.ts';
import type { InstalledModel } from '../../../contract/models/models.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const keptModel = z.object({
  id: z.string().min(1),
  name: z.string(),
  path: z.string().min(1),
  projectorPath: z.string().nullable(),
  fileBytes: z.number(),
  architecture: z.string(),
  quantization: z.string().nullable(),
  parameterCount: z.number().nullable(),
  catalogId: z.string().nullable(),
  isOwned: z.boolean(),
  isSetAside: z.boolean(),
  /** Deaths of the engine in a row while it held this model. */
  deaths: z.number().int().nonnegative(),
});
/** What is kept of an installed model; whether its file is there is looked up. */
export type KeptModel = z.infer<typeof keptModel>;
const keptLibrary = z.object({ version: z.literal(1), models: z.array(keptModel) });

/** What is known of a model that is added. */
export interface AddedModel {
  summary: GgufSummary;
  projectorPath: string | null;
  name: string;
  catalogId: string | null;
  isOwned: boolean;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/**
 * The installed models, in a small file that is written whole. A file that cannot be read counts as none:
 * what lies in the models folder is then found again by `unknownFiles`.
 */
export class Library {
  readonly #path: string;
  readonly #modelsFolder: string;
  readonly #newId: () => string;
  #models: KeptModel[] = [];
  #present = new Set<string>();
  #writing: Promise<void> = Promise.resolve();

  constructor(options: { dataFolder: string; modelsFolder: string; newId: () => string }) {
    this.#path = join(options.dataFolder, 'models.json');
    this.#modelsFolder = options.modelsFolder;
    this.#newId = options.newId;
  }

  async load(): Promise<void> {
    const kept = keptLibrary.safeParse(await readJsonFile(this.#path)).data;
    this.#models = kept?.models ?? [];
    await this.look();
  }

  /** Looks which files are there now. */
  async look(): Promise<void> {
    const present = new Set<string>();
    for (const { id, path } of this.#models) {
      if (await isFile(path)) present.add(id);
    }
    this.#present = present;
  }

  list(): InstalledModel[] {
    return this.#models.map(({ deaths: _deaths, ...model }) => ({
      ...model,
      isPresent: this.#present.has(model.id),
    }));
  }

  find(id: string): KeptModel | undefined {
    return this.#models.find((model) => model.id === id);
  }

  /** GGUF files in the models folder that no entry names, as model or projector. */
  async unknownFiles(): Promise<string[]> {
    const known = new Set(this.#models.flatMap(({ path, projectorPath }) => [path, projectorPath]));
    const names = await readdir(this.#modelsFolder).catch(() => []);
    return names
      .filter((name) => /\.gguf$/i.test(name))
      .map((name) => join(this.#modelsFolder, name))
      .filter((path) => !known.has(path));
  }

  /** Adds a model, or renews the entry of the same file. @throws AppError `storage.full` */
  async add(added: AddedModel): Promise<InstalledModel> {
    const { summary } = added;
    const old = this.#models.find(({ path }) => path === summary.path);
    const model: KeptModel = {
      id: old?.id ?? this.#newId(),
      name: added.name,
      path: summary.path,
      projectorPath: added.projectorPath,
      fileBytes: summary.fileBytes,
      architecture: summary.architecture,
      quantization: summary.quantization,
      parameterCount: summary.parameterCount,
      catalogId: added.catalogId ?? old?.catalogId ?? null,
      isOwned: added.isOwned,
      isSetAside: false,
      deaths: 0,
    };
    this.#models = [...this.#models.filter(({ id }) => id !== model.id), model];
    this.#present.add(model.id);
    await this.#write();
    const { deaths: _deaths, ...shown } = model;
    return { ...shown, isPresent: true };
  }

  /** Counts a death; returns how many in a row there are now. Nothing happens for an unknown id. */
  async countDeath(id: string, setAsideAfter: number): Promise<number> {
    const model = this.find(id);
    if (!model) return 0;
    model.deaths += 1;
    model.isSetAside = model.deaths >= setAsideAfter;
    await this.#write();
    return model.deaths;
  }

  /** The model works again, or the person wants to try it once more. */
  async forgiveDeaths(id: string): Promise<void> {
    const model = this.find(id);
    if (!model || (model.deaths === 0 && !model.isSetAside)) return;
    model.deaths = 0;
    model.isSetAside = false;
    await this.#write();
  }

  /** One write after the other, each with what is true when its turn comes. */
  #write(): Promise<void> {
    const write = (): Promise<void> =>
      writeJsonFile(this.#path, { version: 1, models: this.#models });
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }

  /** Resolves when everything is on the disk. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }
}
