import { describe, expect, it } from 'vitest';
import type { ConversationSummary } from '../../../contract/app-contract.ts';
import type { ConversationId } from '../../../contract/chat/message.ts';
import { groupRows, neighbourRow } from './group-rows.ts';

const nowMs = new Date(2026, 10, 24, 9, 0).getTime();

function used(id: string, ...date: [number, number, number, number]): ConversationSummary {
  const updatedAtMs = new Date(date[0], date[1], date[2], date[3]).getTime();
  return {
    id: id as ConversationId,
    title: id,
    titleSource: 'first-words',
    createdAtMs: updatedAtMs,
    updatedAtMs,
    isAnswering: false,
  };
}

const conversations = [
  used('now', 2026, 10, 24, 8),
  used('last-night', 2026, 10, 23, 23),
  used('monday', 2026, 10, 20, 12),
  used('a-week-ago', 2026, 10, 17, 0),
  used('before', 2026, 10, 16, 23),
];

function shape(list: ConversationSummary[]): string[] {
  return groupRows(list, nowMs).map((row) =>
    row.kind === 'heading' ? `[${row.age}]` : row.conversation.id,
  );
}

describe('groupRows', () => {
  it('puts a heading before each age by the calendar', () => {
    expect(shape(conversations)).toEqual([
      '[today]',
      'now',
      '[yesterday]',
      'last-night',
      '[week]',
      'monday',
      'a-week-ago',
      '[earlier]',
      'before',
    ]);
  });

  it('shows no heading for an age nothing has', () => {
    expect(shape([used('before', 2026, 0, 1, 1)])).toEqual(['[earlier]', 'before']);
    expect(shape([])).toEqual([]);
  });

  it('counts a clock that was ahead as today', () => {
    expect(shape([used('tomorrow', 2026, 10, 25, 8)])).toEqual(['[today]', 'tomorrow']);
  });
});

describe('neighbourRow', () => {
  const rows = groupRows(conversations, nowMs);

  it('steps over headings', () => {
    expect(neighbourRow(rows, 1, 1)).toBe(3);
    expect(neighbourRow(rows, 3, -1)).toBe(1);
  });

  it('stays at the ends', () => {
    expect(neighbourRow(rows, rows.length - 1, 1)).toBe(rows.length - 1);
    expect(neighbourRow(rows, 1, -1)).toBe(1);
  });
});
