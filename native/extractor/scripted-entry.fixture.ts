/**
 * A real extractor process whose reader does what its file says, for the tests of the process and of its host.
 * The file's first line is the verb.
 */
import { connect } from 'node:net';
import type { Block } from '../../contract/documents/extracted.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import type { ExtractOptions, ForeignFile, FormatReader } from './reader.ts';
import { runExtractor } from './run-extractor.ts';

const paragraph = (text: string): Block => ({ kind: 'paragraph', text });

const summary = {
  format: 'text' as const,
  title: null,
  pageCount: null,
  textChars: 0,
  hidden: [],
  leftOut: [],
  scannedPages: [],
};

function verbsOf(file: ForeignFile): string[] {
  return Buffer.from(file.readAll(1024)).toString().trim().split(' ');
}

function fillHeap(): never {
  const kept: object[] = [];
  for (;;) kept.push({ next: kept.length, text: `${kept.length}` });
}

function fillBuffers(): never {
  const kept: Buffer[] = [];
  for (;;) kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
}

function connectTo(port: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host: '127.0.0.1', port });
  socket.once('connect', () => resolve('connected'));
  socket.once('error', (error) => resolve('code' in error ? String(error.code) : 'error'));
  return promise;
}

const reader: FormatReader = {
  async *extract(file: ForeignFile, { maxChars, signal }: ExtractOptions) {
    const [verb = '', argument = '0'] = verbsOf(file);
    yield { blocks: [paragraph(`${verb} begins`)], fraction: 0.1 };
    if (verb === 'loop') for (;;);
    if (verb === 'heap') fillHeap();
    if (verb === 'buffers') fillBuffers();
    if (verb === 'throw') throw new TypeError(`cannot read ${verbsOf(file).join()}`);
    if (verb === 'refuse') throw new AppError('document.encrypted', { name: file.name });
    if (verb === 'connect') {
      yield { blocks: [paragraph(await connectTo(Number(argument)))], fraction: 0.5 };
    }
    if (verb === 'wait') {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    }
    if (verb === 'many') {
      for (let at = 0; at < Number(argument); at += 1) {
        yield { blocks: [paragraph('x'.repeat(60_000))], fraction: 0.5 };
      }
    }
    if (verb === 'too-much')
      yield { blocks: [paragraph('y'.repeat(maxChars * 50))], fraction: 0.5 };
    return summary;
  },
  pixels: (_file, { maxPx }) => ({
    width: maxPx,
    height: 2,
    rgb: new Uint8Array(maxPx * 6).map((_, at) => at % 251),
  }),
};

runExtractor(async () => ({ identify: () => 'text', formats: { text: reader } }));
