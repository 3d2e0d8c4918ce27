/**
 * Fuzzes the readers of foreign files with libFuzzer, under both sanitizers. `--minutes 10` each is the default. The
 * last line is `N passed, N failed`, one for each reader.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findOnPath, run } from '../setup/run.mjs';
import { exitWith, SetupError } from '../setup/say.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const WORK = join(ROOT, 'test-results', 'fuzz');
const READERS = ['gguf-fuzz', 'state-fuzz'];

/**
 * Whether clang is there with the run-time library that fuzzers link.
 * @returns {boolean}
 */
function canFuzz() {
  if (!findOnPath('clang++')) return false;
  const probe = join(tmpdir(), `parley-fuzz-probe-${process.pid}`);
  const source =
    'extern "C" int LLVMFuzzerTestOneInput(const unsigned char *, unsigned long) { return 0; }';
  const args = ['-x', 'c++', '-fsanitize=fuzzer,address,undefined', '-', '-o', probe];
  return spawnSync('clang++', args, { input: source }).status === 0;
}

/** Installs clang where it is missing and may be installed. @throws SetupError */
async function requireClang() {
  if (canFuzz()) return;
  const version = aptClangVersion();
  const packages = `clang libclang-rt-${version}-dev`;
  if (process.getuid?.() === 0 && findOnPath('apt-get')) {
    process.stdout.write(`  installing ${packages}\n`);
    await run('apt-get', ['update', '-q']);
    await run('apt-get', ['install', '-y', '-q', ...packages.split(' ')]);
  }
  if (canFuzz()) return;
  throw new SetupError(
    'Fuzzing needs clang with libFuzzer.',
    process.platform === 'linux'
      ? `sudo apt-get install ${packages}`
      : 'install LLVM and put its clang++ first on PATH',
  );
}

/** The version that the package `clang` stands for, such as 14. */
function aptClangVersion() {
  const { stdout } = spawnSync('apt-cache', ['depends', 'clang'], { encoding: 'utf8' });
  return /clang-(\d+)/.exec(stdout ?? '')?.[1] ?? '14';
}

/** @throws SetupError */
async function build() {
  const source = join(ROOT, 'native', 'addon', 'test');
  const options = [
    '-DCMAKE_CXX_COMPILER=clang++',
    '-DPARLEY_SANITIZE=ON',
    '-DCMAKE_BUILD_TYPE=RelWithDebInfo',
  ];
  const configured = await run('cmake', ['-S', source, '-B', WORK, '-G', 'Ninja', ...options]);
  const built = await run('cmake', ['--build', WORK, '--target', ...READERS]);
  if (built.code === 0) return;
  throw new SetupError(
    'The fuzzers could not be built.',
    `${configured.output}\n${built.output}`.trim().split('\n').slice(-5).join('\n  '),
  );
}

/**
 * One reader for so many seconds; its corpus is kept for the next time.
 * @param {string} reader
 * @param {number} seconds
 * @returns {Promise<boolean>} whether nothing was found
 */
async function fuzz(reader, seconds) {
  const corpus = join(WORK, `${reader}-corpus`);
  mkdirSync(corpus, { recursive: true });
  const limits = [
    `-max_total_time=${seconds}`,
    '-max_len=400000',
    '-rss_limit_mb=2048',
    '-timeout=10',
  ];
  const result = await run(join(WORK, reader), [
    ...limits,
    `-artifact_prefix=${WORK}/${reader}-`,
    corpus,
  ]);
  const runs = /Done (\d+) runs/.exec(result.output)?.[1] ?? '0';
  process.stdout.write(`  ${reader}: ${runs} inputs, ${readdirSync(corpus).length} kept\n`);
  if (result.code === 0 && runs !== '0') return true;
  process.stdout.write(`${result.output.split('\n').slice(-40).join('\n')}\n`);
  return false;
}

await exitWith(async () => {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
  await requireClang();
  await build();
  let failed = 0;
  for (const reader of READERS) {
    if (!(await fuzz(reader, Math.round(Number(values.minutes) * 60)))) failed += 1;
  }
  process.stdout.write(`${READERS.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}, '0 passed, 1 failed');
