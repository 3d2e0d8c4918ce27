import type { ConversationSummary } from '../../../contract/app-contract.ts';
import { calendarDaysBetween } from '../../messages/format.ts';

/** When a conversation was last used, as the sidebar groups it. */
export type Age = 'today' | 'yesterday' | 'week' | 'earlier';

/** A line of the sidebar. */
export type SidebarRow =
  | { readonly kind: 'heading'; readonly key: string; readonly age: Age }
  | {
      readonly kind: 'conversation';
      readonly key: string;
      readonly conversation: ConversationSummary;
    };

function ageOf(timeMs: number, nowMs: number): Age {
  const days = calendarDaysBetween(timeMs, nowMs);
  if (days <= 0) return 'today';
  if (days === 1) return 'yesterday';
  return days <= 7 ? 'week' : 'earlier';
}

/** The lines for conversations sorted by last use, newest first: a heading before each age that occurs. */
export function groupRows(
  conversations: readonly ConversationSummary[],
  nowMs: number,
): SidebarRow[] {
  const rows: SidebarRow[] = [];
  let last: Age | undefined;
  for (const conversation of conversations) {
    const age = ageOf(conversation.updatedAtMs, nowMs);
    if (age !== last) rows.push({ kind: 'heading', key: `age-${age}`, age });
    last = age;
    rows.push({ kind: 'conversation', key: conversation.id, conversation });
  }
  return rows;
}

/**
 * The conversation line that a key leads to from `index`: the next one in direction `step`, past headings.
 * `index` itself where there is none.
 */
export function neighbourRow(rows: readonly SidebarRow[], index: number, step: 1 | -1): number {
  for (let at = index + step; at >= 0 && at < rows.length; at += step) {
    if (rows[at]?.kind === 'conversation') return at;
  }
  return index;
}
