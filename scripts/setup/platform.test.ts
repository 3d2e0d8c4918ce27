import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { NEEDED_DISK_BYTES } from './pins.mjs';
import {
  cacheDir,
  cpuFeatures,
  hasDisplay,
  linuxCpuFeatures,
  requireFreeDisk,
} from './platform.mjs';

describe('the cache folder', () => {
  it('follows XDG on Linux, Library on macOS, LOCALAPPDATA on Windows', () => {
    expect(cacheDir({}, 'linux', '/home/a')).toBe('/home/a/.cache/parley');
    expect(cacheDir({ XDG_CACHE_HOME: '/x' }, 'linux', '/home/a')).toBe('/x/parley');
    expect(cacheDir({}, 'darwin', '/Users/a')).toBe('/Users/a/Library/Caches/Parley');
    expect(cacheDir({ LOCALAPPDATA: 'C:\\L' }, 'win32', 'C:\\a')).toBe('C:\\L\\Parley\\cache');
    expect(cacheDir({}, 'win32', 'C:\\a')).toBe('C:\\a\\AppData\\Local\\Parley\\cache');
  });

  it('is where PARLEY_CACHE_DIR says, on every system', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      expect(cacheDir({ PARLEY_CACHE_DIR: '/mine' }, platform, '/home/a')).toBe('/mine');
    }
  });
});

describe('processor features', () => {
  it('are the words of /proc/cpuinfo in any order', () => {
    const one = linuxCpuFeatures('model name\t: A\nflags\t\t: fpu avx2 sse\n');
    expect(one).toBe(linuxCpuFeatures('model name\t: B\nflags\t\t: sse fpu  avx2\n'));
    expect(one).not.toBe(linuxCpuFeatures('flags\t\t: fpu sse\n'));
    expect(linuxCpuFeatures('Features\t: fp asimd\n')).toContain('asimd fp');
  });

  it('are known for the machine that runs this', () => {
    expect(cpuFeatures()).toContain(process.arch);
  });
});

describe('free disk', () => {
  it('under 4 GB stops with one sentence that names both figures and the way out', () => {
    expect(() => requireFreeDisk('/data', () => NEEDED_DISK_BYTES - 1)).toThrow(
      /^Only 4\.0 GB are free on the disk that holds \/data; set-up needs 4\.0 GB\.\n {2}To mend it: free some space/,
    );
  });

  it('of 4 GB is enough', () => {
    expect(() => requireFreeDisk('/data', () => NEEDED_DISK_BYTES)).not.toThrow();
  });

  it('is read from the real disk', () => {
    expect(() => requireFreeDisk(tmpdir())).not.toThrow();
  });
});

describe('a display', () => {
  it('is asked for on Linux only', () => {
    expect(hasDisplay({}, 'linux')).toBe(false);
    expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
    expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
    expect(hasDisplay({}, 'darwin')).toBe(true);
  });
});
