import type { AppClient } from '../../contract/app-contract.ts';
import type { AppLink } from './app-link.ts';
import { DocumentView } from './document-view.svelte.ts';
import { DocumentsStore } from './documents-store.svelte.ts';
import { IncomingFiles } from './incoming-files.svelte.ts';
import { KnowledgeStore } from './knowledge-store.svelte.ts';

/** Everything about files: what is known of them, where dropped ones go, and which one lies open. */
export class Desk {
  readonly link: Pick<AppLink, 'refer'>;
  readonly client: AppClient;
  readonly documents: DocumentsStore;
  readonly knowledge: KnowledgeStore;
  readonly view = new DocumentView();
  readonly incoming = new IncomingFiles();

  constructor(link: Pick<AppLink, 'client' | 'refer'>) {
    this.link = link;
    this.client = link.client;
    this.documents = new DocumentsStore(link.client);
    this.knowledge = new KnowledgeStore(link.client);
  }

  /** Follows changes until the returned function is called. */
  follow(): () => void {
    const leaves = [this.documents.follow(), this.knowledge.follow()];
    return () => {
      for (const leave of leaves) leave();
    };
  }
}
