/** New ids: sortable by the time they were made, unguessable, at most 64 characters. */
export interface Ids {
  next(): string;
}
