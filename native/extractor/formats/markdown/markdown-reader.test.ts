import { expect, it } from 'vitest';
import type { Block } from '../../../../contract/documents/extracted.ts';
import { read } from '../../testing/memory-file.ts';

const cases: ReadonlyArray<readonly [name: string, text: string, blocks: Block[]]> = [
  [
    'headings of both kinds',
    '# One #\n\nTwo\n===\n\nThree\n---\n\n####### seven',
    [
      { kind: 'heading', level: 1, text: 'One' },
      { kind: 'heading', level: 1, text: 'Two' },
      { kind: 'heading', level: 2, text: 'Three' },
      { kind: 'paragraph', text: '####### seven' },
    ],
  ],
  [
    'paragraphs with marks, entities and generics',
    'a **b** [c](d)\nnext & `x < y`, List<String> <b>bold</b>',
    [{ kind: 'paragraph', text: 'a **b** [c](d) next & `x < y`, List<String> bold' }],
  ],
  [
    'lists in lists',
    '- a\n- b\n  - c\n    goes on\n\n  more of b\n1. d\n2. e\n',
    [
      { kind: 'list-item', text: '- a' },
      { kind: 'list-item', text: '- b' },
      { kind: 'list-item', text: '  - c goes on' },
      { kind: 'paragraph', text: 'more of b' },
      { kind: 'list-item', text: '1. d' },
      { kind: 'list-item', text: '2. e' },
    ],
  ],
  [
    'quotes',
    '> one\n> two\n> > three\n\nafter',
    [
      { kind: 'quote', text: 'one two' },
      { kind: 'quote', text: 'three' },
      { kind: 'paragraph', text: 'after' },
    ],
  ],
  [
    'fences and code by indent',
    '```js\nif (a < b) {\n\n  c;\n}\n```\n\n    four\n      six\n\n~~~\n```\n~~~',
    [
      { kind: 'code', text: 'if (a < b) {\n\n  c;\n}' },
      { kind: 'code', text: 'four\n  six' },
      { kind: 'code', text: '```' },
    ],
  ],
  [
    'tables',
    '| A | B |\n|---|:-:|\n| 1 \\| 2 | `a|b` |\n| 3 |\n\nend',
    [
      { kind: 'table', text: '| A | B |\n| --- | --- |\n| 1 \\| 2 | `a\\|b` |\n| 3 |  |' },
      { kind: 'paragraph', text: 'end' },
    ],
  ],
  [
    'front matter and rules',
    '---\ntitle: x\n---\n\ntext\n\n***\n\nend',
    [
      { kind: 'code', text: 'title: x' },
      { kind: 'paragraph', text: 'text' },
      { kind: 'paragraph', text: 'end' },
    ],
  ],
  [
    'elements',
    '<details>\n<summary>More</summary>\n\n**inner**\n\n</details>\n\n<table><tr><td>x</table>\n',
    [
      { kind: 'paragraph', text: 'More' },
      { kind: 'paragraph', text: '**inner**' },
      { kind: 'table', text: '| x |\n| --- |' },
    ],
  ],
];

it.each(cases)('reads %s', async (_, text, blocks) => {
  expect((await read(text, 'a.md')).blocks).toEqual(blocks);
});

it('code holds comments as text and hides nothing', async () => {
  const { text, summary } = await read('```\n<!-- shown -->\n```\n\n`<!-- too -->`', 'a.md');
  expect(text).toBe('<!-- shown -->\n\n`<!-- too -->`');
  expect(summary.hidden).toEqual([]);
});
