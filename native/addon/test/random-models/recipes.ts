import { arrayEntry, type Entry, floatEntry, ggufType, numberEntry, u32 } from '../gguf-writer.ts';
import { matrix, numbers, type Recipe, type RecipeTensor, scales } from './recipe.ts';
import type { Tokenizer } from './tokenizer-entries.ts';
import type { Storage } from './weights.ts';

/** `small` loads in milliseconds; `real` has the shape of a model that people use. */
export type Size = 'small' | 'real';

interface Shape {
  width: number;
  layers: number;
  heads: number;
  keyHeads: number;
  headWidth: number;
  inner: number;
  contextTokens: number;
  matrices: Storage;
  embeddings: Storage;
}

const layersOf = (count: number, make: (name: string, index: number) => RecipeTensor[]) =>
  Array.from({ length: count }, (_, index) => make(`blk.${index}`, index)).flat();

const common = (architecture: string, shape: Shape, tokenizer: Tokenizer): Entry[] => [
  numberEntry(`${architecture}.context_length`, shape.contextTokens),
  numberEntry(`${architecture}.embedding_length`, shape.width),
  numberEntry(`${architecture}.block_count`, shape.layers),
  numberEntry(`${architecture}.feed_forward_length`, shape.inner),
  numberEntry(`${architecture}.attention.head_count`, shape.heads),
  numberEntry(`${architecture}.attention.head_count_kv`, shape.keyHeads),
  numberEntry(`${architecture}.attention.key_length`, shape.headWidth),
  numberEntry(`${architecture}.attention.value_length`, shape.headWidth),
  floatEntry(`${architecture}.attention.layer_norm_rms_epsilon`, 1e-6),
  ...tokenizer.entries,
];

/** The table of the vocabulary, which also gives the logits. */
const vocabulary = (shape: Shape, tokenizer: Tokenizer): RecipeTensor[] => [
  matrix('token_embd', shape.width, tokenizer.tokenCount, shape.embeddings),
  scales('output_norm', shape.width),
];

const attention = (layer: string, shape: Shape, queryFactor = 1): RecipeTensor[] => [
  matrix(
    `${layer}.attn_q`,
    shape.width,
    queryFactor * shape.heads * shape.headWidth,
    shape.matrices,
  ),
  matrix(`${layer}.attn_k`, shape.width, shape.keyHeads * shape.headWidth, shape.matrices),
  matrix(`${layer}.attn_v`, shape.width, shape.keyHeads * shape.headWidth, shape.matrices),
  matrix(`${layer}.attn_output`, shape.heads * shape.headWidth, shape.width, shape.matrices),
  scales(`${layer}.attn_q_norm`, shape.headWidth),
  scales(`${layer}.attn_k_norm`, shape.headWidth),
];

const feedForward = (layer: string, shape: Shape): RecipeTensor[] => [
  matrix(`${layer}.ffn_gate`, shape.width, shape.inner, shape.matrices),
  matrix(`${layer}.ffn_up`, shape.width, shape.inner, shape.matrices),
  matrix(`${layer}.ffn_down`, shape.inner, shape.width, shape.matrices),
];

interface RecurrentShape {
  convolution: number;
  stateWidth: number;
  groups: number;
  heads: number;
  innerWidth: number;
}

const recurrent = (architecture: string, shape: RecurrentShape): Entry[] => [
  numberEntry(`${architecture}.ssm.conv_kernel`, shape.convolution),
  numberEntry(`${architecture}.ssm.inner_size`, shape.innerWidth),
  numberEntry(`${architecture}.ssm.state_size`, shape.stateWidth),
  numberEntry(`${architecture}.ssm.time_step_rank`, shape.heads),
  numberEntry(`${architecture}.ssm.group_count`, shape.groups),
];

// What a head forgets with each token: e^-0.01 to e^-0.5, times a factor near 0.7.
const decay = { from: -0.5, to: -0.01 };

/** Gated delta nets with full attention in every other layer (real: every fourth), as Qwen3.5 0.8B. */
export function hybridRecipe(size: Size, tokenizer: Tokenizer): Recipe {
  const shape: Shape =
    size === 'small'
      ? {
          width: 128,
          layers: 4,
          heads: 4,
          keyHeads: 2,
          headWidth: 32,
          inner: 256,
          contextTokens: 8192,
          matrices: 'f16',
          embeddings: 'f16',
        }
      : {
          width: 1024,
          layers: 24,
          heads: 8,
          keyHeads: 2,
          headWidth: 256,
          inner: 3584,
          contextTokens: 262144,
          matrices: 'q4_0',
          embeddings: 'q8_0',
        };
  const memory: RecurrentShape =
    size === 'small'
      ? { convolution: 4, stateWidth: 32, groups: 2, heads: 4, innerWidth: 128 }
      : { convolution: 4, stateWidth: 128, groups: 16, heads: 16, innerWidth: 2048 };
  const interval = size === 'small' ? 2 : 4;
  const sections = size === 'small' ? [2, 1, 1, 0] : [11, 11, 10, 0];
  const mixed = 2 * memory.groups * memory.stateWidth + memory.innerWidth;
  const delta = (layer: string): RecipeTensor[] => [
    matrix(`${layer}.attn_qkv`, shape.width, mixed, shape.matrices),
    matrix(`${layer}.attn_gate`, shape.width, memory.innerWidth, shape.matrices),
    numbers(`${layer}.ssm_conv1d.weight`, [memory.convolution, mixed], { deviation: 0.5 }),
    numbers(`${layer}.ssm_dt.bias`, [memory.heads], { deviation: 0.5 }),
    numbers(`${layer}.ssm_a`, [memory.heads], decay),
    matrix(`${layer}.ssm_beta`, shape.width, memory.heads, 'f32'),
    matrix(`${layer}.ssm_alpha`, shape.width, memory.heads, 'f32'),
    scales(`${layer}.ssm_norm`, memory.stateWidth),
    matrix(`${layer}.ssm_out`, memory.innerWidth, shape.width, shape.matrices),
  ];
  return {
    architecture: 'qwen35',
    entries: [
      ...common('qwen35', shape, tokenizer),
      ...recurrent('qwen35', memory),
      numberEntry('qwen35.full_attention_interval', interval),
      numberEntry('qwen35.rope.dimension_count', 2 * sections.reduce((sum, each) => sum + each)),
      arrayEntry('qwen35.rope.dimension_sections', ggufType.int32, sections.map(u32)),
      floatEntry('qwen35.rope.freq_base', 1e7),
    ],
    tensors: [
      ...vocabulary(shape, tokenizer),
      ...layersOf(shape.layers, (layer, index) => [
        scales(`${layer}.attn_norm`, shape.width),
        scales(`${layer}.post_attention_norm`, shape.width),
        // The query comes with a gate of its own size.
        ...((index + 1) % interval === 0 ? attention(layer, shape, 2) : delta(layer)),
        ...feedForward(layer, shape),
      ]),
    ],
  };
}

/** A window in five of six layers (small: in every other one), as Gemma 3 1B. */
export function windowRecipe(size: Size, tokenizer: Tokenizer): Recipe {
  const shape: Shape =
    size === 'small'
      ? {
          width: 128,
          layers: 4,
          heads: 4,
          keyHeads: 2,
          headWidth: 32,
          inner: 256,
          contextTokens: 8192,
          matrices: 'f16',
          embeddings: 'f16',
        }
      : {
          width: 1152,
          layers: 26,
          heads: 4,
          keyHeads: 1,
          headWidth: 256,
          inner: 6912,
          contextTokens: 32768,
          matrices: 'q4_0',
          embeddings: 'q8_0',
        };
  return {
    architecture: 'gemma3',
    entries: [
      ...common('gemma3', shape, tokenizer),
      numberEntry('gemma3.attention.sliding_window', size === 'small' ? 64 : 512),
      numberEntry('gemma3.attention.sliding_window_pattern', size === 'small' ? 2 : 6),
      floatEntry('gemma3.rope.freq_base', 1e6),
    ],
    tensors: [
      ...vocabulary(shape, tokenizer),
      ...layersOf(shape.layers, (layer) => [
        scales(`${layer}.attn_norm`, shape.width),
        ...attention(layer, shape),
        scales(`${layer}.post_attention_norm`, shape.width),
        scales(`${layer}.ffn_norm`, shape.width),
        ...feedForward(layer, shape),
        scales(`${layer}.post_ffw_norm`, shape.width),
      ]),
    ],
  };
}

/** No attention at all, as Mamba-2 370M. */
export function recurrentRecipe(size: Size, tokenizer: Tokenizer): Recipe {
  const shape: Shape =
    size === 'small'
      ? {
          width: 128,
          layers: 4,
          heads: 0,
          keyHeads: 0,
          headWidth: 0,
          inner: 0,
          contextTokens: 8192,
          matrices: 'f16',
          embeddings: 'f16',
        }
      : {
          width: 1024,
          layers: 48,
          heads: 0,
          keyHeads: 0,
          headWidth: 0,
          inner: 0,
          contextTokens: 1048576,
          matrices: 'q4_0',
          embeddings: 'q8_0',
        };
  const memory: RecurrentShape =
    size === 'small'
      ? { convolution: 4, stateWidth: 32, groups: 1, heads: 8, innerWidth: 256 }
      : { convolution: 4, stateWidth: 128, groups: 1, heads: 32, innerWidth: 2048 };
  const mixed = memory.innerWidth + 2 * memory.groups * memory.stateWidth;
  return {
    architecture: 'mamba2',
    entries: [...common('mamba2', shape, tokenizer), ...recurrent('mamba2', memory)],
    tensors: [
      ...vocabulary(shape, tokenizer),
      ...layersOf(shape.layers, (layer) => [
        scales(`${layer}.attn_norm`, shape.width),
        matrix(
          `${layer}.ssm_in`,
          shape.width,
          memory.innerWidth + mixed + memory.heads,
          shape.matrices,
        ),
        numbers(`${layer}.ssm_conv1d.weight`, [memory.convolution, mixed], { deviation: 0.5 }),
        numbers(`${layer}.ssm_conv1d.bias`, [mixed], { deviation: 0.1 }),
        numbers(`${layer}.ssm_dt.bias`, [memory.heads], { deviation: 0.5 }),
        numbers(`${layer}.ssm_a`, [1, memory.heads], decay),
        numbers(`${layer}.ssm_d`, [1, memory.heads], { from: 0.8, to: 1.2 }),
        {
          ...scales(`${layer}.ssm_norm`, memory.innerWidth),
          dimensions: [memory.innerWidth / memory.groups, memory.groups],
        },
        matrix(`${layer}.ssm_out`, memory.innerWidth, shape.width, shape.matrices),
      ]),
    ],
  };
}
