// Writes a model with random weights and the shape of a real one: it computes as fast as that, and says nothing.
// node scripts/bench/make-model.ts --kind hybrid|window|recurrent|bert --out FILE.gguf
//   [--size real|small] [--vocabulary FILE.gguf] [--seed 1]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  isModelKind,
  makeRandomModel,
  modelKinds,
} from '../../native/addon/test/random-models/index.ts';

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: '' },
    out: { type: 'string' },
    size: { type: 'string', default: 'real' },
    vocabulary: {
      type: 'string',
      default: join(import.meta.dirname, '../../e2e/fixtures/models/parley-tiny.gguf'),
    },
    seed: { type: 'string', default: '1' },
  },
});
const { kind, out } = values;
if (!out || !isModelKind(kind)) {
  throw new Error(`give --kind ${modelKinds.join('|')} and --out FILE.gguf`);
}
makeRandomModel(out, kind, {
  size: values.size === 'small' ? 'small' : 'real',
  vocabularyPath: values.vocabulary,
  seed: Number(values.seed),
});
