import type { Block, HiddenCarrier } from '../../../../contract/documents/extracted.ts';
import type { LeftOutCounts } from '../raw-reader.ts';
import type { StyleSheet } from './css-rules.ts';
import { HtmlFlow } from './html-flow.ts';
import { type HtmlNode, type HtmlSink, HtmlStream, NestsTooDeep } from './html-tree.ts';
import { type Appearance, appearanceOf, carrierOf, plainAppearance } from './seen.ts';

export interface HtmlPageOptions {
  leftOut: LeftOutCounts;
  /** Styles that are known before the page is read. */
  styles: StyleSheet;
  part?: string;
  /** The sheets that it links to are in `styles` already. */
  hasLinkedStyles?: boolean;
  /** What text is called that the page itself hides. */
  hiddenAs?: HiddenCarrier;
}

/** No text of the page in any program that shows it. */
const dropped: ReadonlySet<string> = new Set([
  'script',
  'style',
  'rp',
  'head',
  'metadata',
  'desc',
  'xml',
]);
/** Text that a program which shows pages keeps for one that cannot. */
const unseenTags: ReadonlySet<string> = new Set(
  'noscript noframes noembed iframe template datalist audio video canvas defs'.split(' '),
);
const maxTitleChars = 500;

/**
 * The text of a page, as blocks. Scripts, styles and addresses are not text; nothing is run, fetched or passed on as
 * markup.
 */
export class HtmlPage implements HtmlSink {
  readonly #options: HtmlPageOptions;
  readonly #flow: HtmlFlow;
  readonly #stream: HtmlStream;
  #title: string[] = [];
  #isDone = false;

  constructor(options: HtmlPageOptions) {
    this.#options = options;
    this.#flow = new HtmlFlow(options.part === undefined ? {} : { part: options.part });
    this.#stream = new HtmlStream(this);
  }

  get title(): string | null {
    const title = this.#title.join('').replace(/\s+/gu, ' ').trim();
    return title === '' ? null : title.slice(0, maxTitleChars);
  }

  /** Its end was not read. */
  get isCut(): boolean {
    return this.#isDone;
  }

  /** Blocks that are complete by now. */
  write(text: string): Block[] {
    this.#step(() => this.#stream.write(text));
    return this.#flow.take();
  }

  /** The rest. */
  finish(): Block[] {
    this.#step(() => this.#stream.end());
    return this.#flow.finish();
  }

  #step(parse: () => void): void {
    if (this.#isDone) return;
    try {
      parse();
    } catch (error) {
      if (!(error instanceof NestsTooDeep)) throw error;
      this.#isDone = true;
      this.#options.leftOut.add('damaged-part');
    }
  }

  placed(node: HtmlNode): void {
    node.look = this.#look(node);
    if (node.tag === 'br') this.#flow.breakLine();
    else if (node.tag === 'hr') this.#flow.text('\n', undefined);
    else if (node.tag === 'img' || node.tag === 'image') this.#options.leftOut.add('pictures');
    else if (node.tag === 'link') this.#link(node);
    else if (/^(iframe|object|embed)$/u.test(node.tag)) this.#options.leftOut.add('embedded-files');
  }

  opened(node: HtmlNode): void {
    this.#flow.open(node);
    if (node.tag === 'rt') this.#flow.text('(', this.#carrier(node));
  }

  closed(node: HtmlNode): void {
    if (node.tag === 'rt') this.#flow.text(')', this.#carrier(node));
    this.#flow.close(node);
  }

  text(text: string, parent: HtmlNode): void {
    if (parent.tag === 'title') {
      if (this.#title.length < maxTitleChars && !isInPicture(parent)) this.#title.push(text);
    } else if (!dropped.has(parent.tag)) this.#flow.text(text, this.#carrier(parent));
  }

  comment(text: string): void {
    // The declaration of XML is a comment to HTML, and says nothing.
    if (!/^\?xml[\s-][^?]{0,300}\?$/u.test(text)) this.#flow.text(text, 'html-comment');
  }

  #link(node: HtmlNode): void {
    const isSheet = /\bstylesheet\b/iu.test(node.attribute('rel') ?? '');
    if (!isSheet || this.#options.hasLinkedStyles === true) return;
    this.#options.leftOut.add('external-links');
    this.#options.styles.isPartial = true;
  }

  #carrier(node: HtmlNode): HiddenCarrier | undefined {
    const carrier = carrierOf(node.look, this.#options.styles.isPartial);
    return carrier === 'html-hidden' ? (this.#options.hiddenAs ?? carrier) : carrier;
  }

  #look(node: HtmlNode): Appearance {
    const outer = node.parent?.look ?? plainAppearance;
    const own = isUnseen(node) ? { ...outer, away: outer.away ?? ('html-hidden' as const) } : outer;
    const inline = inlineStyle(node);
    const declared = this.#options.styles.declarationsOf(node, inline);
    return declared === undefined ? own : appearanceOf(own, declared);
  }
}

function isInPicture(title: HtmlNode): boolean {
  return title.parent?.tag !== 'head';
}

function isUnseen(node: HtmlNode): boolean {
  if (node.tag === 'template') return node.attribute('shadowrootmode') === undefined;
  if (node.tag === 'dialog') return node.attribute('open') === undefined;
  return unseenTags.has(node.tag) || node.attribute('hidden') !== undefined;
}

/** Its style, and what attributes of old said before there were styles. */
function inlineStyle(node: HtmlNode): string | undefined {
  if (node.attributes.length === 0) return undefined;
  const written = node.attribute('style');
  const ground = node.attribute('bgcolor');
  const color = node.tag === 'font' ? node.attribute('color') : undefined;
  if (ground === undefined && color === undefined) return written;
  const old = [
    ground === undefined ? '' : `background-color:${ground};`,
    color === undefined ? '' : `color:${color};`,
  ];
  return `${old.join('')}${written ?? ''}`;
}
