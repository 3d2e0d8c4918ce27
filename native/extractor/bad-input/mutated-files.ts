import { AppError } from '../../../contract/errors/app-error.ts';
import { memoryFile, readFile } from '../testing/memory-file.ts';
import { mutated } from '../testing/mutations.ts';
import { ByteSource } from '../testing/random-bytes.ts';
import { smallFiles } from './small-files.ts';

const texts: Readonly<Record<string, string>> = {
  'a.html':
    '<!doctype html><style>.h{display:none}</style><h1>Head</h1><p class=h>Text<table><tr><td>1<td>2</table><ul><li>a</ul><!-- c --><svg><text>s</text></svg>',
  'a.md':
    '# Head\n\n- a\n  - b\n\n> quote\n\n| a | b |\n|---|---|\n| 1 | `2` |\n\n```\ncode\n```\n\n<div hidden>\n\nx\n\n</div>\n',
  'a.csv': 'a,"b, c",d\n1,"say ""so""",3\n4,5,6\n',
  'a.json': '{"a":[1,2,{"b":"c \\" d"}],"e":null}',
  'a.txt': 'Text ü 漢字 👩🏽‍🚀 \u202babc\u202c\n\nmore\u200b\n',
  'a.ts': 'const a = 1;\n\nfunction f() {\n  return a;\n}\n',
};
const files = [
  ...Object.entries(smallFiles).map(([name, make]) => [name, make()] as const),
  ...Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)] as const),
];

/** How reading one spoilt file ended; `fault` is anything but text or an error of the contract. */
export interface Ending {
  seed: number;
  name: string;
  tookMs: number;
  outcome: 'text' | 'error' | 'fault';
  said: string;
}

/** Spoils a file by `seed`, reads it, and tells how that ended. */
export async function endingOf(seed: number): Promise<Ending> {
  const random = new ByteSource(seed * 2_654_435_761);
  const [name, bytes] = files[random.below(files.length)] ?? ['a', Buffer.alloc(0)];
  const startedMs = performance.now();
  const end = (outcome: Ending['outcome'], said: string): Ending => ({
    seed,
    name,
    tookMs: performance.now() - startedMs,
    outcome,
    said,
  });
  try {
    const { format, text } = await readFile(memoryFile(mutated(bytes, random), name), 1_000_000);
    return text.isWellFormed() ? end('text', format) : end('fault', 'half of a pair');
  } catch (error) {
    if (error instanceof AppError) return end('error', error.code);
    return end('fault', error instanceof Error ? (error.stack ?? error.message) : 'thrown');
  }
}
