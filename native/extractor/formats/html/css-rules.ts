/** The rules of style sheets that can be told without laying a page out. */

/** What a selector is held against. */
export interface Styled {
  readonly tag: string;
  readonly id: string | undefined;
  readonly classes: readonly string[];
  readonly parent: Styled | undefined;
}

export type Declarations = ReadonlyMap<string, string>;

interface Compound {
  tag: string | undefined;
  ids: string[];
  classes: string[];
  /** What stands between it and the compound to the left of it. */
  isChild: boolean;
}

interface Rule {
  /** From right to left. */
  compounds: Compound[];
  weight: number;
  declarations: Declarations;
}

const maxRules = 20_000;
const maxSheetChars = 2_000_000;
const maxDeclarationChars = 4_000;
const maxAncestors = 256;
const maxRulesOfKey = 32;
const important = 1e6;

/** `display: none; color: #fff` by property, in lower case; what is marked important wins over what is not. */
export function parseDeclarations(text: string): Declarations {
  const found = new Map<string, string>();
  const settled = new Set<string>();
  for (const declaration of text.slice(0, maxDeclarationChars).toLowerCase().split(';')) {
    const colon = declaration.indexOf(':');
    if (colon < 0) continue;
    const property = declaration.slice(0, colon).trim();
    const written = declaration.slice(colon + 1).trim();
    const isImportant = written.endsWith('!important') || /!\s*important$/u.test(written);
    if (settled.has(property) && !isImportant) continue;
    if (isImportant) settled.add(property);
    found.set(property, written.replace(/!\s*important$/u, '').trim());
  }
  return found;
}

/** Properties that decide whether text is seen: others are not kept. */
const telling =
  /display|visibility|opacity|font|color|background|position|left|top|right|bottom|indent|transform|margin|clip|width|height|overflow/iu;

/** Rules of all sheets of a page, found by what the last part of their selectors names. */
export class StyleSheet {
  readonly #byKey = new Map<string, Rule[]>();
  #count = 0;
  /** A sheet that is not here decides too. */
  isPartial = false;

  add(css: string): void {
    const text = css
      .slice(0, maxSheetChars)
      .replace(/\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/|$)/gu, ' ');
    if (/@import\b/iu.test(text)) this.isPartial = true;
    let at = 0;
    while (at < text.length && this.#count < maxRules) {
      const open = text.indexOf('{', at);
      if (open < 0) return;
      const before = text.slice(at, open);
      const prelude = before.slice(before.lastIndexOf(';') + 1).trim();
      if (prelude.startsWith('@')) {
        // Rules inside are read as if they stood alone; its own closing brace is stepped over below.
        at = isForScreen(prelude) ? open + 1 : endOfBlock(text, open);
        continue;
      }
      const close = text.indexOf('}', open);
      const end = close < 0 ? text.length : close;
      this.#addRule(prelude.replace(/^[}\s]+/u, ''), text.slice(open + 1, end));
      at = end + 1;
    }
  }

  /** What the sheets say of an element, the strongest rule last; `inline` wins over all but what is important. */
  declarationsOf(element: Styled, inline: string | undefined): Declarations | undefined {
    const rules = this.#matching(element);
    if (rules.length === 0) return inline === undefined ? undefined : parseDeclarations(inline);
    rules.sort((a, b) => a.weight - b.weight);
    const own = inline === undefined ? [] : [...parseDeclarations(inline)];
    return new Map([...rules.flatMap(({ declarations }) => [...declarations]), ...own]);
  }

  #matching(element: Styled): Rule[] {
    if (this.#count === 0) return [];
    const keys = ['*', element.tag, ...element.classes.map((name) => `.${name}`)];
    if (element.id !== undefined) keys.push(`#${element.id}`);
    return keys.flatMap(
      (key) => this.#byKey.get(key)?.filter((rule) => isMatch(rule, element)) ?? [],
    );
  }

  #addRule(selectors: string, body: string): void {
    if (!telling.test(body)) return;
    const declarations = parseDeclarations(body);
    for (const selector of selectors.split(',').slice(0, 200)) {
      const compounds = parseSelector(selector.trim());
      const last = compounds?.[0];
      if (compounds === undefined || last === undefined) continue;
      this.#count += 1;
      const weight =
        weightOf(compounds) +
        (/!\s*important/iu.test(body) ? important : 0) * 1e3 +
        this.#count / maxRules;
      const key = keyOf(last);
      const rules = this.#byKey.get(key) ?? [];
      // Of many rules for one name the last ones tell.
      if (rules.length >= maxRulesOfKey) rules.shift();
      rules.push({ compounds, weight, declarations });
      this.#byKey.set(key, rules);
    }
  }
}

function keyOf(compound: Compound): string {
  if (compound.ids[0] !== undefined) return `#${compound.ids[0]}`;
  if (compound.classes[0] !== undefined) return `.${compound.classes[0]}`;
  return compound.tag ?? '*';
}

function isForScreen(prelude: string): boolean {
  const media = /^@media\s+(.*)$/isu.exec(prelude)?.[1];
  if (media !== undefined) return /^(only\s+)?(all|screen)$/iu.test(media.trim());
  return /^@(layer|supports)\b/iu.test(prelude);
}

function endOfBlock(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x7b) depth += 1;
    if (code === 0x7d) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** Undefined for selectors that need more than names: states, attributes, siblings. */
function parseSelector(selector: string): Compound[] | undefined {
  if (selector === '' || selector.length > 300 || /[:[\]+~|&()\\"']/u.test(selector))
    return undefined;
  const compounds: Compound[] = [];
  let isChild = false;
  for (const word of selector.replace(/\s*>\s*/gu, ' > ').split(/\s+/u)) {
    if (word === '>') {
      isChild = true;
      continue;
    }
    const parts = word.match(/[.#]?[^.#]+/gu) ?? [];
    const tag = parts.find((part) => !/^[.#]/u.test(part))?.toLowerCase();
    compounds.push({
      tag: tag === '*' ? undefined : tag,
      ids: parts.filter((part) => part.startsWith('#')).map((part) => part.slice(1)),
      classes: parts.filter((part) => part.startsWith('.')).map((part) => part.slice(1)),
      isChild,
    });
    isChild = false;
  }
  return compounds.reverse();
}

function weightOf(compounds: readonly Compound[]): number {
  return compounds.reduce(
    (sum, { tag, ids, classes }) =>
      sum + ids.length * 1e4 + classes.length * 1e2 + (tag === undefined ? 0 : 1),
    0,
  );
}

function isMatch({ compounds }: Rule, element: Styled): boolean {
  let node: Styled | undefined = element;
  let steps = 0;
  for (let at = 0; at < compounds.length; at += 1) {
    const compound = compounds[at];
    const mustBeHere = at === 0 || compounds[at - 1]?.isChild === true;
    while (node !== undefined && compound !== undefined && !isCompound(compound, node)) {
      steps += 1;
      if (mustBeHere || steps > maxAncestors) return false;
      node = node.parent;
    }
    if (node === undefined) return false;
    node = node.parent;
  }
  return true;
}

function isCompound({ tag, ids, classes }: Compound, node: Styled): boolean {
  if (tag !== undefined && tag !== node.tag) return false;
  for (const id of ids) if (id !== node.id) return false;
  for (const name of classes) if (!node.classes.includes(name)) return false;
  return true;
}
