import type { RunningApp } from './running-app.ts';

const periodMs = 40;

function send(pids: readonly number[], name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended.
    }
  }
}

/** An engine that is held back from outside, as on a computer busy with other things. */
export interface SlowEngine {
  /** Stands still until `free`. */
  hold(): void;
  free(): void;
}

/**
 * Gives the engines that run now only `share` of the time, by stopping their process for the rest: an
 * answer of the tiny model then lasts seconds.
 */
export function slowEngine(app: RunningApp, share: number): SlowEngine {
  const pids = app.enginePids();
  let isPulsing = true;
  const timer = setInterval(() => {
    send(pids, 'SIGCONT');
    setTimeout(() => {
      if (isPulsing) send(pids, 'SIGSTOP');
    }, periodMs * share);
  }, periodMs);
  const end = (last: 'SIGSTOP' | 'SIGCONT') => () => {
    isPulsing = false;
    clearInterval(timer);
    send(pids, last);
  };
  return { hold: end('SIGSTOP'), free: end('SIGCONT') };
}
