import type { RunningApp } from './running-app.ts';

/**
 * Makes the engine as slow as on a computer that is busy with other things, by stopping its process most
 * of the time. An answer of the tiny model then lasts seconds. The function returned lets it run freely.
 */
export function slowEngine(app: RunningApp, share = 0.06): () => void {
  const periodMs = 40;
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    for (const pid of app.enginePids()) {
      try {
        process.kill(pid, name);
      } catch {
        // It ended between the look and the signal.
      }
    }
  };
  const timer = setInterval(() => {
    signal('SIGCONT');
    setTimeout(() => {
      if (!isFree) signal('SIGSTOP');
    }, periodMs * share);
  }, periodMs);
  let isFree = false;
  return () => {
    isFree = true;
    clearInterval(timer);
    signal('SIGCONT');
  };
}
