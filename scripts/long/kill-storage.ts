/**
 * Kills main's storage and chat at random moments and looks whether every promise was kept.
 * `node scripts/long/kill-storage.ts [--trials 1000] [--seed 1]`; the last line is `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AppError } from '../../contract/errors/app-error.ts';
import { migrations } from '../../main/storage/migrations/index.ts';
import { extendedMigrations } from './kill-storage-app.ts';
import { type Ack, type Finding, Ledger } from './kill-storage-ledger.ts';
import { randomFrom } from './kill-storage-random.ts';

const childPath = fileURLToPath(new URL('./kill-storage-child.ts', import.meta.url));
/** A child that neither promises anything nor ends is a failure by itself. */
const patienceMs = 60_000;

/** When a trial kills: after the first token, later in the answer, while it opens, while it migrates. */
const moments = {
  token: { after: 'seen', withinMs: 60, mode: 'stream' },
  late: { after: 'seen', withinMs: 700, mode: 'stream' },
  start: { after: 'begin', withinMs: 25, mode: 'stream' },
  migrate: { after: 'begin', withinMs: 40, mode: 'migrate' },
} as const;
export type Moment = keyof typeof moments;

/** How many trials each moment had, and what they found. */
export interface Summary {
  passed: number;
  failed: number;
  byMoment: Record<Moment, number>;
  problems: string[];
  interrupted: number;
  worstLossMs: number;
}

interface Death {
  acks: Ack[];
  killedAtNs: bigint;
  wasKilled: boolean;
  errorText: string;
}

/** Lets later children of `root` start in half the time: only one that ends by itself fills Node's cache. */
function warmUp(root: string): NodeJS.ProcessEnv {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'compile-cache') };
  spawnSync(process.execPath, [childPath, join(root, 'warm-up'), '0', 'migrate'], { env });
  return env;
}

/** Runs one child and kills it `delayMs` after its first line of type `after`. */
async function runAndKill(
  folder: string,
  options: { seed: number; moment: Moment; delayMs: number; env: NodeJS.ProcessEnv },
): Promise<Death> {
  const { after, mode } = moments[options.moment];
  const child = spawn(process.execPath, [childPath, folder, String(options.seed), mode], {
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const death: Death = { acks: [], killedAtNs: 0n, wasKilled: false, errorText: '' };
  const kill = (): void => {
    death.wasKilled = child.kill('SIGKILL');
    death.killedAtNs = process.hrtime.bigint();
  };
  let timer = setTimeout(kill, patienceMs);
  let isArmed = false;
  child.stderr.on('data', (text) => {
    death.errorText += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    // The last line may be cut: it was never given.
    if (!line.endsWith('}')) return;
    const ack = JSON.parse(line) as Ack;
    death.acks.push(ack);
    if (isArmed || ack.type !== after) return;
    isArmed = true;
    clearTimeout(timer);
    timer = setTimeout(kill, options.delayMs);
  });
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  if (death.killedAtNs === 0n) death.killedAtNs = process.hrtime.bigint();
  return death;
}

function chooseMoment(share: number): Moment {
  if (share < 0.75) return 'token';
  if (share < 0.85) return 'late';
  if (share < 0.95) return 'start';
  return 'migrate';
}

/** What the database has after a death in the middle of a migration: the step, whole, or nothing of it. */
async function checkMigrated(ledger: Ledger, folder: string): Promise<Finding> {
  try {
    return await ledger.check(folder, migrations);
  } catch (error) {
    if (!AppError.is(error, 'storage.newer')) throw error;
    return await ledger.check(folder, extendedMigrations);
  }
}

function expectedDeath(death: Death, moment: Moment): string[] {
  if (death.errorText !== '') return [`the child failed: ${death.errorText}`];
  // A migration may be done before the blow falls.
  if (!death.wasKilled && moment !== 'migrate') return ['the child ended by itself'];
  const isSilent = !death.acks.some(({ type }) => type === moments[moment].after);
  return isSilent ? ['the child never came so far'] : [];
}

/** Databases that live through several deaths: some one, some up to thirty. */
class Places {
  readonly #root: string;
  folder = '';
  ledger = new Ledger();
  #deathsLeft = 0;
  #count = 0;

  constructor(root: string) {
    this.#root = root;
  }

  next(share: number): void {
    this.#deathsLeft -= 1;
    if (this.#deathsLeft >= 0) return;
    if (this.folder) rmSync(this.folder, { recursive: true, force: true });
    this.#count += 1;
    this.folder = join(this.#root, `database-${this.#count}`);
    this.ledger = new Ledger();
    this.#deathsLeft = share < 0.5 ? 0 : Math.floor(share * 30);
  }

  abandon(): void {
    this.#deathsLeft = 0;
  }
}

/** Runs `trials` kills. The same seed gives the same plan; where exactly a blow falls is chance. */
export async function killStorage(options: {
  trials: number;
  seed: number;
  onTrial?: (done: number) => void;
}): Promise<Summary> {
  const random = randomFrom(options.seed);
  const root = mkdtempSync(join(tmpdir(), 'parley-kill-'));
  const env = warmUp(root);
  const places = new Places(root);
  const summary: Summary = {
    passed: 0,
    failed: 0,
    byMoment: { token: 0, late: 0, start: 0, migrate: 0 },
    problems: [],
    interrupted: 0,
    worstLossMs: 0,
  };
  try {
    for (let trial = 0; trial < options.trials; trial += 1) {
      places.next(random());
      const moment = chooseMoment(random());
      const delayMs = random() * moments[moment].withinMs;
      const seed = options.seed + trial;
      const death = await runAndKill(places.folder, { seed, moment, delayMs, env });
      places.ledger.enter(death.acks, death.killedAtNs);
      const finding = await checkMigrated(places.ledger, places.folder);
      if (moment === 'migrate') places.abandon();
      const problems = [...expectedDeath(death, moment), ...finding.problems];
      summary.byMoment[moment] += 1;
      summary.interrupted += finding.interrupted > 0 ? 1 : 0;
      summary.worstLossMs = Math.max(summary.worstLossMs, finding.lossMs);
      if (problems.length === 0) summary.passed += 1;
      else summary.failed += 1;
      summary.problems.push(...problems.map((problem) => `trial ${trial} (${moment}): ${problem}`));
      options.onTrial?.(trial + 1);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return summary;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      trials: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const trials = Number(values.trials);
  console.log(`${trials} kills, seed ${values.seed}`);
  const summary = await killStorage({
    trials,
    seed: Number(values.seed),
    onTrial: (done) => {
      if (done % 100 === 0) console.log(`${done} of ${trials}`);
    },
  });
  for (const problem of summary.problems) console.log(problem);
  const { token, late, start, migrate } = summary.byMoment;
  console.log(
    `after the first token ${token}, later in an answer ${late}, at start ${start}, in a migration ${migrate}`,
  );
  console.log(
    `${summary.interrupted} found interrupted answers; the oldest lost text was ${summary.worstLossMs.toFixed(1)} ms old`,
  );
  console.log(`${summary.passed} passed, ${summary.failed} failed`);
  process.exitCode = summary.failed === 0 && summary.passed === trials ? 0 : 1;
}
