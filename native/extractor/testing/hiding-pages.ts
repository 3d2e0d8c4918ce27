import { chapter, epub } from './office-files.ts';
import { type HidingSample, open, page, secret } from './sample-parts.ts';

const styled = (style: string): string => `<p>${open}</p><p style="${style}">${secret}</p>`;

/** Pages, Markdown and books with text that cannot be seen. */
export const hidingPages: readonly HidingSample[] = [
  ['comment in a page', 'html-comment', page(`<p>${open}<!-- ${secret} --></p>`), 'a.html'],
  ['display none', 'html-hidden', page(styled('display:none')), 'a.html'],
  ['visibility hidden', 'html-hidden', page(styled('visibility: hidden !important')), 'a.html'],
  ['no opacity', 'html-hidden', page(styled('opacity:0')), 'a.html'],
  [
    'hidden attribute',
    'html-hidden',
    page(`<p>${open}</p><div hidden><p>${secret}</p></div>`),
    'a.html',
  ],
  [
    'template',
    'html-hidden',
    page(`<p>${open}</p><template><p>${secret}</p></template>`),
    'a.html',
  ],
  [
    'noscript',
    'html-hidden',
    page(`<p>${open}</p><noscript><p>${secret}</p></noscript>`),
    'a.html',
  ],
  [
    'dialog that is not open',
    'html-hidden',
    page(`<p>${open}</p><dialog>${secret}</dialog>`),
    'a.html',
  ],
  ['clipped box', 'html-hidden', page(styled('position:absolute;clip:rect(0,0,0,0)')), 'a.html'],
  ['box without height', 'html-hidden', page(styled('height:0;overflow:hidden')), 'a.html'],
  [
    'class of a sheet',
    'html-hidden',
    page(`<p>${open}</p><p class="a b">${secret}</p>`, '<style>.x,.b{display:none}</style>'),
    'a.html',
  ],
  [
    'sheet after what it hides',
    'html-hidden',
    page(`<p>${open}</p><p class="b">${secret}</p><style>p.b{display:none}</style>`),
    'a.html',
  ],
  [
    'sheet with an ancestor',
    'html-hidden',
    page(
      `<p>${open}</p><div id="q"><section><i class="b">${secret}</i></section></div>`,
      '<style>@media screen{#q .b{visibility:hidden}}</style>',
    ),
    'a.html',
  ],
  ['no font size', 'zero-size-text', page(styled('font-size:0')), 'a.html'],
  ['font of a pixel', 'zero-size-text', page(styled('font: 1px/1 serif')), 'a.html'],
  ['white on white', 'white-text', page(styled('color:#fff')), 'a.html'],
  [
    'colour of its ground',
    'white-text',
    page(styled('color:rgb(10, 20, 30);background:#0a141e')),
    'a.html',
  ],
  ['clear colour', 'white-text', page(styled('color:transparent')), 'a.html'],
  [
    'old white font',
    'white-text',
    page(`<p>${open}</p><font color="white">${secret}</font>`),
    'a.html',
  ],
  ['far to the left', 'off-page-text', page(styled('position:absolute;left:-9999px')), 'a.html'],
  ['far indent', 'off-page-text', page(styled('text-indent:-5000px')), 'a.html'],
  ['comment in Markdown', 'html-comment', `# ${open}\n\n<!--\n${secret}\n-->\n`, 'a.md'],
  [
    'hidden element in Markdown',
    'html-hidden',
    `# ${open}\n\n<div style="display:none">\n\n${secret}\n\n</div>\n\nThe end`,
    'a.md',
  ],
  ['link that is a comment', 'html-comment', `# ${open}\n\n[//]: # (${secret})\n`, 'a.md'],
  [
    'hidden in a book',
    'epub-hidden',
    epub({ chapters: { 'a.xhtml': chapter(styled('display:none')) } }),
    'a.epub',
  ],
  [
    'hidden by a sheet of a book',
    'epub-hidden',
    epub({
      chapters: {
        'a.xhtml': chapter(
          `<p>${open}</p><p class="z">${secret}</p>`,
          '<link rel="stylesheet" href="css/s.css"/>',
        ),
      },
      parts: { 'OPS/css/s.css': '.z { display: none }' },
    }),
    'a.epub',
  ],
  [
    'page of a book that is nowhere in it',
    'epub-hidden',
    epub({
      chapters: { 'a.xhtml': chapter(`<p>${open}</p>`) },
      manifest: '<item id="x" href="x.xhtml" media-type="application/xhtml+xml"/>',
      parts: { 'OPS/x.xhtml': chapter(`<p>${secret}</p>`) },
    }),
    'a.epub',
  ],
];
