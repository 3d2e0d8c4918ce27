import {
  type EngineClient,
  engineContract,
  type GgufSummary,
  type LoadedModel,
  type LoadRequest,
} from '../../../../contract/engine-contract.ts';
import { AppError } from '../../../../contract/errors/app-error.ts';
import { connect } from '../../../../contract/rpc/connect.ts';
import { portPair } from '../../../../contract/rpc/port.ts';
import { emitter, serve } from '../../../../contract/rpc/serve.ts';
import type { Engine, EngineDeath } from '../../../ports/engine.ts';
import { loadedModel, unscripted } from '../../../testing/engine-replies.fixture.ts';

const death: EngineDeath = { exitCode: null, signal: 'SIGKILL', lastLogLines: ['last words'] };

/** How the scripted engine takes the next load of a path. */
export type LoadScript = 'well' | 'dies' | 'refuses' | 'waits';

export interface ScriptedEngine extends Engine {
  /** Headers by path; a path without one is a broken file. */
  readonly headers: Map<string, Partial<GgufSummary>>;
  /** Per path; well unless said. */
  readonly scripts: Map<string, LoadScript>;
  /** What was asked, in order: `read paths`, `stop reading`, `load path`, `cancel path`, `unload`. */
  readonly asked: string[];
  /** Loads that run at this moment, and the most there ever were. */
  loadsNow: number;
  mostLoads: number;
  /** How long it was told to keep an unused model. */
  keptMinutes: number | undefined;
  /** Whether it was told that it may measure the model. */
  mayMeasure: boolean | undefined;
  /** Lets a waiting load go on. */
  release(): void;
  die(): void;
  /** Frees its model of its own accord. */
  free(reason: 'idle' | 'memory'): void;
  /** Has found out that so many threads are the fastest. */
  calibrate(threads: number): void;
}

function summaryFor(path: string, header: Partial<GgufSummary>): GgufSummary {
  return {
    path,
    fileBytes: 100,
    kind: 'model',
    architecture: 'llama',
    name: null,
    quantization: 'Q4_1',
    parameterCount: 1e6,
    trainedContextTokens: 2048,
    embeddingWidth: 64,
    tensorCount: 1,
    hasChatTemplate: true,
    projectorKind: null,
    ...header,
  };
}

function loadedFor(path: string, projectorPath: string | null): LoadedModel {
  return loadedModel({
    ...{ path, projectorPath, canSee: projectorPath !== null, canThink: false },
    ...{ contextTokens: 2048, wantedContextTokens: 4096, memoryBytes: 1000 },
    ...{ rung: 'planned' as const, rungReason: null },
  });
}

/** An engine of our own making behind the real kernel; it can be told to die at any moment. */
export function scriptedEngine(): ScriptedEngine {
  const listeners = new Set<(death: EngineDeath) => void>();
  let releases: (() => void)[] = [];
  let close: (() => void) | undefined;
  let announce: ReturnType<typeof emitter<typeof engineContract>> | undefined;
  let client: EngineClient | undefined;

  const waitForRelease = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      releases.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });

  async function* load(
    input: LoadRequest,
    caller: { signal: AbortSignal },
  ): AsyncGenerator<{ fraction: number }, LoadedModel, void> {
    const { path, projectorPath } = input;
    self.asked.push(`load ${path}`);
    self.keptMinutes = input.idleMinutes;
    self.mayMeasure = input.mayMeasure;
    self.loadsNow += 1;
    self.mostLoads = Math.max(self.mostLoads, self.loadsNow);
    try {
      yield { fraction: 0.5 };
      const script = self.scripts.get(path) ?? 'well';
      if (script === 'dies') {
        self.die();
        await new Promise(() => undefined);
      }
      if (script === 'refuses') throw new AppError('model.unsupported', { architecture: 'odd' });
      if (script === 'waits') await waitForRelease(caller.signal);
      if (caller.signal.aborted) {
        self.asked.push(`cancel ${path}`);
        caller.signal.throwIfAborted();
      }
      return loadedFor(path, projectorPath);
    } finally {
      self.loadsNow -= 1;
    }
  }

  const launch = (): EngineClient => {
    const [ours, theirs] = portPair();
    close = () => ours.close();
    serve(
      engineContract,
      {
        ...unscripted,
        engine: {
          ...unscripted.engine,
          describe: () => ({
            ...{ llamaVersion: 'x', systemInfo: '', threads: 1, pid: 1, devices: [] },
          }),
        },
        model: {
          async readAhead({ paths }, { signal }) {
            self.asked.push(`read ${paths.join(' ')}`);
            await waitForRelease(signal);
            if (signal.aborted) self.asked.push('stop reading');
            return { readBytes: 0 };
          },
          setIdleMinutes({ idleMinutes }) {
            self.keptMinutes = idleMinutes;
            return {};
          },
          inspect({ path }) {
            const header = self.headers.get(path);
            if (header) return summaryFor(path, header);
            const detail = 'scripted';
            throw new AppError('model.file-broken', { path, fault: 'not-gguf', detail });
          },
          load,
          unload() {
            self.asked.push('unload');
            return {};
          },
        },
        run: {
          ...unscripted.run,
          // biome-ignore lint/correctness/useYield: it only has to fail
          async *generate() {
            throw new AppError('model.not-loaded', {});
          },
        },
      },
      theirs,
      () => 'incident',
    );
    announce = emitter(engineContract, [theirs]);
    return connect(engineContract, ours);
  };

  const self: ScriptedEngine = {
    headers: new Map(),
    scripts: new Map(),
    asked: [],
    loadsNow: 0,
    mostLoads: 0,
    keptMinutes: undefined,
    mayMeasure: undefined,
    client() {
      client ??= launch();
      return Promise.resolve(crashAware(client));
    },
    onDeath(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    release() {
      for (const resolve of releases) resolve();
      releases = [];
    },
    die() {
      self.loadsNow = 0;
      client = undefined;
      close?.();
      for (const listener of listeners) listener(death);
    },
    free: (reason) => announce?.model.unloaded({ reason }),
    calibrate: (threads) => announce?.model.calibrated({ threads }),
    kill: () => self.die(),
    close() {
      close?.();
      return Promise.resolve();
    },
  };
  return self;
}

/** As the engine's host does: what the lost port means is told as a crash. */
function crashAware(client: EngineClient): EngineClient {
  const { exitCode, lastLogLines } = death;
  const translate = (error: unknown): unknown =>
    AppError.is(error, 'connection.lost')
      ? new AppError('engine.crashed', { exitCode, lastLogLines }, { cause: error })
      : error;
  return {
    ...client,
    model: {
      ...client.model,
      async *load(input, options) {
        try {
          return yield* client.model.load(input, options);
        } catch (error) {
          throw translate(error);
        }
      },
    },
  };
}
