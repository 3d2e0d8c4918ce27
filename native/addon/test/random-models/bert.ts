import {
  arrayEntry,
  booleanEntry,
  type Entry,
  floatEntry,
  ggufType,
  numberEntry,
  textEntry,
  u32,
  utf8,
} from '../gguf-writer.ts';
import { matrix, numbers, type Recipe, type RecipeTensor, scales } from './recipe.ts';
import type { Size } from './recipes.ts';

const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** Letters, digits and marks, and all pairs of letters: every lower-case English text is spelt with them. */
function pieces(): string[] {
  const printable = Array.from({ length: 94 }, (_, index) => String.fromCodePoint(33 + index));
  const single = printable.filter((letter) => letter === letter.toLowerCase());
  const letters = single.filter((letter) => letter >= 'a' && letter <= 'z');
  const pairs = letters.flatMap((first) => letters.map((second) => first + second));
  return [...single, ...pairs];
}

/** WordPiece as llama.cpp keeps it: a piece that begins a word is marked, one inside a word is not. */
function wordPieces(): { entries: Entry[]; tokenCount: number } {
  const tokens = [...special, ...pieces().map((piece) => `▁${piece}`), ...pieces()];
  const isSpecial = (index: number): boolean => index < special.length;
  return {
    tokenCount: tokens.length,
    entries: [
      textEntry('tokenizer.ggml.model', 'bert'),
      textEntry('tokenizer.ggml.pre', 'default'),
      arrayEntry('tokenizer.ggml.tokens', ggufType.string, tokens.map(utf8)),
      arrayEntry(
        'tokenizer.ggml.token_type',
        ggufType.int32,
        tokens.map((_, index) => u32(isSpecial(index) ? 3 : 1)),
      ),
      numberEntry('tokenizer.ggml.token_type_count', 2),
      numberEntry('tokenizer.ggml.padding_token_id', 0),
      numberEntry('tokenizer.ggml.unknown_token_id', 1),
      numberEntry('tokenizer.ggml.bos_token_id', 2),
      numberEntry('tokenizer.ggml.cls_token_id', 2),
      numberEntry('tokenizer.ggml.seperator_token_id', 3),
      numberEntry('tokenizer.ggml.mask_token_id', 4),
    ],
  };
}

/** For embeddings, mean-pooled, with a vocabulary of its own: as a BERT of 384 features and twelve layers. */
export function bertRecipe(size: Size): Recipe {
  const { width, layers, heads, inner, type } =
    size === 'small'
      ? ({ width: 64, layers: 2, heads: 2, inner: 128, type: 'f16' } as const)
      : ({ width: 384, layers: 12, heads: 12, inner: 1536, type: 'q8_0' } as const);
  const contextTokens = 512;
  const tokenizer = wordPieces();
  const bias = (name: string, length: number): RecipeTensor =>
    numbers(`${name}.bias`, [length], { deviation: 0.02 });
  const linear = (name: string, inputs: number, outputs: number): RecipeTensor[] => [
    matrix(name, inputs, outputs, type),
    bias(name, outputs),
  ];
  const norm = (name: string): RecipeTensor[] => [scales(name, width), bias(name, width)];
  return {
    architecture: 'bert',
    entries: [
      numberEntry('bert.context_length', contextTokens),
      numberEntry('bert.embedding_length', width),
      numberEntry('bert.block_count', layers),
      numberEntry('bert.feed_forward_length', inner),
      numberEntry('bert.attention.head_count', heads),
      floatEntry('bert.attention.layer_norm_epsilon', 1e-12),
      booleanEntry('bert.attention.causal', false),
      numberEntry('bert.pooling_type', 1),
      ...tokenizer.entries,
    ],
    tensors: [
      matrix('token_embd', width, tokenizer.tokenCount, type),
      numbers('position_embd.weight', [width, contextTokens], { deviation: 0.1 }),
      numbers('token_types.weight', [width, 2], { deviation: 0.1 }),
      ...norm('token_embd_norm'),
      ...Array.from({ length: layers }, (_, index) => `blk.${index}`).flatMap((layer) => [
        ...linear(`${layer}.attn_q`, width, width),
        ...linear(`${layer}.attn_k`, width, width),
        ...linear(`${layer}.attn_v`, width, width),
        ...linear(`${layer}.attn_output`, width, width),
        ...norm(`${layer}.attn_output_norm`),
        ...linear(`${layer}.ffn_up`, width, inner),
        ...linear(`${layer}.ffn_down`, inner, width),
        ...norm(`${layer}.layer_output_norm`),
      ]),
    ],
  };
}
