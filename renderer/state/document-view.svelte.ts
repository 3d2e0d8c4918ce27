import type { DocumentId, Passage } from '../../contract/documents/documents.ts';

/** What the document viewer shows. */
export interface ViewedDocument {
  readonly documentId: DocumentId;
  readonly name: string;
  /** What is marked and scrolled to; null shows the beginning. */
  readonly passage: Passage | null;
  /** The part of the passage that is meant, as offsets in the document's text; absent: all of it. */
  readonly span?: { readonly start: number; readonly end: number } | null;
}

/** The one document that is open beside the rooms. */
export class DocumentView {
  #current = $state.raw<ViewedDocument | null>(null);
  #opener: HTMLElement | null = null;

  /** Null while none is open. */
  get current(): ViewedDocument | null {
    return this.#current;
  }

  /** Opens a document, in place of one that is open; what has the focus now gets it back at the end. */
  open(document: ViewedDocument): void {
    if (!this.#current) {
      const { activeElement } = globalThis.document;
      this.#opener = activeElement instanceof HTMLElement ? activeElement : null;
    }
    this.#current = document;
  }

  /** Opens the document of a passage, at the passage or at a part of it. */
  openPassage(passage: Passage, span: ViewedDocument['span'] = null): void {
    this.open({ documentId: passage.documentId, name: passage.documentName, passage, span });
  }

  close(): void {
    if (!this.#current) return;
    this.#current = null;
    if (this.#opener?.isConnected) this.#opener.focus();
    this.#opener = null;
  }
}
