import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { ChatScreen } from '../screens/chat-screen.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { tinyModel } from '../support/running-app.ts';
import { complaints, expect, test } from '../support/test.ts';
import { writeChat } from '../support/written-chat.ts';

const hostile = [
  '![a picture](http://example.com/steal.png?data=secret)',
  '<img src="http://example.com/raw.png" onerror="document.title=\'owned\'">',
  '<script>document.title="owned"</script>',
  '<iframe src="http://example.com/frame"></iframe>',
  '<style>@import "http://example.com/style.css";</style>',
  '[a script](javascript:document.title="owned") [a page](http://example.com/page)',
  '```html\n<link rel="stylesheet" href="http://example.com/code.css">\n```',
].join('\n\n');

/** Where the sockets of a process lead, as `/proc` tells: addresses in hexadecimal, ports left out. */
function socketAddresses(pid: number): { local: string; remote: string }[] {
  const own = new Set<string>();
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined) own.add(inode);
    } catch {
      // Closed in the meantime.
    }
  }
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => own.has(fields[9] ?? ''))
      .map((fields) => ({
        local: fields[1]?.split(':')[0] ?? '',
        remote: fields[2]?.split(':')[0] ?? '',
      })),
  );
}

const loopback = '0100007F';
const nowhere = '00000000';

test('a whole session asks nothing of anyone else, and hostile text stays text', async ({
  dataFolder,
  launch,
  page,
}) => {
  writeChat(dataFolder, { title: 'Hostile', question: hostile, answer: hostile });
  const heard = complaints(page);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('websocket', (socket) => asked.push(socket.url().replace('ws:', 'http:')));
  const app = await launch({ model: tinyModel });
  const [document] = await Promise.all([
    page.waitForResponse((response) => response.url() === new URL('/', app.url).href),
    page.goto(app.url),
  ]);
  const chat = new ChatScreen(page);
  await chat.askAndWait('Hello', 'How can I help');
  await new Sidebar(page).chat('Hostile').click();
  await expect(chat.answers).toHaveCount(1);
  expect(await chat.questions.last().textContent()).toContain(hostile);
  await expect(chat.answers.last()).toContainText('a page');
  await expect(chat.answers.last().locator('img, script, iframe, style, link')).toHaveCount(0);
  await expect(chat.answers.last().locator('[href^="javascript:"]')).toHaveCount(0);
  await expect(chat.questions.last().locator('img, script, iframe, style, link')).toHaveCount(0);
  await chat.askAndWait(hostile, /./);
  expect(await page.title()).not.toContain('owned');

  const policy = document.headers()['content-security-policy'] ?? '';
  for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
    expect(policy).toContain(rule);
  }
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe-eval|https:|\*|script-src[^;]*unsafe/);
  const { origin } = new URL(app.url);
  expect(asked.filter((url) => !/^(blob|data):/.test(url) && !url.startsWith(origin))).toEqual([]);
  for (const pid of [app.process.pid ?? 0, ...app.enginePids()]) {
    for (const { local, remote } of socketAddresses(pid)) {
      expect(local).toBe(loopback);
      expect([loopback, nowhere]).toContain(remote);
    }
  }
  expect(heard).toEqual([]);
});

test('a launch address lets one browser in, once', async ({ app, page, browser }) => {
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  const stranger = await browser.newContext();
  const second = await stranger.newPage();
  await second.goto(app.url);
  await expect(second.getByRole('alertdialog')).toBeVisible({ timeout: 20_000 });
  await expect(new ChatScreen(second).composer).toBeHidden();
  await stranger.close();

  const { origin, hash } = new URL(app.url);
  const token = new URLSearchParams(hash.slice(1)).get('token');
  const reply = await page.request.post(`${origin}/session`, {
    headers: { origin },
    data: { token },
  });
  expect(reply.status()).toBe(403);
});

test('a foreign page cannot open the socket, even with the cookie', async ({ app, page }) => {
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  const { origin, port } = new URL(app.url);
  const cookie = (await page.context().cookies(origin))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
  expect(cookie).not.toBe('');

  /** The status that an upgrade is answered with. */
  async function upgrade(headers: Record<string, string>): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const asking = httpRequest({
      host: '127.0.0.1',
      port,
      path: '/rpc',
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    asking.on('response', (response) => resolve(response.statusCode ?? 0));
    asking.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    asking.on('error', reject);
    asking.end();
    return promise;
  }

  expect(await upgrade({ origin, cookie })).toBe(101);
  expect(await upgrade({ origin: 'http://example.com', cookie })).toBe(403);
  expect(await upgrade({ origin: 'null', cookie })).toBe(403);
  expect(await upgrade({ cookie })).toBe(403);
  expect(await upgrade({ origin })).toBe(401);
  expect(await upgrade({ origin, cookie, host: 'example.com' })).toBe(403);
});
