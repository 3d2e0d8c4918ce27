import type { DocumentId, Passage } from '../../contract/documents/documents.ts';

/** What the document viewer shows. */
export interface ViewedDocument {
  readonly documentId: DocumentId;
  readonly name: string;
  /** What is marked and scrolled to; null shows the beginning. */
  readonly passage: Passage | null;
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

  /** Opens the document of a passage, at the passage. */
  openPassage(passage: Passage): void {
    this.open({ documentId: passage.documentId, name: passage.documentName, passage });
  }

  close(): void {
    if (!this.#current) return;
    this.#current = null;
    if (this.#opener?.isConnected) this.#opener.focus();
    this.#opener = null;
  }
}
