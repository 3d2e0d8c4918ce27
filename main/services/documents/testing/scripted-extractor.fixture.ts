import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import type { Block, ExtractedSummary } from '../../../../contract/documents/extracted.ts';
import { AppError } from '../../../../contract/errors/app-error.ts';
import type { ExtractorClient } from '../../../../contract/extractor-contract.ts';
import type { Extractor, FileToOpen, OpenedFile } from '../../../ports/extractor.ts';

type FileCalls = ExtractorClient['file'];

/** A whole PNG of one colour. */
export function tinyPng(widthPx: number, heightPx: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((widthPx * 3 + 1) * heightPx));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A summary; `special` says what is special about it. */
export function summaryWith(special: Partial<ExtractedSummary> = {}): ExtractedSummary {
  return {
    ...{ format: 'text', title: null, pageCount: null, textChars: 0 },
    ...{ hidden: [], leftOut: [], scannedPages: [] },
    ...special,
  };
}

/** Paragraphs at empty lines, headings where a line begins with #. */
export function blocksOf(text: string): Block[] {
  return text.split('\n\n').map((piece) => {
    const heading = /^(#+) (.*)$/su.exec(piece);
    return heading
      ? { kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' }
      : { kind: 'paragraph', text: piece };
  });
}

/**
 * Stands in for the processes at the port: reads the kept copy as plain text with headings. What a test wants
 * otherwise it puts in place of a member of `file`.
 */
export class ScriptedExtractor implements Extractor {
  readonly opened: FileToOpen[] = [];
  openNow = 0;
  /** Overrides by file name. */
  readonly scripts = new Map<string, Partial<FileCalls>>();
  blocksInChunk = 8;

  async open(file: FileToOpen, signal?: AbortSignal): Promise<OpenedFile> {
    signal?.throwIfAborted();
    this.opened.push(file);
    this.openNow += 1;
    let isOpen = true;
    return {
      file: { ...this.#plain(file), ...this.scripts.get(file.name) },
      close: async () => {
        if (isOpen) this.openNow -= 1;
        isOpen = false;
      },
    };
  }

  async sandbox() {
    return { restrictions: null, acts: [] };
  }

  #plain({ path, name }: FileToOpen): FileCalls {
    const { blocksInChunk } = this;
    return {
      identify: async () => ({ format: name.endsWith('.pdf') ? 'pdf' : 'text' }),
      async *extract(_input, options) {
        const text = readFileSync(path, 'utf8');
        const blocks = blocksOf(text);
        for (let at = 0; at < blocks.length; at += blocksInChunk) {
          await setImmediate();
          options?.signal?.throwIfAborted();
          const slice = blocks.slice(at, at + blocksInChunk);
          yield { blocks: slice, fraction: Math.min(1, (at + blocksInChunk) / blocks.length) };
        }
        return summaryWith({ textChars: text.length });
      },
      // biome-ignore lint/correctness/useYield: it has nothing to give
      async *recognise() {
        throw new AppError('document.unsupported', { name });
      },
      draw: async () => ({ png: tinyPng(4, 3), widthPx: 4, heightPx: 3 }),
      pixels: async () => ({ width: 2, height: 1, rgb: new Uint8Array(6) }),
    };
  }
}
