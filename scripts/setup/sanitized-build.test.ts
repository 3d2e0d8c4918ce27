import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { clearReports, readReports, sanitizedEnv, sanitizerRuntime } from './sanitized-build.mjs';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'parley-sanitized-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the runtime of the sanitizers', () => {
  it('is asked for on Linux only', () => {
    expect(() => sanitizerRuntime(process.env, 'win32')).toThrow(/run on Linux only/);
    expect(() => sanitizerRuntime(process.env, 'darwin')).toThrow(/run on Linux only/);
  });

  it('that is not there is named with what to type', () => {
    expect(() => sanitizerRuntime({ PATH: folder }, 'linux')).toThrow(
      /Missing .*g\+\+[\s\S]*apt-get/,
    );
    const withoutRuntime = join(folder, 'bin');
    mkdirSync(withoutRuntime);
    writeFileSync(join(withoutRuntime, 'g++'), '#!/bin/sh\necho libasan.so\n', { mode: 0o755 });
    expect(() => sanitizerRuntime({ PATH: withoutRuntime }, 'linux')).toThrow(/Missing .*g\+\+/);
  });
});

/** A module whose functions each make one mistake, or none. */
const moduleSource = `
#include <node_api.h>
#include <climits>
#include <cstdlib>
static napi_value fine(napi_env, napi_callback_info) { return nullptr; }
static napi_value beyond(napi_env, napi_callback_info) {
    volatile char *bytes = static_cast<char *>(malloc(8));
    volatile char read = bytes[8];
    free(const_cast<char *>(bytes));
    return read == 1 ? nullptr : nullptr;
}
static napi_value overflow(napi_env, napi_callback_info) {
    volatile int most = INT_MAX;
    most = most + 1;
    return nullptr;
}
static void add(napi_env env, napi_value exports, const char *name, napi_callback function) {
    napi_value value;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
    napi_set_named_property(env, exports, name, value);
}
NAPI_MODULE_INIT() {
    add(env, exports, "fine", fine);
    add(env, exports, "beyond", beyond);
    add(env, exports, "overflow", overflow);
    return exports;
}
`;

const hasRuntime = ((): boolean => {
  try {
    return sanitizerRuntime() !== '';
  } catch {
    return false;
  }
})();

describe.skipIf(!hasRuntime)('a process with sanitized code', () => {
  const module = join(folder, 'mistakes.node');
  const reportDir = join(folder, 'reports');

  /** Calls one function of the module in another Node. */
  const call = (name: string, script: string): number | null => {
    clearReports(reportDir);
    const env = sanitizedEnv(process.env, sanitizerRuntime(), reportDir);
    const code = `const mistakes = require(${JSON.stringify(module)}); const name = '${name}'; ${script}`;
    return spawnSync(process.execPath, ['-e', code], { env }).status;
  };

  it('ends at the first mistake and leaves a report of it, also as a child', () => {
    const source = join(folder, 'mistakes.cpp');
    writeFileSync(source, moduleSource);
    const headers = join(root, 'node_modules', 'node-api-headers', 'include');
    const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];
    const shape = ['-shared', '-fPIC', '-g', '-static-libubsan', '-Wl,--exclude-libs,ALL'];
    execFileSync('g++', [...shape, `-I${headers}`, ...sanitizers, source, '-o', module]);

    expect(call('fine', 'mistakes[name]();')).toBe(0);
    expect(readReports(reportDir)).toEqual([]);

    expect(call('beyond', 'mistakes[name]();')).not.toBe(0);
    expect(readReports(reportDir).join()).toMatch(/heap-buffer-overflow[\s\S]*mistakes\.cpp/);

    expect(call('overflow', 'mistakes[name]();')).not.toBe(0);
    expect(readReports(reportDir).join()).toMatch(/signed integer overflow/);

    const inChild = `require('child_process').spawnSync(process.execPath,
      ['-e', 'require(' + JSON.stringify(${JSON.stringify(module)}) + ').beyond()']);`;
    expect(call('fine', inChild)).toBe(0);
    expect(readReports(reportDir)).toHaveLength(1);
  }, 60_000);
});
