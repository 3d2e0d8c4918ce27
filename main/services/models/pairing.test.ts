import { describe, expect, it } from 'vitest';
import type { GgufSummary } from '../../../contract/engine-contract.ts';
import { choosePair, pairFault } from './pairing.ts';

const model: GgufSummary = {
  path: '/m/Qwen3.5-4B-Q4_K_M.gguf',
  fileBytes: 1,
  kind: 'model',
  architecture: 'qwen35',
  name: null,
  quantization: 'Q4_K_M',
  parameterCount: 4e9,
  trainedContextTokens: 262144,
  embeddingWidth: 2560,
  tensorCount: 1,
  hasChatTemplate: true,
  projectorKind: null,
};
const projector: GgufSummary = {
  ...model,
  path: '/m/mmproj-F16.gguf',
  kind: 'projector',
  architecture: 'clip',
  projectorKind: 'qwen3vl_merger',
};

describe('pairFault', () => {
  it.each([
    ['same width, same family', {}, {}, undefined],
    ['a kind that many families use', {}, { projectorKind: 'mlp' }, undefined],
    ['no kind given', {}, { projectorKind: null }, undefined],
    ['another width', {}, { embeddingWidth: 2048 }, 'width'],
    ['width of the projector not said', {}, { embeddingWidth: null }, 'width-unknown'],
    ['width of the model not said', { embeddingWidth: null }, {}, 'width-unknown'],
    ['another family of the same width', { architecture: 'gemma4' }, {}, 'family'],
    ['a second model', {}, { kind: 'model' }, 'not-a-projector'],
    ['a projector in the model’s place', { kind: 'projector' }, {}, 'not-a-model'],
  ] as const)('%s', (_title, modelChange, projectorChange, fault) => {
    expect(pairFault({ ...model, ...modelChange }, { ...projector, ...projectorChange })).toBe(
      fault,
    );
  });
});

describe('choosePair', () => {
  it('takes the only one that fits, whatever its name says', () => {
    const wrong = { ...projector, path: '/m/mmproj-Qwen3.5-4B.gguf', embeddingWidth: 1024 };
    const right = { ...projector, path: '/m/mmproj-unnamed.gguf' };
    expect(choosePair(model, [wrong, right])).toBe(right);
  });
  it('of several that fit takes the one named most alike, in any order', () => {
    const alike = { ...projector, path: '/m/mmproj-Qwen3.5-4B-F16.gguf' };
    const other = { ...projector, path: '/m/mmproj-Other-F16.gguf' };
    expect(choosePair(model, [other, alike])).toBe(alike);
    expect(choosePair(model, [alike, other])).toBe(alike);
  });
  it('gives none when none fits', () => {
    expect(choosePair(model, [{ ...projector, embeddingWidth: 1 }, model])).toBeNull();
    expect(choosePair(model, [])).toBeNull();
  });
});
