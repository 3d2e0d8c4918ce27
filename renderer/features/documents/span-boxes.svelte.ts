import type { AppClient } from '../../../contract/app-contract.ts';
import type { DocumentId } from '../../../contract/documents/documents.ts';
import type { PageBox } from '../../../contract/documents/extracted.ts';
import type { ViewedDocument } from '../../state/document-view.svelte.ts';
import { boxesOf, DocumentText } from './document-text.svelte.ts';

/** Where a part of a passage lies on the pages: its lines are looked up in the document's blocks. */
export class SpanBoxes {
  #boxes = $state.raw<readonly PageBox[]>([]);

  /** Empty until they are found, and where the document does not know them. */
  get boxes(): readonly PageBox[] {
    return this.#boxes;
  }

  /** Looks up a part; the returned function takes that back. */
  look(client: AppClient, id: DocumentId, span: ViewedDocument['span']): () => void {
    let isCurrent = true;
    this.#boxes = [];
    const text = new DocumentText(client, id);
    if (span) {
      void text.show(span).then(() => {
        if (isCurrent) this.#boxes = boxesOf(text.shown, span);
      });
    }
    return () => {
      isCurrent = false;
    };
  }
}
