import createPurifier from 'dompurify';
import { isOpenable } from './link-policy.ts';
import { languageOfClass, markdownClasses } from './parser.ts';

declare const sanitised: unique symbol;
/** HTML that went through `sanitise`: the only thing that `Block.svelte` sets as HTML. */
export type SafeHtml = string & { readonly [sanitised]: true };

interface TrustedTypesHost {
  trustedTypes?: {
    createPolicy(
      name: string,
      rules: { createHTML(html: string): string; createScriptURL(url: string): string },
    ): unknown;
  };
}

const allowedTags = (
  'p br strong em s del code pre a ul ol li blockquote h1 h2 h3 h4 h5 h6 hr ' +
  'table thead tbody tr th td span div'
).split(' ');

function makePurifier() {
  const purifier = createPurifier(window);
  purifier.addHook('uponSanitizeAttribute', (_element, data) => {
    const { attrName, attrValue } = data;
    if (attrName === 'class') {
      data.keepAttr = markdownClasses.has(attrValue) || languageOfClass(attrValue) !== '';
    }
    if (attrName === 'href') data.keepAttr = isOpenable(attrValue);
    else if (attrName === 'start') data.keepAttr = /^\d{1,9}$/u.test(attrValue);
  });
  return purifier;
}

const purifier = makePurifier();
const policy = (window as unknown as TrustedTypesHost).trustedTypes?.createPolicy(
  'parley-markdown',
  {
    createHTML: (html) => html,
    createScriptURL: () => {
      throw new TypeError('no script address is ever made');
    },
  },
);

/**
 * Keeps the few tags and attributes that our own Markdown rules write; everything else is dropped. Where the
 * window knows Trusted Types the result is a TrustedHTML of the policy `parley-markdown`.
 */
export function sanitise(html: string): SafeHtml {
  const clean: unknown = purifier.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: ['href', 'class', 'start', 'title'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOW_UNKNOWN_PROTOCOLS: false,
    ...(policy ? { TRUSTED_TYPES_POLICY: policy as never, RETURN_TRUSTED_TYPE: true } : {}),
  });
  return clean as SafeHtml;
}
