/** The whole surface of `sandbox.node`: how an extractor's process gives up its own rights. */

export interface RestrictOptions {
  /** Most bytes of data of its own (heap, stacks, WASM memory) that this process may have. */
  dataBytes: number;
  /** Most processor time from now on, over all its threads. */
  cpuSeconds: number;
  /** The process ends itself with these when it is past a limit. */
  tooHeavyExitCode: number;
  tooSlowExitCode: number;
}

/** What holds this process from now on. */
export interface Restricted {
  /** Memory and processor time. */
  limits: boolean;
  /** It opens no file. */
  files: boolean;
  /** It starts no program, connects to nothing, looks into no other process. */
  calls: boolean;
  /** Version of Landlock here; 0 where there is none. Below 8 it binds only the calling thread and those it starts. */
  landlockAbi: number;
}

/**
 * Restricts this process for good; once. JavaScript thread. Whatever the system does not offer is left out and
 * told. Modules must be loaded before, since nothing can be opened after.
 * @throws Error when the process is left in a state in which it cannot go on
 */
export function restrict(options: RestrictOptions): Restricted;

/** True when the system refuses to run another program. Runs none either way. */
export function isExecRefused(): boolean;

/** True when the system refuses to look into another process. Looks into none either way. */
export function isPtraceRefused(): boolean;

/**
 * Ends this process at once with an exit code, and nothing else: no handlers, no destructors. The only way to end
 * after `restrict`, since threads of the host clean up by calls that are refused then.
 */
export function end(exitCode: number): never;
