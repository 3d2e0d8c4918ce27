import { AppError } from '../../../contract/errors/app-error.ts';
import { buildCharsmap } from './charsmap.ts';
import type { ContainerTensor, E5Container } from './e5-container.ts';
import {
  floatArray,
  type GgufTensor,
  type GgufValue,
  ggufHead,
  intArray,
  textArray,
} from './gguf-head.ts';

/** A converted model: its head, and whose bytes follow, in order, each padded to the alignment. */
export interface BertGguf {
  head: Buffer;
  weights: readonly ContainerTensor[];
}

/** llama.cpp's kinds of tokens. */
const tokenKind = { normal: 1, unknown: 2, control: 3, unused: 5 } as const;
/** Mean over the tokens, as E5 was trained. */
const meanPooling = 1;
const mostlyQ4 = 2;
const quantizationVersion = 2;
/** Below every real score: rows without a piece are never chosen. */
const unusedScore = -10_000;

const fixedNames: Readonly<Record<string, string>> = {
  'emb.word': 'token_embd.weight',
  'emb.pos': 'position_embd.weight',
  'emb.type': 'token_types.weight',
  'emb.ln.w': 'token_embd_norm.weight',
  'emb.ln.b': 'token_embd_norm.bias',
};
const layerNames: Readonly<Record<string, string>> = {
  q: 'attn_q',
  k: 'attn_k',
  v: 'attn_v',
  ao: 'attn_output',
  aln: 'attn_output_norm',
  fi: 'ffn_up',
  fo: 'ffn_down',
  oln: 'layer_output_norm',
};
const endings: Readonly<Record<string, string>> = { w: 'weight', b: 'bias' };

/**
 * Says how a container's model is written as a GGUF of architecture `bert`: no weight is changed, only named
 * otherwise.
 * @throws AppError `model.file-broken` for a weight that the encoder does not have, or lacks
 */
export function describeBert(container: E5Container, path: string): BertGguf {
  const tensors = container.tensors.map((tensor) => ggufTensor(tensor, container, path));
  const wanted = Object.keys(fixedNames).length + container.layerCount * 16;
  if (tensors.length !== wanted) {
    const detail = `${tensors.length} of ${wanted} weights`;
    throw new AppError('model.file-broken', { path, fault: 'truncated', detail });
  }
  return { head: ggufHead(entriesOf(container), tensors), weights: container.tensors };
}

function ggufTensor(tensor: ContainerTensor, container: E5Container, path: string): GgufTensor {
  const name = nameOf(tensor.name, container.layerCount);
  const dimensions = dimensionsOf(tensor.name, container);
  const elementCount = dimensions.reduce((product, size) => product * size, 1);
  if (!name || elementCount !== tensor.elementCount) {
    const detail = `weight ${tensor.name} of ${tensor.elementCount}`;
    throw new AppError('model.file-broken', { path, fault: 'bad-dimensions', detail });
  }
  const type = tensor.type === 0 ? 0 : 2;
  return { name, dimensions, type, byteLength: tensor.byteLength };
}

function nameOf(name: string, layerCount: number): string | undefined {
  const fixed = Object.hasOwn(fixedNames, name) ? fixedNames[name] : undefined;
  if (fixed) return fixed;
  const [, layer = '', part = '', ending = ''] = /^l(\d{1,3})\.([a-z]+)\.([wb])$/.exec(name) ?? [];
  const layerName = Object.hasOwn(layerNames, part) ? layerNames[part] : undefined;
  if (!layerName || Number(layer) >= layerCount) return undefined;
  return `blk.${Number(layer)}.${layerName}.${endings[ending]}`;
}

/** Row-major [out, in] in the container is [in, out] to ggml. */
function dimensionsOf(name: string, container: E5Container): number[] {
  const { width, feedForwardWidth, vocabularySize, positionCount, tokenTypeCount } = container;
  if (name === 'emb.word') return [width, vocabularySize];
  if (name === 'emb.pos') return [width, positionCount];
  if (name === 'emb.type') return [width, tokenTypeCount];
  if (/\.fi\.w$/.test(name)) return [width, feedForwardWidth];
  if (/\.fi\.b$/.test(name)) return [feedForwardWidth];
  if (/\.fo\.w$/.test(name)) return [feedForwardWidth, width];
  if (/\.(q|k|v|ao)\.w$/.test(name)) return [width, width];
  return [width];
}

function entriesOf(container: E5Container): [string, GgufValue][] {
  const { marks } = container;
  const number = (value: number): GgufValue => ({ type: 'u32', value });
  const flag = (value: boolean): GgufValue => ({ type: 'boolean', value });
  const text = (value: string): GgufValue => ({ type: 'text', value });
  const charsmap = buildCharsmap(container.rules);
  return [
    ['general.architecture', text('bert')],
    ['general.name', text('multilingual-e5-small')],
    ['general.license', text('mit')],
    ['general.file_type', number(mostlyQ4)],
    ['general.quantization_version', number(quantizationVersion)],
    ['bert.block_count', number(container.layerCount)],
    ['bert.context_length', number(container.positionCount)],
    ['bert.embedding_length', number(container.width)],
    ['bert.feed_forward_length', number(container.feedForwardWidth)],
    ['bert.attention.head_count', number(container.headCount)],
    ['bert.attention.layer_norm_epsilon', { type: 'f32', value: container.epsilon }],
    ['bert.attention.causal', flag(false)],
    ['bert.pooling_type', number(meanPooling)],
    ['bert.vocab_size', number(container.vocabularySize)],
    ['tokenizer.ggml.model', text('t5')],
    ['tokenizer.ggml.pre', text('default')],
    ...vocabularyEntries(container),
    ['tokenizer.ggml.token_type_count', number(container.tokenTypeCount)],
    ['tokenizer.ggml.add_space_prefix', flag(true)],
    ['tokenizer.ggml.remove_extra_whitespaces', flag(true)],
    [
      'tokenizer.ggml.precompiled_charsmap',
      { type: 'array', of: 'u8', count: charsmap.length, bytes: charsmap },
    ],
    ['tokenizer.ggml.add_bos_token', flag(true)],
    ['tokenizer.ggml.add_eos_token', flag(true)],
    ['tokenizer.ggml.bos_token_id', number(marks.begin)],
    ['tokenizer.ggml.eos_token_id', number(marks.end)],
    ['tokenizer.ggml.unknown_token_id', number(marks.unknown)],
    // llama.cpp spells it so.
    ['tokenizer.ggml.seperator_token_id', number(marks.end)],
    ['tokenizer.ggml.padding_token_id', number(marks.padding)],
    ['tokenizer.ggml.cls_token_id', number(marks.begin)],
    ['tokenizer.ggml.mask_token_id', number(container.pieces.length - 1)],
  ];
}

/** Rows of the matrix beyond the pieces get a name each, since no two tokens may be called the same. */
function vocabularyEntries(container: E5Container): [string, GgufValue][] {
  const { pieces, scores, vocabularySize, marks } = container;
  const allScores = new Float32Array(vocabularySize).fill(unusedScore);
  allScores.set(scores);
  const kinds = new Int32Array(vocabularySize).fill(tokenKind.unused);
  kinds.fill(tokenKind.normal, 0, pieces.length);
  for (const id of [marks.begin, marks.end, marks.padding, pieces.length - 1]) {
    kinds[id] = tokenKind.control;
  }
  kinds[marks.unknown] = tokenKind.unknown;
  const fillers = Array.from({ length: vocabularySize - pieces.length }, (_, index) =>
    Buffer.from(`[PAD${pieces.length + index}]`, 'utf8'),
  );
  return [
    ['tokenizer.ggml.tokens', textArray([...pieces, ...fillers])],
    ['tokenizer.ggml.scores', floatArray(allScores)],
    ['tokenizer.ggml.token_type', intArray(kinds)],
  ];
}
