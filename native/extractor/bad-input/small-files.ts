import {
  chapter,
  docx,
  epub,
  paragraph,
  pptx,
  run,
  shape,
  sheetRows,
  wordTable,
  xlsx,
} from '../testing/office-files.ts';

const page = chapter('<h1>One</h1><p>Shown text</p>');

/** A small file of each kind, for what is done to files as such. */
export const smallFiles: Readonly<Record<string, () => Buffer>> = {
  'a.docx': () =>
    docx({
      body:
        paragraph(run('Shown text')) +
        wordTable([
          ['a', 'b'],
          ['c', 'd'],
        ]),
    }),
  'a.xlsx': () =>
    xlsx({
      sheets: [
        {
          name: 'A',
          xml: sheetRows([
            ['Shown text', 1],
            ['b', 2],
          ]),
        },
      ],
    }),
  'a.pptx': () =>
    pptx({
      slides: [{ shapes: shape(['Shown text'], { placeholder: 'title' }), notes: shape(['n']) }],
    }),
  'a.epub': () => epub({ chapters: { 'a.xhtml': page } }),
};
