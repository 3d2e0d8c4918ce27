import { html, Parser, type Token, type TreeAdapter, type TreeAdapterTypeMap } from 'parse5';
import type { Styled } from './css-rules.ts';
import { type Appearance, plainAppearance } from './seen.ts';

const maxClasses = 32;

/** A node while it is open. It knows what it is in, and nothing of what is in it: the tree is never kept. */
export class HtmlNode implements Styled {
  /** In lower case; `#comment`, `#text`, `#document`, `#fragment` for what is no element. */
  readonly tag: string;
  readonly attributes: Token.Attribute[];
  readonly namespace: html.NS;
  readonly text: string;
  parent: HtmlNode | undefined;
  look: Appearance = plainAppearance;
  #classes: readonly string[] | undefined;

  constructor(
    tag: string,
    {
      attributes = [],
      namespace = html.NS.HTML,
      text = '',
    }: Partial<Pick<HtmlNode, 'attributes' | 'namespace' | 'text'>> = {},
  ) {
    this.tag = tag;
    this.attributes = attributes;
    this.namespace = namespace;
    this.text = text;
  }

  get id(): string | undefined {
    return this.attribute('id');
  }

  /** Split once: rules of style sheets ask for them again and again. */
  get classes(): readonly string[] {
    this.#classes ??= this.attribute('class')?.split(/\s+/u).slice(0, maxClasses) ?? [];
    return this.#classes;
  }

  attribute(name: string): string | undefined {
    return this.attributes.find((attribute) => attribute.name === name)?.value;
  }
}

/** What is told of a page as it is parsed, in the order of its source. */
export interface HtmlSink {
  /** It got its place; `parent` is set. */
  placed(node: HtmlNode): void;
  opened(node: HtmlNode): void;
  closed(node: HtmlNode): void;
  text(text: string, parent: HtmlNode): void;
  comment(text: string, parent: HtmlNode): void;
}

type NodeMap = TreeAdapterTypeMap<
  HtmlNode,
  HtmlNode,
  HtmlNode,
  HtmlNode,
  HtmlNode,
  HtmlNode,
  HtmlNode,
  HtmlNode,
  HtmlNode,
  HtmlNode
>;

/** Elements in one another, and marks such as bold that were never closed: beyond, parsing takes a square of the length. */
const maxDepth = 4_000;
const maxUnclosedMarks = 400;

/** The rest of a page is not read: it nests deeper than any page that was written to be read. */
export class NestsTooDeep extends Error {
  constructor() {
    super('The page nests too deep.');
  }
}

/** Parses HTML as browsers do, piece by piece, and tells a sink instead of growing a tree. */
export class HtmlStream {
  readonly #parser: Parser<NodeMap>;

  constructor(sink: HtmlSink) {
    const root = new HtmlNode('#document');
    let depth = 0;
    const adapter = treeAdapter(sink);
    adapter.onItemPush = (node): void => {
      depth += 1;
      if (depth > maxDepth || unclosedMarks(this.#parser) > maxUnclosedMarks)
        throw new NestsTooDeep();
      sink.opened(node);
    };
    adapter.onItemPop = (node): void => {
      depth -= 1;
      sink.closed(node);
    };
    this.#parser = new Parser<NodeMap>({ treeAdapter: adapter, scriptingEnabled: false }, root);
  }

  /** @throws NestsTooDeep */
  write(text: string): void {
    this.#parser.tokenizer.write(text, false);
  }

  /** @throws NestsTooDeep */
  end(): void {
    this.#parser.tokenizer.write('', true);
  }
}

/** Its list of marks is no part of its types. */
function unclosedMarks(parser: Parser<NodeMap>): number {
  const { entries } = parser.activeFormattingElements as { entries?: readonly unknown[] };
  return entries?.length ?? 0;
}

function treeAdapter(sink: HtmlSink): TreeAdapter<NodeMap> {
  const place = (parent: HtmlNode, node: HtmlNode): void => {
    node.parent = parent;
    if (node.tag === '#comment') sink.comment(node.text, parent);
    else sink.placed(node);
  };
  return {
    createDocument: () => new HtmlNode('#document'),
    createDocumentFragment: () => new HtmlNode('#fragment'),
    createElement: (tag, namespace, attributes) => new HtmlNode(tag, { attributes, namespace }),
    createCommentNode: (text) => new HtmlNode('#comment', { text }),
    createTextNode: (text) => new HtmlNode('#text', { text }),
    appendChild: place,
    insertBefore: (parent, node) => place(parent, node),
    insertText: (parent, text) => sink.text(text, parent),
    insertTextBefore: (parent, text) => sink.text(text, parent),
    detachNode: (node) => {
      node.parent = undefined;
    },
    adoptAttributes: () => undefined,
    setTemplateContent: (template, content) => {
      content.parent = template;
      content.look = template.look;
    },
    getTemplateContent: (template) => template,
    setDocumentType: () => undefined,
    setDocumentMode: () => undefined,
    getDocumentMode: () => html.DOCUMENT_MODE.NO_QUIRKS,
    getFirstChild: () => null,
    getChildNodes: () => [],
    getParentNode: (node) => node.parent ?? null,
    getAttrList: (node) => node.attributes,
    getTagName: (node) => node.tag,
    getNamespaceURI: (node) => node.namespace,
    getTextNodeContent: (node) => node.text,
    getCommentNodeContent: (node) => node.text,
    getDocumentTypeNodeName: () => '',
    getDocumentTypeNodePublicId: () => '',
    getDocumentTypeNodeSystemId: () => '',
    getNodeSourceCodeLocation: () => undefined,
    setNodeSourceCodeLocation: () => undefined,
    updateNodeSourceCodeLocation: () => undefined,
    isTextNode: (node): node is HtmlNode => node.tag === '#text',
    isCommentNode: (node): node is HtmlNode => node.tag === '#comment',
    isDocumentTypeNode: (node): node is HtmlNode => node.tag === '#doctype',
    isElementNode: (node): node is HtmlNode => !node.tag.startsWith('#'),
  };
}
