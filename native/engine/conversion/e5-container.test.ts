import { describe, expect, it } from 'vitest';
import { AppError } from '../../../contract/errors/app-error.ts';
import { describeBert } from './bert-gguf.ts';
import { readContainer } from './e5-container.ts';
import {
  type ContainerSpec,
  containerBytes,
  tinyPieces,
  tinySpec,
  type Weight,
} from './testing/container.fixture.ts';

const path = '/models/e5.bin';

function read(bytes: Buffer) {
  const container = readContainer(bytes, { path, fileBytes: bytes.length });
  return { container, gguf: describeBert(container, path) };
}

function faultOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (AppError.is(error, 'model.file-broken')) return error.data.fault;
    throw error;
  }
  return undefined;
}

const change = (weights: Weight[], name: string, to: Partial<Weight>): void => {
  Object.assign(weight(weights, name), to);
};

const weight = (weights: Weight[], name: string): Weight => {
  const found = weights.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};

describe('a container', () => {
  it('is read whole: shape, marks, pieces, rules and weights', () => {
    const spec = tinySpec();
    const { container } = read(containerBytes(spec));
    expect(container).toMatchObject({
      width: 64,
      layerCount: 2,
      headCount: 4,
      feedForwardWidth: 128,
      vocabularySize: spec.pieces.length + 3,
      positionCount: 64,
      tokenTypeCount: 2,
      marks: { begin: 0, end: 2, padding: 1, unknown: 3 },
      rules: spec.rules,
    });
    expect(container.pieces.map(String)).toEqual(spec.pieces.map(({ text }) => text));
    expect([...container.scores]).toEqual(spec.pieces.map(({ score }) => Math.fround(score)));
    expect(container.tensors).toHaveLength(5 + 2 * 16);
  });

  const broken: [string, Partial<ContainerSpec>, string][] = [
    ['another magic', { magic: 'E5S2' }, 'not-gguf'],
    ['another version', { version: 2 }, 'version'],
    ['blocks of another size', { blockElements: 64 }, 'bad-tensor-type'],
    ['no width', { width: 0 }, 'bad-dimensions'],
    ['no heads', { heads: 0 }, 'bad-dimensions'],
    ['heads that do not share the width', { heads: 5 }, 'bad-dimensions'],
    ['more pieces than rows', { vocabulary: 10 }, 'bad-vocabulary'],
    ['a mark that is no piece', { marks: [0, 2, 1, 9999] }, 'bad-vocabulary'],
    ['more text than there is', { blobBytes: 2 ** 40 }, 'truncated'],
    ['less text than the pieces need', { blobBytes: 10 }, 'bad-vocabulary'],
    ['a rule about half a character', ruleAbout(0xd800), 'bad-vocabulary'],
    ['a rule about no character', ruleAbout(0x11_0000), 'bad-vocabulary'],
    ['rules of another length', { ruleBytes: 1 }, 'bad-vocabulary'],
    [
      'a score that is no number',
      { pieces: tinyPieces().map((piece) => ({ ...piece, score: Number.NaN })) },
      'bad-vocabulary',
    ],
    [
      'a weight twice',
      changed((all) => void all.push({ ...all[0], name: 'emb.ln.b' } as Weight)),
      'duplicate-tensor',
    ],
    [
      'a weight of an unknown type',
      changed((all) => change(all, 'emb.word', { type: 7 })),
      'bad-tensor-type',
    ],
    [
      'a weight behind the end',
      changed((all) => change(all, 'emb.pos', { offset: 2 ** 33 })),
      'tensor-outside-file',
    ],
    [
      'a weight far behind the end',
      changed((all) => change(all, 'emb.pos', { offset: 2 ** 62 })),
      'size-overflow',
    ],
    [
      'a weight that says another length',
      changed((all) => change(all, 'emb.pos', { saidBytes: 12 })),
      'bad-dimensions',
    ],
    [
      'a weight that no encoder has',
      changed((all) => change(all, 'l0.q.w', { name: 'l0.z.w' })),
      'bad-dimensions',
    ],
    [
      'a weight of a layer too many',
      changed((all) => change(all, 'l1.q.w', { name: 'l2.q.w' })),
      'bad-dimensions',
    ],
    [
      'a weight named as a property of every object',
      changed((all) => change(all, 'l0.q.w', { name: 'constructor' })),
      'bad-dimensions',
    ],
    ['a weight too few', changed((all) => void all.pop()), 'truncated'],
  ];
  it.each(broken)('with %s is refused', (_title, changes, fault) => {
    expect(faultOf(() => read(containerBytes(tinySpec(changes))))).toBe(fault);
  });

  it('cut anywhere before its weights is refused, and never read over its end', () => {
    const bytes = containerBytes(tinySpec());
    const { container } = read(bytes);
    const headEnd = Math.min(...container.tensors.map(({ offset }) => offset));
    const step = Math.ceil(headEnd / 300);
    for (let length = 0; length < headEnd - 64; length += step) {
      expect(faultOf(() => read(bytes.subarray(0, length)))).toBeDefined();
    }
  });
});

function ruleAbout(codePoint: number): Partial<ContainerSpec> {
  return { rules: [{ codePoint, replacement: [0x61] }] };
}

function changed(changeWeights: (weights: Weight[]) => void): Partial<ContainerSpec> {
  return { changeWeights };
}
