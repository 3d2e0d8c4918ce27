import createMarkdown, { type Env, type MarkdownIt, type Token } from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { findCitations } from '../../contract/chat/citations.ts';
import { hostOf, isOpenable } from './link-policy.ts';

/** Longest run of text (one paragraph, one cell) that is read as Markdown; a longer one is shown as it is. */
export const maxInlineChars = 30_000;
const maxHeadingLevel = 6;
const taskMark = /^\[([ xX])\] /u;

const languageClassShape = /^language-([a-z0-9+#._-]{1,32})$/u;

function languageClass(info: string): string {
  const name = `language-${languageOfInfo(info)}`;
  return languageClassShape.test(name) ? ` class="${name}"` : '';
}

/** The language that stands after a fence, lower case; empty when none does. */
export function languageOfInfo(info: string): string {
  return (info.trim().split(/\s+/u)[0] ?? '').toLowerCase();
}

/** The language that a class of our own names; empty for any other. */
export function languageOfClass(name: string): string {
  return languageClassShape.exec(name)?.[1] ?? '';
}

/** What parsing carries from block to block of one text: the link definitions so far. */
export interface ParseState extends Env {
  references: Record<string, { href: string; title: string }>;
}

/**
 * Gives headings their place in the page: an answer's begin below the page's own and never skip a level,
 * whatever was written. `open` are the written levels that are open here; it is brought up to date.
 */
export function adjustHeadings(tokens: readonly Token[], open: number[]): void {
  let tag = '';
  for (const token of tokens) {
    if (token.type === 'heading_open') {
      const level = Number(token.tag.slice(1));
      while ((open.at(-1) ?? 0) >= level) open.pop();
      open.push(level);
      tag = `h${Math.min(open.length + 1, maxHeadingLevel)}`;
      token.attrSet('class', `md-${token.tag}`);
      token.tag = tag;
    } else if (token.type === 'heading_close') token.tag = tag;
  }
}

function adjustTasks(tokens: readonly Token[]): void {
  for (const [index, token] of tokens.entries()) {
    const isFirstInItem = tokens[index - 2]?.type === 'list_item_open';
    const first = token.children?.[0];
    if (token.type !== 'inline' || !isFirstInItem || first?.type !== 'text') continue;
    const mark = taskMark.exec(first.content);
    if (!mark) continue;
    first.content = `${mark[1] === ' ' ? '☐' : '☑'} ${first.content.slice(mark[0].length)}`;
    tokens[index - 2]?.attrSet('class', 'md-task');
  }
}

/** Takes the citations out of a run of text, as tokens of their own. */
function citesIn(token: Token, make: (type: string) => Token): Token[] {
  const pieces: Token[] = [];
  let end = 0;
  const add = (type: string, content: string): void => {
    const piece = make(type);
    piece.content = content;
    if (content !== '') pieces.push(piece);
  };
  for (const mark of findCitations(token.content)) {
    // The numbers of one mark share their place.
    if (mark.start < end) continue;
    add('text', token.content.slice(end, mark.start));
    add('cite', token.content.slice(mark.start, mark.end));
    end = mark.end;
  }
  if (end === 0) return [token];
  add('text', token.content.slice(end));
  return pieces;
}

function adjustCites(tokens: readonly Token[], make: (type: string) => Token): void {
  for (const token of tokens) {
    if (token.type !== 'inline' || !token.children) continue;
    let links = 0;
    token.children = token.children.flatMap((child) => {
      if (child.type === 'link_open') links += 1;
      if (child.type === 'link_close') links -= 1;
      return child.type === 'text' && links === 0 ? citesIn(child, make) : [child];
    });
  }
}

function build(): MarkdownIt {
  const md = createMarkdown({ html: false, linkify: true, breaks: false });
  md.use(cjkFriendly);
  // Only addresses written in full: a bare "report.pdf" is no link.
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  md.validateLink = isOpenable;
  md.core.ruler.before('inline', 'parley_limits', (state) => {
    for (const token of state.tokens) {
      if (token.type === 'inline' && token.content.length > maxInlineChars) {
        const text = new state.Token('text', '', 0);
        text.content = token.content;
        token.type = 'plain';
        token.children = [text];
      }
    }
  });
  md.core.ruler.push('parley_tasks', (state) => adjustTasks(state.tokens));
  md.core.ruler.push('parley_cites', (state) =>
    adjustCites(state.tokens, (type) => new state.Token(type, '', 0)),
  );
  const { escapeHtml } = md.utils;
  const { rules } = md.renderer;
  rules['plain'] = (tokens, index) => escapeHtml(tokens[index]?.content ?? '');
  rules['cite'] = (tokens, index) =>
    `<span class="md-cite">${escapeHtml(tokens[index]?.content ?? '')}</span>`;
  rules['image'] = (tokens, index, options, env, renderer) => {
    const token = tokens[index];
    if (!token) return '';
    const alt = renderer.renderInlineAsText(token.children ?? [], options, env);
    const host = hostOf(String(token.attrGet('src') ?? ''));
    const label = [alt, host].filter((word) => word !== '').join(' · ');
    return `<span class="md-image">${escapeHtml(label)}</span>`;
  };
  rules['fence'] = (tokens, index) =>
    `<pre class="md-pre"><code${languageClass(tokens[index]?.info ?? '')}>${escapeHtml(tokens[index]?.content ?? '')}</code></pre>\n`;
  rules['code_block'] = rules['fence'];
  rules['table_open'] = () => '<div class="md-table"><table>\n';
  rules['table_close'] = () => '</table></div>\n';
  for (const cell of ['th_open', 'td_open']) {
    rules[cell] = (tokens, index, options, _env, renderer) => {
      const token = tokens[index];
      if (!token) return '';
      const align = /text-align:(left|center|right)/u.exec(
        String(token.attrGet('style') ?? ''),
      )?.[1];
      token.attrs = align ? [['class', `md-${align}`]] : null;
      return renderer.renderToken(tokens, index, options);
    };
  }
  return md;
}

/** The one Markdown reader: GFM tables and strikethrough, links, emphasis that works in Chinese; no HTML. */
export const markdown: MarkdownIt = build();

/** The classes that our own rules give; a sanitiser lets no other through. */
export const markdownClasses: ReadonlySet<string> = new Set([
  ...[1, 2, 3, 4, 5, 6].map((level) => `md-h${level}`),
  ...['md-task', 'md-cite', 'md-image', 'md-pre', 'md-table', 'md-left', 'md-center', 'md-right'],
]);
