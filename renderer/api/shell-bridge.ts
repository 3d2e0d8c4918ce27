import type { FileRef } from '../../contract/models/models.ts';
import type { Port } from '../../contract/rpc/port.ts';
import type { ReferOptions } from '../state/app-link.ts';

/** What differs between the shells, seen from the window. */
export interface ShellBridge {
  /** A new port to the app. @throws AppError `connection.lost` when it is not there */
  open(): Promise<Port>;
  /** @throws AppError `file.not-found`, `storage.full`, `storage.failed`, `connection.lost` */
  refer(file: File, options: ReferOptions): Promise<FileRef>;
}
