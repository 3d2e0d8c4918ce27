import { AppError } from '../../contract/errors/app-error.ts';
import {
  type ExtractorClient,
  extractorContract,
  type Restrictions,
} from '../../contract/extractor-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { Extractor, FileToOpen, OpenedFile } from '../ports/extractor.ts';
import type { Log } from '../ports/log.ts';
import type { Sandbox } from '../ports/sandbox.ts';
import { ExtractorLife } from './extractor-life.ts';
import { guardedFile } from './guarded-file.ts';
import { heapBytes, limitsFor, processesAtOnce } from './limits.ts';
import { Slots } from './slots.ts';

type OpenInput = Parameters<ExtractorClient['extractor']['open']>[0];
type SandboxReport = Awaited<ReturnType<Extractor['sandbox']>>;

/** The discard service's: nobody listens there, and where one does nothing is sent. */
const probedPort = 9;
const probeName = 'probe';

export interface ExtractorHostOptions {
  readonly sandbox: Sandbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly folders: { readonly models: string; readonly data: string };
}

/** Starts a process for each file, two at once at most, and holds each to its limits. */
export class ExtractorHost implements Extractor {
  readonly #options: ExtractorHostOptions;
  readonly #slots = new Slots(processesAtOnce);
  readonly #lives = new Set<ExtractorLife>();
  #report: Promise<SandboxReport> | undefined;
  #isClosed = false;

  constructor(options: ExtractorHostOptions) {
    this.#options = options;
  }

  async open(toOpen: FileToOpen, signal?: AbortSignal): Promise<OpenedFile> {
    const { name, path, modules, languages, isPatient, isInBackground = false } = toOpen;
    const give = await this.#slots.take({ isInBackground, signal });
    try {
      const life = this.#launch(name, isPatient);
      void life.ended.then(give);
      const end = (): void => void life.close();
      signal?.addEventListener('abort', end, { once: true });
      void life.ended.then(() => signal?.removeEventListener('abort', end));
      if (signal?.aborted) end();
      await this.#restrict(life, {
        ...{ path, name, isPatient },
        modules: [...modules],
        languages: [...languages],
      });
      return { file: guardedFile(life, name), close: () => life.close() };
    } catch (error) {
      give();
      signal?.throwIfAborted();
      throw error;
    }
  }

  /** Once a start of the app; a probe that could not run is tried again when asked next. */
  async sandbox(): Promise<SandboxReport> {
    this.#report ??= this.#probe();
    try {
      return await this.#report;
    } catch (error) {
      this.#report = undefined;
      this.#options.log.incident(error, 'extractor.probe');
      return { restrictions: null, acts: [] };
    }
  }

  /** Ends every process; nothing starts one again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#lives].map((life) => life.close()));
  }

  #launch(name: string, isPatient: boolean): ExtractorLife {
    if (this.#isClosed) throw new AppError('extractor.unavailable', { reason: 'closed' });
    const { sandbox, clock, log } = this.#options;
    const life = new ExtractorLife({
      ...{ name, clock, log },
      process: sandbox.launch({ heapBytes }),
      limits: limitsFor({ isPatient }),
    });
    this.#lives.add(life);
    void life.ended.then(() => this.#lives.delete(life));
    return life;
  }

  async #restrict(
    life: ExtractorLife,
    file: Pick<OpenInput, 'path' | 'name' | 'modules' | 'languages'> & { isPatient: boolean },
  ): Promise<Restrictions> {
    const { isPatient, ...rest } = file;
    const { cpuSeconds, dataBytes } = limitsFor({ isPatient });
    try {
      const answer = await life.ask(life.client.extractor.open({ ...rest, cpuSeconds, dataBytes }));
      // No foreign byte was read so far, but the habit costs nothing.
      return extractorContract.extractor.open.output.parse(answer);
    } catch (error) {
      await life.close();
      throw error;
    }
  }

  async #probe(): Promise<SandboxReport> {
    const { folders, log } = this.#options;
    const give = await this.#slots.take({ isInBackground: false });
    try {
      const life = this.#launch(probeName, false);
      const restrictions = await this.#restrict(life, {
        ...{ path: null, name: probeName, isPatient: false },
        ...{ modules: [], languages: [] },
      });
      try {
        const answer = await life.ask(
          life.client.extractor.probe({
            modelsFolder: folders.models,
            profileFolder: folders.data,
            loopbackPort: probedPort,
          }),
        );
        const { acts } = extractorContract.extractor.probe.output.parse(answer);
        const refused = acts.filter(({ isRefused }) => isRefused).length;
        const line = `extractor: ${refused} of ${acts.length} forbidden acts refused`;
        if (refused === acts.length) log.info(line);
        else log.warn(line);
        return { restrictions, acts };
      } finally {
        await life.close();
      }
    } finally {
      give();
    }
  }
}
