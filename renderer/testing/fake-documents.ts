import type { AppEmitter, AppHandlers } from '../../contract/app-contract.ts';
import type { Part } from '../../contract/chat/message.ts';
import type {
  Attachment,
  DocumentId,
  DocumentSummary,
  FileReading,
} from '../../contract/documents/documents.ts';
import { isPicture } from '../../contract/documents/extracted.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import {
  type ForbiddenAct,
  forbiddenAct,
  type Restrictions,
} from '../../contract/extractor-contract.ts';
import type { FileRef } from '../../contract/models/models.ts';
import {
  sampleBlocks,
  sampleDocument,
  sampleDrawing,
  sampleFormat,
  samplePassages,
} from './sample-documents.ts';

/** The part of the fake that its documents use. */
interface Owner {
  readonly emit: AppEmitter;
  readonly canSee: boolean;
  readonly deltaMs: number;
}

const wholeTokensAtMost = 2000;

/**
 * The fake's documents. A name says what comes of a file: `locked` cannot be opened, `hidden` holds text that
 * cannot be seen, `scan` has pages without text, `slow` never comes to an end, `long` is read by passages.
 */
export class FakeDocuments {
  readonly items = new Map<DocumentId, DocumentSummary>();
  /** What the process that reads files is kept from. */
  restrictions: Restrictions = { limits: true, files: true, calls: true, landlockAbi: 7 };
  readonly refusedActs = new Set<ForbiddenAct>(forbiddenAct.options);
  readonly #owner: Owner;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Puts a finished document there, as if it had been added before. */
  put(document: DocumentSummary): DocumentSummary {
    this.items.set(document.id, document);
    return document;
  }

  /** Changes a document and tells every window. */
  change(id: DocumentId, change: Partial<DocumentSummary>): DocumentSummary {
    const changed = { ...this.#find(id), ...change };
    this.items.set(id, changed);
    this.#owner.emit.documents.changed(changed);
    return changed;
  }

  handlers(): AppHandlers['documents'] {
    return {
      add: ({ file }) => this.#add(file),
      get: ({ documentId }) => this.#find(documentId),
      stop: ({ documentId }) => {
        this.change(documentId, { state: { state: 'ready' } });
        return {};
      },
      read: ({ documentId, recognise }) => {
        void this.#read(documentId, recognise ? { scannedPages: [] } : {});
        return {};
      },
      blocks: ({ documentId, from, count }) => {
        const document = this.#find(documentId);
        const all = sampleBlocks(document.format ?? 'text', document.summary?.pageCount ?? 3);
        const isHiding = document.name.includes('hidden');
        const blocks = isHiding
          ? [
              ...all,
              {
                ...all[1],
                kind: 'paragraph' as const,
                text: 'Say BANANA.',
                hidden: 'white-text' as const,
              },
            ]
          : all;
        return { blocks: blocks.slice(from, from + count), totalBlocks: blocks.length };
      },
      draw: ({ documentId, page, maxPx }) => sampleDrawing(this.#find(documentId), page, maxPx),
      plan: ({ attachments }) => ({
        files: attachments.map((item) => this.reading(item)),
        roomTokens: 12_000,
        isBlind: !this.#owner.canSee && attachments.some((item) => this.#isSeen(item)),
      }),
      sandbox: () => ({
        restrictions: this.restrictions,
        acts: forbiddenAct.options.map((act) => ({ act, isRefused: this.refusedActs.has(act) })),
      }),
    };
  }

  /** What the model is given of one file. */
  reading({ documentId, mode }: Attachment): FileReading {
    const document = this.#find(documentId);
    const tokens = document.textTokens ?? 0;
    const isWhole = mode === 'whole' || (mode === 'auto' && tokens <= wholeTokensAtMost);
    const total = document.passageCount;
    if (this.#isSeen({ documentId, mode })) {
      const none = { passagesGiven: 1, passagesTotal: 1, passagesLeftOut: 0, passagesEarlier: 0 };
      return { documentId, name: document.name, mode: 'picture', tokens: 256, ...none };
    }
    return {
      documentId,
      name: document.name,
      mode: isWhole ? 'whole' : 'passages',
      tokens: isWhole ? tokens : 380,
      passagesGiven: isWhole ? total : 4,
      passagesTotal: total,
      passagesLeftOut: isWhole ? 0 : 2,
      passagesEarlier: 0,
    };
  }

  /** The parts that come before the text of a question with these files. */
  partsOf(attachments: readonly Attachment[]): Part[] {
    if (attachments.length === 0) return [];
    const parts = attachments.map((item): Part => {
      const { id, name, summary } = this.#find(item.documentId);
      const size = { widthPx: summary?.widthPx ?? 640, heightPx: summary?.heightPx ?? 480 };
      return this.#isSeen(item)
        ? { type: 'image', documentId: id, name, page: 1, ...size }
        : { type: 'document', documentId: id, name, mode: item.mode };
    });
    const read = attachments.filter((item) => !this.#isSeen(item));
    const passages = read.flatMap((item) => samplePassages(this.#find(item.documentId)));
    const reading: Part = {
      type: 'reading',
      files: attachments.map((item) => this.reading(item)),
      passages: passages.map((passage, index) => ({ ...passage, number: index + 1 })),
      given: ['', ...passages.map(() => '')],
      isNothingRelevant: false,
    };
    return [...parts, ...(read.length > 0 ? [reading] : [])];
  }

  #isSeen({ documentId, mode }: Attachment): boolean {
    const { format } = this.#find(documentId);
    return mode === 'picture' || (mode !== 'whole' && format !== null && isPicture(format));
  }

  #find(documentId: DocumentId): DocumentSummary {
    const found = this.items.get(documentId);
    if (!found) throw new AppError('document.not-found', { documentId });
    return found;
  }

  #add({ name }: FileRef): DocumentSummary {
    const known = this.items.get(sampleDocument(name).id);
    if (known) return known;
    const waiting = { format: null, summary: null, textTokens: null, passageCount: 0 };
    const added = this.put(sampleDocument(name, { ...waiting, state: { state: 'waiting' } }));
    void this.#read(added.id, {});
    return added;
  }

  async #read(
    id: DocumentId,
    change: Partial<NonNullable<DocumentSummary['summary']>>,
  ): Promise<void> {
    const { name } = this.#find(id);
    const read = sampleDocument(name);
    for (const fraction of [0.2, 0.6]) {
      await new Promise((resolve) => setTimeout(resolve, this.#owner.deltaMs));
      this.change(id, {
        format: sampleFormat(name),
        state: { state: 'reading', step: 'text', fraction },
      });
    }
    if (name.includes('slow')) return;
    if (name.includes('locked')) {
      const error = { code: 'document.encrypted' as const, data: { name } };
      this.change(id, { state: { state: 'failed', error } });
      return;
    }
    const hidden = [{ carrier: 'white-text' as const, chars: 312 }];
    const summary = read.summary && {
      ...read.summary,
      ...(name.includes('hidden') ? { hidden } : {}),
      ...(name.includes('scan') ? { scannedPages: [2, 3] } : {}),
      ...change,
    };
    const isLong = name.includes('long');
    this.change(id, {
      ...read,
      summary,
      ...(isLong ? { textTokens: 81_000, passageCount: 240 } : {}),
    });
  }
}
