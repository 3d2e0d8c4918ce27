import type {
  ExtractorClient,
  ForbiddenAct,
  OcrLanguage,
  ReaderModule,
  Restrictions,
} from '../../contract/extractor-contract.ts';

/** A file for a process of its own. */
export interface FileToOpen {
  /** Absolute; of our own copy. */
  readonly path: string;
  /** As the person's file is called. */
  readonly name: string;
  /** Loaded before the process restricts itself; nothing can be after. */
  readonly modules: readonly ReaderModule[];
  /** For recognition, else empty. */
  readonly languages: readonly OcrLanguage[];
  /** The person lets it take longer than usual. */
  readonly isPatient: boolean;
  /** Nobody waits for it: it goes behind what a person waits for, one at a time. False where not given. */
  readonly isInBackground?: boolean;
}

/** A file that a process has open. */
export interface OpenedFile {
  /**
   * Answers are parsed against the contract but say whatever a hostile file made of them. When the process
   * ends, what is asked rejects with AppError `document.too-slow`, `document.too-heavy` or `extractor.crashed`.
   */
  readonly file: ExtractorClient['file'];
  /** Ends the process; what is still asked rejects as cancelled. */
  close(): Promise<void>;
}

/** Where foreign files are read: a disposable process for each. */
export interface Extractor {
  /**
   * Starts a process for the file. It ends by `close`, by `signal`, or by itself at a limit.
   * @throws AppError `extractor.unavailable`, `extractor.crashed`, `file.not-found`
   */
  open(file: FileToOpen, signal?: AbortSignal): Promise<OpenedFile>;
  /** What holds such a process, and which forbidden acts it refused; tried once, then remembered. */
  sandbox(): Promise<{
    restrictions: Restrictions | null;
    acts: readonly { act: ForbiddenAct; isRefused: boolean }[];
  }>;
}
