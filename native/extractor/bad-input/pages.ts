import { chapter, epub } from '../testing/office-files.ts';
import type { BadInput, BadRow } from './bad-input.ts';
import { laughs, xxe } from './entities.ts';

/** What no text may hold: a script's words would be code that got out. */
const inScript = 'stolen()';

const page = (name: string, html: string, more: Partial<BadInput> = {}): BadInput => ({
  name,
  file: 'a.html',
  make: () => `<!doctype html><body><p>Shown text</p>${html}`,
  format: 'html',
  holds: 'Shown text',
  lacks: inScript,
  ...more,
});
const inBook = (name: string, svg: string, more: Partial<BadInput> = {}): BadInput => ({
  name,
  file: 'a.epub',
  make: () => epub({ chapters: { 'a.xhtml': chapter(`<p>Shown text</p>${svg}`) } }),
  format: 'epub',
  holds: 'Shown text',
  lacks: inScript,
  ...more,
});
const drawing = (inside: string, attributes = ''): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inside}</svg>`;

/** Row 12: drawings that do more than draw. */
export const drawings: BadRow = [
  page('a script', drawing('<script>stolen()</script><text>Drawn</text>'), { holds: 'Drawn' }),
  page('a script in a CDATA section', drawing('<script><![CDATA[stolen()]]></script>')),
  page('a handler', drawing('<rect/>', 'onload="stolen()"')),
  page('an animation that begins', drawing('<animate onbegin="stolen()" attributeName="x"/>')),
  page(
    'HTML in a drawing',
    drawing('<foreignObject><p>Inner</p><script>stolen()</script></foreignObject>'),
    { holds: 'Inner' },
  ),
  page('a picture of this machine', drawing('<image xlink:href="file:///etc/passwd"/>'), {
    lacks: 'root:',
  }),
  page('a use from elsewhere', drawing('<use xlink:href="http://127.0.0.1:9/x.svg#a"/>')),
  page(
    'a style that imports',
    drawing('<style>@import url(http://127.0.0.1:9/x.css); stolen()</style>'),
  ),
  page('a link to code', drawing('<a xlink:href="javascript:stolen()"><text>Link</text></a>'), {
    holds: 'Link',
  }),
  page('drawings 3,000 deep', '<svg>'.repeat(3000)),
  page('drawings 60,000 deep', '<svg>'.repeat(60_000)),
  page(
    'a drawing as an address',
    `<img src="data:image/svg+xml,${encodeURIComponent(drawing('<script>stolen()</script>'))}">`,
  ),
  inBook('a script in a book', drawing('<script>stolen()</script>')),
  inBook(
    'HTML in a drawing in a book',
    drawing(
      '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script>stolen()</script>Inner</body></foreignObject>',
    ),
    { holds: 'Inner' },
  ),
  {
    name: 'laughs in a drawing of a book',
    file: 'a.epub',
    make: () =>
      epub({
        chapters: {
          'a.xhtml': `${laughs}<svg xmlns="http://www.w3.org/2000/svg"><text>&a20;Shown text</text></svg>`,
        },
      }),
    format: 'epub',
    holds: 'Shown text',
  },
  {
    name: 'a drawing by itself',
    file: 'a.svg',
    make: () => `<?xml version="1.0"?>${drawing('<script>stolen()</script>')}`,
    format: 'code',
  },
  {
    name: 'a drawing with an external entity',
    file: 'a.svg',
    make: () => `${xxe}${drawing('<text>&e;</text>')}`,
    format: 'code',
    lacks: 'root:',
  },
];

/** Row 13: markup that changes when it is parsed twice, as sanitisers are tested with. */
export const mutations: BadRow = [
  page('style in a mglyph', '<math><mtext><table><mglyph><style><img src=x onerror=stolen()>'),
  page(
    'style in a malignmark',
    '<math><mtext><table><malignmark><style><!--</style><img title="--&gt;&lt;img src=1 onerror=stolen()&gt;">',
  ),
  page('style in a drawing', '<svg></p><style><a id="</style><img src=1 onerror=stolen()>">'),
  page(
    'title in a drawing',
    '<svg><title><style><img src=x onerror="stolen()"></style></title></svg>',
  ),
  page(
    'noscript with an attribute that closes it',
    '<noscript><p title="</noscript><img src=x onerror=stolen()>"></noscript>',
  ),
  page(
    'textarea with an attribute that closes it',
    '<textarea><p title="</textarea><img src=x onerror=stolen()>">',
  ),
  page(
    'template in a select',
    '<select><template><style><a title="</style><script>stolen()</script>"></template></select>',
  ),
  page(
    'forms in forms',
    '<form><div></form><form><input name=parentNode onfocus=stolen()></form></div></form>',
  ),
  page(
    'annotation that is HTML',
    '<math><annotation-xml encoding="text/html"><style><img src onerror=stolen()></style></annotation-xml></math>',
  ),
  page(
    'table that throws its text out',
    '<table><a href="javascript:stolen()"><tr><td>Cell</td></tr></a></table>',
    { holds: 'Cell' },
  ),
  page('comment that closes early', '<!--><img src onerror=stolen()>-->'),
  page('comment that closes oddly', '<!-- --!><script>stolen()</script> -->'),
  page('iframe with a page inside', '<iframe srcdoc="<script>stolen()</script>"></iframe>'),
  page(
    'a root of its own in a template',
    '<div><template shadowrootmode=open><script>stolen()</script><p>Inner</p></template></div>',
    { holds: 'Inner' },
  ),
];

/** Row 14: what tests of HTML parsers are full of. */
export const oddPages: BadRow = [
  page('a tag that never ends', '<a href="x'),
  page('a comment that never ends', '<!-- x'),
  page('a script that never ends', '<script>stolen()'),
  page('a title that never ends', '</body></html><title>x'),
  page('attributes without sense', '<p a=b"c \'d" =e ==f / / g<h>Inner</p>', { holds: 'Inner' }),
  page('zeroes', '<p>a\u0000b</p><scr\u0000ipt>x</script>'),
  page(
    'references beyond Unicode',
    '<p>&#x110000; &#0; &#xD800; &#128; &#99999999999; &notit; &amp</p>',
  ),
  page('marks that overlap', '<b>1<i>2<p>3</b>4</i>5</p><a>6<div>7<a>8'),
  page('text where a table has none', '<table>one<tr>two<td>three</table>', { holds: 'one' }),
  page('a frame set', '<frameset><frame src=x><noframes>Inner</noframes></frameset>'),
  page('plain text to the end', '<plaintext></plaintext><b>Bold</b>', { holds: '<b>Bold</b>' }),
  page('CDATA in HTML and in a drawing', '<![CDATA[x]]><svg><![CDATA[Inner <b>]]></svg>', {
    holds: 'Inner <b>',
  }),
  page('elements 100,000 deep', '<div>'.repeat(100_000)),
  page('lists 20,000 deep', '<ul><li>'.repeat(20_000)),
  page('tables 3,000 deep', '<table><tr><td>'.repeat(3000)),
  page(
    '100,000 marks that are never closed',
    Array.from({ length: 100_000 }, (_, at) => `<b id=${at}>`).join(''),
  ),
  page('10,000 open marks and paragraphs', '<p><b id=a><i><u>'.repeat(10_000)),
  page('200,000 closing tags', '</p></b></table></div>'.repeat(50_000)),
  page('a cell of a million characters', `<table><tr><td>${'word '.repeat(200_000)}</table>`),
  page(
    'a sheet of 30,000 rules and 20,000 elements that they might be for',
    `<style>${Array.from({ length: 30_000 }, (_, at) => `.a .b${at % 50}{display:none}`).join('')}</style>${'<i class="b1 b2 b3">x</i>'.repeat(20_000)}`,
  ),
  page('20,000 columns', `<table><tr>${'<td>x'.repeat(20_000)}</table>`),
  page(
    'a table of a million columns, it says',
    '<table><tr><td colspan=1000000>x<td rowspan=99999999>y</table>',
  ),
  page('an option in an option in a select', '<select><option>1<optgroup><option>2<select>3'),
  { name: 'only a doctype', file: 'a.html', make: () => '<!doctype html>', format: 'html' },
  { name: 'an empty page', file: 'a.html', make: () => '', format: 'html' },
];

const code = (written: string): string => `<p>Inner</p>${written}`;

/** Row 15: what sheets of attacks list. */
export const attacks: BadRow = [
  page('a link to code', code('<a href="javascript:stolen()">Link</a>')),
  page('a link to code with a tab in it', code('<a href="java\tscript:stolen()">Link</a>')),
  page('a link to code in references', code('<a href="&#106;avascript:stolen()">Link</a>')),
  page(
    'a link to code as data',
    code('<a href="data:text/html,<script>stolen()</script>">Link</a>'),
  ),
  page('a picture that fails', code('<img src=x onerror=stolen()>')),
  page('a picture without blanks', code('<img/src/onerror=stolen()>')),
  page('a body that loads', code('<body onload=stolen()>')),
  page('an input that is focused', code('<input autofocus onfocus=stolen()>')),
  page('details that open', code('<details open ontoggle=stolen()>x</details>')),
  page('a video whose source fails', code('<video><source onerror="stolen()"></video>')),
  page('a marquee that starts', code('<marquee onstart=stolen()>x</marquee>')),
  page('an object of code', code('<object data="javascript:stolen()"></object>')),
  page('an embedded page', code('<embed src="data:text/html,stolen()">')),
  page('a refresh', code('<meta http-equiv=refresh content="0;url=javascript:stolen()">')),
  page('a base elsewhere', code('<base href="javascript:stolen()//">')),
  page('a style that runs', code('<div style="width:expression(stolen())">x</div>')),
  page('a script in capitals with blanks', code('<ScRiPt >stolen()</ScRiPt >')),
  page('a script in a script', code('<script><script>stolen()</script>ipt>x</script>')),
  page('a script from a server', code('<script src=//127.0.0.1:9/x.js></script>')),
  page(
    'a script as an import map',
    code('<script type=importmap>{"imports":{"x":"stolen()"}}</script>'),
  ),
];
