import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startHostileServer } from './hostile-server.fixture.ts';
import { fileFor, pseudoModel } from './ports.fixture.ts';

const childPath = fileURLToPath(new URL('./download-child.fixture.ts', import.meta.url));
const good = pseudoModel(3_000_000);

/** What a round of kills showed. */
export interface KillReport {
  kills: number;
  /** Downloads that came to their end between the kills. */
  wholeFiles: number;
  /** Requests that went on from a part. */
  resumes: number;
  faults: string[];
}

/** Runs a downloading child; kills it `killAfterMs` after it began, where that is given. */
function runChild(args: string[], killAfterMs: number | undefined): Promise<string> {
  const child = spawn(process.execPath, [childPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (!output.startsWith('begun') || killAfterMs === undefined) return;
    void delay(killAfterMs).then(() => child.kill('SIGKILL'));
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

/** A part must be the beginning of the right file, and what has the file's name must be all of it. */
async function faultIn(folder: string): Promise<string | undefined> {
  const partial = join(folder, '.partial');
  const names: string[] = await readdir(partial).catch(() => []);
  if (names.includes('model.gguf.part')) {
    const part = await readFile(join(partial, 'model.gguf.part'));
    if (!part.equals(good.subarray(0, part.length))) return 'the part is spliced';
  }
  if (!(await readdir(folder)).includes('model.gguf')) return undefined;
  const whole = await readFile(join(folder, 'model.gguf'));
  return whole.equals(good) ? undefined : 'a wrong file was put in place';
}

/**
 * Kills a real downloading process `kills` times at random moments, each time starting it again in the
 * same folder; whenever a file is whole it begins with a new folder. `onKill` is told the count.
 */
export async function killDownload(
  kills: number,
  onKill: (count: number) => void = () => undefined,
): Promise<KillReport> {
  const server = await startHostileServer(() => ({
    bytes: good,
    dripBytes: 16_384,
    dripPauseMs: 1,
  }));
  const report: KillReport = { kills: 0, wholeFiles: 0, resumes: 0, faults: [] };
  const file = JSON.stringify(fileFor(good));
  const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'parley-kill-'));
  let folder = await newFolder();
  try {
    for (;;) {
      const isLast = report.kills >= kills;
      const killAfterMs = isLast ? undefined : Math.random() * 150;
      const output = await runChild([folder, server.origin, file], killAfterMs);
      const isWhole = output.endsWith('whole\n');
      const fault = await faultIn(folder);
      if (fault !== undefined) report.faults.push(`${fault} after kill ${report.kills}`);
      if (isWhole) report.wholeFiles += 1;
      else if (isLast) report.faults.push(`the last run did not end well: ${output}`);
      else {
        report.kills += 1;
        onKill(report.kills);
      }
      if (!isWhole && !isLast) continue;
      await rm(folder, { recursive: true, force: true });
      if (isLast) break;
      folder = await newFolder();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
    await server.close();
  }
  report.resumes = server.requests.filter(({ headers }) => headers.range !== undefined).length;
  return report;
}
