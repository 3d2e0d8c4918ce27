import {
  arrayEntry,
  type Bytes,
  ggufType,
  headerParts,
  numberEntry,
  sound,
  string,
  textEntry,
  u32,
  u64,
  withEntries,
  withTensor,
  write,
} from './gguf-writer.ts';

/** A file that must be refused, and the word it must be refused with. */
export interface BrokenShape {
  name: string;
  expectedFault: string;
  bytes: Bytes;
}

const shape = (name: string, expectedFault: string, bytes: Bytes): BrokenShape => ({
  name,
  expectedFault,
  bytes,
});

const huge = 2n ** 62n;
const tokens = ['a', 'b'].map((token) => string(token));
const nested = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + close.repeat(depth);
const template = (text: string): Bytes =>
  write(withEntries(textEntry('tokenizer.chat_template', text)));

const beginnings: BrokenShape[] = [
  shape('no bytes', 'empty', Buffer.alloc(0)),
  shape('another magic', 'not-gguf', write(sound({ magic: 'GGML' }))),
  shape('a zip file', 'not-gguf', Buffer.from('PK\x03\x04 and so on')),
  shape('version 0', 'version', write(sound({ version: 0 }))),
  shape('version 1', 'version', write(sound({ version: 1 }))),
  shape('version 99', 'version', write(sound({ version: 99 }))),
  shape('big-endian', 'big-endian', write(sound({ version: 0x03000000 }))),
  shape('65,537 entries', 'too-many-entries', write(sound({ entryCount: 65_537 }))),
  shape('2^63 entries', 'too-many-entries', write(sound({ entryCount: 2n ** 63n }))),
  shape('65,537 tensors', 'too-many-entries', write(sound({ tensorCount: 65_537 }))),
  shape('-1 tensors', 'too-many-entries', write(sound({ tensorCount: -1n }))),
  shape('more entries than there are', 'bad-key', write(sound({ entryCount: 200 }))),
];

const entries: BrokenShape[] = [
  shape('an empty key', 'bad-key', write(withEntries(textEntry('', 'x')))),
  shape('a key of 65,536 bytes', 'bad-key', write(withEntries(textEntry('k'.repeat(65_536), 'x')))),
  shape('a key with a zero byte', 'bad-key', write(withEntries(textEntry('a\0b', 'x')))),
  shape(
    'a key twice',
    'duplicate-key',
    write({ ...sound(), entries: [...sound().entries, textEntry('general.name', 'again')] }),
  ),
  shape('value type 13', 'bad-type', write(withEntries({ key: 'x', type: 13, value: u32(0) }))),
  shape('value type 255', 'bad-type', write(withEntries({ key: 'x', type: 255, value: u32(0) }))),
  shape(
    'a string of 1 GiB in a short file',
    'string-too-long',
    write(withEntries({ key: 'x', type: ggufType.string, value: string('', 2 ** 30) })),
  ),
  shape(
    'a string of 2^64 - 1 bytes',
    'string-too-long',
    write(withEntries({ key: 'x', type: ggufType.string, value: string('', -1n) })),
  ),
  shape(
    'a string of 1 MiB in a short file',
    'truncated',
    write(withEntries({ key: 'x', type: ggufType.string, value: string('', 2 ** 20) })),
  ),
  shape(
    'an array of 2^62 elements',
    'array-too-long',
    write(withEntries(arrayEntry('x', ggufType.uint64, [], huge))),
  ),
  shape(
    'an array of 8 Mi + 1 elements',
    'array-too-long',
    write(withEntries(arrayEntry('x', ggufType.uint8, [], 8 * 2 ** 20 + 1))),
  ),
  shape(
    'an array of 8 Mi elements in a short file',
    'truncated',
    write(withEntries(arrayEntry('x', ggufType.uint64, [], 8 * 2 ** 20))),
  ),
  shape(
    'a nested array',
    'nested-array',
    write(withEntries(arrayEntry('x', ggufType.array, [u32(ggufType.uint8), u64(0)], 1))),
  ),
  shape('an array of type 99', 'bad-type', write(withEntries(arrayEntry('x', 99, [])))),
  shape(
    'an array with a string of 1 GiB',
    'string-too-long',
    write(withEntries(arrayEntry('x', ggufType.string, [string('', 2 ** 30)]))),
  ),
  shape(
    'no architecture',
    'missing-architecture',
    write({ ...sound(), entries: sound().entries.slice(1) }),
  ),
  shape(
    'an architecture that is a number',
    'missing-architecture',
    write(withEntries(numberEntry('general.architecture', 1))),
  ),
  shape(
    'an architecture with a path in it',
    'missing-architecture',
    write(withEntries(textEntry('general.architecture', '../llama'))),
  ),
];

const alignments: BrokenShape[] = [0, 3, 2 ** 21, 2 ** 30, 2 ** 31 - 1, 2 ** 32 - 1].map((value) =>
  shape(
    `alignment ${value}`,
    'bad-alignment',
    write(withEntries(numberEntry('general.alignment', value))),
  ),
);
alignments.push(
  shape(
    'an alignment that is text',
    'bad-alignment',
    write(withEntries(textEntry('general.alignment', '32'))),
  ),
  shape(
    'an alignment of 64 bits',
    'bad-alignment',
    write(withEntries({ key: 'general.alignment', type: ggufType.uint64, value: u64(32) })),
  ),
);

const tensors: BrokenShape[] = [
  shape('no dimension', 'bad-dimensions', write(withTensor({ dimensionCount: 0 }))),
  shape('five dimensions', 'bad-dimensions', write(withTensor({ dimensions: [8, 1, 1, 1, 1] }))),
  shape(
    '2^32 - 1 dimensions',
    'bad-dimensions',
    write(withTensor({ dimensionCount: 2 ** 32 - 1 })),
  ),
  shape('a dimension of 0', 'bad-dimensions', write(withTensor({ dimensions: [0] }))),
  shape(
    'a dimension of 0 behind others',
    'bad-dimensions',
    write(withTensor({ dimensions: [8, 0] })),
  ),
  shape('a dimension of -1', 'size-overflow', write(withTensor({ dimensions: [-1n] }))),
  shape(
    'a product beyond 64 bits',
    'size-overflow',
    write(withTensor({ dimensions: [2n ** 32n, 2n ** 32n, 2n ** 32n] })),
  ),
  shape(
    'a product that wraps to a small number',
    'size-overflow',
    write(withTensor({ dimensions: [8n, 2n ** 61n, 8n] })),
  ),
  shape('a byte size beyond 63 bits', 'size-overflow', write(withTensor({ dimensions: [huge] }))),
  shape(
    'a row that is half a block',
    'bad-dimensions',
    write(withTensor({ dimensions: [16], type: 2 })),
  ),
  ...[4, 5, 31, 32, 33, 36, 37, 38, 43, 255, 2 ** 32 - 1].map((type) =>
    shape(`element type ${type}`, 'bad-tensor-type', write(withTensor({ type }))),
  ),
  shape('a tensor twice', 'duplicate-tensor', write(withTensor({ name: 'token_embd.weight' }))),
  shape(
    'a tensor name of 64 bytes',
    'string-too-long',
    write(withTensor({ name: 'n'.repeat(64) })),
  ),
  shape('an offset that is not aligned', 'misaligned-tensor', write(withTensor({ offset: 161 }))),
  shape(
    'an offset at the end of the file',
    'tensor-outside-file',
    write(withTensor({ offset: 192 })),
  ),
  shape('an offset of 1 TiB', 'tensor-outside-file', write(withTensor({ offset: 2 ** 40 }))),
  shape('an offset that wraps', 'size-overflow', write(withTensor({ offset: 2n ** 64n - 32n }))),
  shape('an end that is cut off', 'tensor-outside-file', write(sound({ dataBytes: 191 }))),
  shape('tensors that overlap', 'overlapping-tensors', write(withTensor({ offset: 128 }))),
  shape('two tensors in one place', 'overlapping-tensors', write(withTensor({ offset: 0 }))),
];

const vocabularies: BrokenShape[] = [
  shape(
    'tokens that are numbers',
    'bad-vocabulary',
    write(withEntries(arrayEntry('tokenizer.ggml.tokens', ggufType.uint32, [u32(1), u32(2)]))),
  ),
  shape(
    'tokens that are no array',
    'bad-vocabulary',
    write(withEntries(textEntry('tokenizer.ggml.tokens', 'a'))),
  ),
  shape(
    'scores of 64 bits',
    'bad-vocabulary',
    write(
      withEntries(arrayEntry('tokenizer.ggml.scores', ggufType.float64, Array(5).fill(u64(0)))),
    ),
  ),
  shape(
    'scores that are bytes',
    'bad-vocabulary',
    write(withEntries(arrayEntry('tokenizer.ggml.scores', ggufType.uint8, [Buffer.alloc(5)], 5))),
  ),
  shape(
    'fewer scores than tokens',
    'bad-vocabulary',
    write(withEntries(arrayEntry('tokenizer.ggml.scores', ggufType.float32, [u32(0)]))),
  ),
  shape(
    'fewer token types than tokens',
    'bad-vocabulary',
    write(withEntries(arrayEntry('tokenizer.ggml.token_type', ggufType.int32, [u32(1)]))),
  ),
  shape(
    'token types that are text',
    'bad-vocabulary',
    write(withEntries(arrayEntry('tokenizer.ggml.token_type', ggufType.string, tokens))),
  ),
  shape(
    'merges that are numbers',
    'bad-vocabulary',
    write(withEntries(arrayEntry('tokenizer.ggml.merges', ggufType.uint32, [u32(1)]))),
  ),
  ...['<0x-1>', '<0x>', '<0x100>', '<0xZZ>', '<0x+A>'].map((token) =>
    shape(
      `a byte token ${token}`,
      'bad-vocabulary',
      write(
        withEntries(
          arrayEntry(
            'tokenizer.ggml.tokens',
            ggufType.string,
            [token, 'b', 'c', 'd', 'e'].map((each) => string(each)),
          ),
        ),
      ),
    ),
  ),
  shape(
    'a start token outside the vocabulary',
    'bad-vocabulary',
    write(withEntries(numberEntry('tokenizer.ggml.bos_token_id', 5))),
  ),
];

const templates: BrokenShape[] = [
  shape('a template of 64 KiB and a byte', 'bad-template', template('x'.repeat(65_537))),
  shape('65 nested blocks', 'bad-template', template(nested('{% if a %}', '{% endif %}', 65))),
  shape('5,000 nested blocks', 'bad-template', template('{%if a%}'.repeat(5000))),
  shape('257 parentheses', 'bad-template', template(`{{ ${nested('(', ')', 257)} }}`)),
  shape('6,000 parentheses', 'bad-template', template(`{{ ${nested('(', ')', 6000)} }}`)),
  shape(
    '300 brackets of all kinds',
    'bad-template',
    template(`{{ ${nested('([{', '}])', 100)} }}`),
  ),
  shape(
    'a template that is a number',
    'bad-template',
    write(withEntries(numberEntry('tokenizer.chat_template', 1))),
  ),
  shape(
    'a second template that is too long',
    'bad-template',
    write(withEntries(textEntry('tokenizer.chat_template.tool_use', 'x'.repeat(65_537)))),
  ),
];

const otherKinds: BrokenShape[] = [
  shape('no weights', 'not-a-model', write({ ...sound(), tensors: [] })),
  shape('an adapter', 'not-a-model', write(withEntries(textEntry('general.type', 'adapter')))),
  shape(
    'a later part of a split model',
    'not-a-model',
    write(withEntries(numberEntry('split.count', 2), numberEntry('split.no', 1))),
  ),
];

/** The sound file, cut one byte before the end of each field. */
function truncations(): BrokenShape[] {
  const parts = headerParts(sound());
  let end = 0;
  return parts.flatMap((part, index) => {
    const start = end;
    end += part.length;
    const whole = Buffer.concat(parts);
    const cuts = start === 0 ? [end - 1] : [start, end - 1];
    return cuts.map((cut) =>
      shape(`cut at byte ${cut}, in field ${index}`, 'truncated', whole.subarray(0, cut)),
    );
  });
}

/** Every shape that `inspectGguf` must refuse. Made by this script; no file of anybody else. */
export const brokenShapes: readonly BrokenShape[] = [
  ...beginnings,
  ...entries,
  ...alignments,
  ...tensors,
  ...vocabularies,
  ...templates,
  ...otherKinds,
  ...truncations(),
];
