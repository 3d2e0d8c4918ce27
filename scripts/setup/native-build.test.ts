import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  addonKey,
  buildStage,
  isAddonSource,
  llamaKey,
  moveBuild,
  prune,
  tellingLines,
} from './native-build.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-native-'));
});

const INPUTS = { recipe: 'r', compiler: 'g++ 12', cmake: '3.25', cpu: 'avx2', flags: ['-DA=ON'] };

describe('the key of a build', () => {
  it('changes with the recipe, the compiler, cmake, the processor and the flags', () => {
    const variants = [
      INPUTS,
      { ...INPUTS, recipe: 'r2' },
      { ...INPUTS, compiler: 'g++ 13' },
      { ...INPUTS, cmake: '3.26' },
      { ...INPUTS, cpu: 'avx512' },
      { ...INPUTS, flags: [] },
    ];
    expect(new Set(variants.map(llamaKey)).size).toBe(variants.length);
    expect(llamaKey({ ...INPUTS })).toBe(llamaKey(INPUTS));
  });

  it('of the addon changes with its C++ and with the headers, not with its tests', () => {
    const write = (path: string, text: string): void => {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    write('native/addon/src/a.cpp', '1');
    write('native/addon/test/1.spec.ts', '1');
    for (const name of ['node-addon-api', 'node-api-headers']) {
      write(`node_modules/${name}/package.json`, '{"version":"1.0.0"}');
    }
    const before = addonKey(folder, 'one');
    write('native/addon/test/1.spec.ts', '2');
    expect(addonKey(folder, 'one')).toBe(before);
    write('native/addon/src/a.cpp', '2');
    const edited = addonKey(folder, 'one');
    write('node_modules/node-addon-api/package.json', '{"version":"2.0.0"}');
    expect(new Set([before, edited, addonKey(folder, 'one'), addonKey(folder, 'two')]).size).toBe(
      4,
    );
  });

  it('counts C++, headers and CMake files as sources', () => {
    const names = ['a/CMakeLists.txt', 'a/b.cpp', 'a/b.h', 'a/b.mm'];
    expect(names.filter(isAddonSource)).toEqual(names);
    expect(['a/index.d.ts', 'a/x.spec.ts', 'a/README.md'].filter(isAddonSource)).toEqual([]);
  });
});

/** A library that exports its targets, and a program that links against them: our two stages in small. */
const writeStages = (): { library: string; program: string } => {
  const library = join(folder, 'library');
  const program = join(folder, 'program');
  mkdirSync(library);
  mkdirSync(program);
  writeFileSync(join(library, 'l.cpp'), 'int answer() { return 42; }\n');
  writeFileSync(
    join(library, 'CMakeLists.txt'),
    `cmake_minimum_required(VERSION 3.21)
project(l CXX)
add_library(l STATIC l.cpp)
export(TARGETS l FILE "\${CMAKE_BINARY_DIR}/llama-targets.cmake")
`,
  );
  writeFileSync(
    join(program, 'p.cpp'),
    'int answer();\nint main() { return answer() == 42 ? 0 : 1; }\n',
  );
  writeFileSync(
    join(program, 'CMakeLists.txt'),
    `cmake_minimum_required(VERSION 3.21)
project(p CXX)
include("\${LLAMA_BUILD_DIR}/llama-targets.cmake")
add_executable(p p.cpp)
target_link_libraries(p l)
`,
  );
  return { library, program };
};

const stage = (recipe: string, flags: string[] = []) => ({
  what: 'Building',
  howLong: 'a moment',
  recipe,
  target: 'all',
  flags,
  env: process.env,
});

describe('a stage', () => {
  it('is built under another name and renamed, and the next stage links from there', async () => {
    const { library, program } = writeStages();
    const libraryDir = join(folder, 'llama-1');
    await buildStage(libraryDir, stage(library));
    expect(existsSync(`${libraryDir}.partial`)).toBe(false);
    expect(existsSync(`${libraryDir}.lock`)).toBe(false);
    const commands = readFileSync(join(libraryDir, 'compile_commands.json'), 'utf8');
    expect(commands).not.toContain('.partial');
    const programDir = join(folder, 'addon-1');
    await buildStage(programDir, stage(program, [`-DLLAMA_BUILD_DIR=${libraryDir}`]));
    expect(existsSync(join(programDir, 'p'))).toBe(true);
  }, 60_000);

  it('that does not compile says where to read, keeps no finished name, and goes on after the mend', async () => {
    const { library } = writeStages();
    const built = join(folder, 'llama-2');
    writeFileSync(join(library, 'l.cpp'), 'int answer( { return 42; }\n');
    await expect(buildStage(built, stage(library))).rejects.toThrow(
      /^The native build failed \(building\)\.\n {2}To mend it: read .*llama-2\.partial\.log/,
    );
    expect(existsSync(built)).toBe(false);
    expect(readFileSync(`${built}.partial.log`, 'utf8')).toContain('error');
    writeFileSync(join(library, 'l.cpp'), 'int answer() { return 42; }\n');
    await buildStage(built, stage(library));
    expect(existsSync(join(built, 'libl.a'))).toBe(true);
  }, 60_000);

  it('that another clone began and left begins anew', async () => {
    const { library } = writeStages();
    const built = join(folder, 'llama-4');
    const elsewhere = join(folder, 'elsewhere');
    cpSync(library, elsewhere, { recursive: true });
    writeFileSync(join(elsewhere, 'l.cpp'), 'int answer( { return 42; }\n');
    await expect(buildStage(built, stage(elsewhere))).rejects.toThrow('The native build failed');
    await buildStage(built, stage(library));
    expect(existsSync(join(built, 'libl.a'))).toBe(true);
  }, 60_000);

  it('that two ask for at once is built once', async () => {
    const { library } = writeStages();
    const built = join(folder, 'llama-3');
    await Promise.all([buildStage(built, stage(library)), buildStage(built, stage(library))]);
    expect(existsSync(join(built, 'libl.a'))).toBe(true);
  }, 60_000);
});

it('moving a build rewrites the paths that others read, and nothing else', () => {
  const from = join(folder, 'x.partial');
  mkdirSync(from);
  writeFileSync(join(from, 'llama-targets.cmake'), `set(A "${from}/lib.a")`);
  writeFileSync(join(from, 'CMakeCache.txt'), from);
  const to = join(folder, 'x');
  moveBuild(from, to);
  expect(readFileSync(join(to, 'llama-targets.cmake'), 'utf8')).toBe(`set(A "${to}/lib.a")`);
  expect(readFileSync(join(to, 'CMakeCache.txt'), 'utf8')).toBe(from);
});

it('old builds are removed, the newest and the one in use stay', () => {
  const name = (digit: number): string => join(folder, `addon-${String(digit).repeat(20)}`);
  mkdirSync(join(folder, 'seed'));
  for (let digit = 0; digit < 6; digit += 1) {
    cpSync(join(folder, 'seed'), name(digit), { recursive: true });
    utimesSync(name(digit), 1000 + digit, 1000 + digit);
  }
  prune(folder, 'addon-', name(0));
  expect([0, 1, 2, 3, 4, 5].filter((digit) => existsSync(name(digit)))).toEqual([0, 2, 3, 4, 5]);
  expect(existsSync(join(folder, 'seed'))).toBe(true);
});

it('the telling lines of a log are its errors, or its end', () => {
  expect(tellingLines('[1/2] a\nx.cpp:1: error: no\nninja: stopped')).toEqual([
    'x.cpp:1: error: no',
  ]);
  expect(tellingLines('a\nb\nc\nd\ne\nf\n')).toEqual(['b', 'c', 'd', 'e', 'f']);
});
