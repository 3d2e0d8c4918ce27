import { expect, it } from 'vitest';
import { read } from '../../../testing/memory-file.ts';
import { pptx, shape } from '../../../testing/office-files.ts';

const drawingTable =
  '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="4" name="t"/></p:nvGraphicFramePr><a:graphic><a:graphicData><a:tbl>' +
  '<a:tr><a:tc><a:txBody><a:p><a:r><a:t>Year</a:t></a:r></a:p></a:txBody></a:tc><a:tc><a:txBody><a:p><a:r><a:t>Sum</a:t></a:r></a:p></a:txBody></a:tc></a:tr>' +
  '<a:tr><a:tc><a:txBody><a:p><a:r><a:t>2026</a:t></a:r></a:p></a:txBody></a:tc><a:tc><a:txBody><a:p><a:r><a:t>5</a:t></a:r></a:p></a:txBody></a:tc></a:tr>' +
  '</a:tbl></a:graphicData></a:graphic></p:graphicFrame>';
const bullets =
  '<p:sp><p:nvSpPr><p:cNvPr id="3" name="b"/></p:nvSpPr><p:spPr/><p:txBody>' +
  '<a:p><a:pPr><a:buChar char="•"/></a:pPr><a:r><a:t>outer</a:t></a:r></a:p>' +
  '<a:p><a:pPr lvl="1"/><a:r><a:t>inner</a:t></a:r><a:br/><a:r><a:t>goes on</a:t></a:r></a:p></p:txBody></p:sp>';

it('slides come in the order they are shown, with titles, lists, tables and their number as page', async () => {
  const { blocks, summary } = await read(
    pptx({
      slides: [
        {
          shapes:
            shape(['Plan'], { placeholder: 'title' }) +
            bullets +
            shape(['3'], { placeholder: 'sldNum' }),
        },
        { shapes: shape(['Figures'], { placeholder: 'ctrTitle' }) + drawingTable },
      ],
    }),
  );
  expect(blocks).toEqual([
    { kind: 'heading', level: 2, text: 'Plan', page: 1 },
    { kind: 'list-item', text: '- outer', page: 1 },
    { kind: 'list-item', text: '  - inner\ngoes on', page: 1 },
    { kind: 'heading', level: 2, text: 'Figures', page: 2 },
    { kind: 'table', text: '| Year | Sum |\n| --- | --- |\n| 2026 | 5 |', page: 2 },
  ]);
  expect(summary).toMatchObject({ format: 'pptx', pageCount: 2, hidden: [] });
});

it('diagrams are read, and a slide that is missing is told of', async () => {
  const data =
    '<dgm:dataModel xmlns:dgm="x" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:pt><a:p><a:r><a:t>Step one</a:t></a:r></a:p></dgm:pt></dgm:dataModel>';
  const whole = pptx({
    slides: [{ shapes: shape(['Text']), links: [['d', 'diagramData', '../diagrams/data1.xml']] }],
    parts: { 'ppt/diagrams/data1.xml': data },
  });
  expect((await read(whole)).text).toBe('Text\n\nStep one');
});
