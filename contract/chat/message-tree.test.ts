import { describe, expect, test } from 'vitest';
import { appendText, type MessageId, textOf } from './message.ts';
import { childrenOf, newestLeafUnder, pathTo, siblingsOf } from './message-tree.ts';

const id = (name: string): MessageId => name as MessageId;
const node = (name: string, parent: string | null, sequence: number) => ({
  id: id(name),
  parentId: parent === null ? null : id(parent),
  sequence,
});

/** q1 ─ a1 ─ q2 ─ a3, with a2 beside a1, and q1' beside q1. */
const tree = [
  node("q1'", null, 5),
  node('q1', null, 0),
  node('a1', 'q1', 1),
  node('q2', 'a1', 3),
  node('a2', 'q1', 2),
  node('a3', 'q2', 4),
];
const named = (name: string) => {
  const found = tree.find((candidate) => candidate.id === name);
  if (!found) throw new Error(name);
  return found;
};
const names = (nodes: { id: MessageId }[]) => nodes.map((each) => each.id);

describe('the message tree', () => {
  test('lists children in the order they were written, whatever order they came in', () => {
    expect(names(childrenOf(tree, null))).toEqual(['q1', "q1'"]);
    expect(names(childrenOf(tree, id('q1')))).toEqual(['a1', 'a2']);
    expect(childrenOf(tree, id('a3'))).toEqual([]);
  });

  test('counts a message among its own siblings', () => {
    expect(names(siblingsOf(tree, named('a2')))).toEqual(['a1', 'a2']);
  });

  test('reads a path from the root to a leaf', () => {
    expect(names(pathTo(tree, id('a3')))).toEqual(['q1', 'a1', 'q2', 'a3']);
    expect(names(pathTo(tree, id("q1'")))).toEqual(["q1'"]);
  });

  test('gives no path for nothing and for what is not there', () => {
    expect(pathTo(tree, null)).toEqual([]);
    expect(pathTo(tree, id('gone'))).toEqual([]);
  });

  test('ends on a parent that is missing, and on a ring', () => {
    expect(names(pathTo([node('x', 'gone', 0)], id('x')))).toEqual(['x']);
    const ring = [node('x', 'y', 0), node('y', 'x', 1)];
    expect(names(pathTo(ring, id('x')))).toEqual(['y', 'x']);
  });

  test('shows a branch down to its newest leaf', () => {
    expect(newestLeafUnder(tree, id('a1'))).toBe('a3');
    expect(newestLeafUnder(tree, id('q1'))).toBe('a2');
    expect(newestLeafUnder(tree, id('a2'))).toBe('a2');
  });
});

describe('the parts of a message', () => {
  test('grow while the kind stays, and open anew when it changes', () => {
    let parts = appendText([], 'reasoning', 'hm');
    parts = appendText(parts, 'reasoning', 'm');
    parts = appendText(parts, 'text', 'Hello');
    parts = appendText(parts, 'text', '');
    expect(parts).toEqual([
      { type: 'reasoning', text: 'hmm' },
      { type: 'text', text: 'Hello' },
    ]);
    expect(textOf({ parts })).toBe('Hello');
  });

  test('are never changed in place', () => {
    const before = appendText([], 'text', 'a');
    appendText(before, 'text', 'b');
    expect(before).toEqual([{ type: 'text', text: 'a' }]);
  });
});
