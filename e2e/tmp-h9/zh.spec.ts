import { ChatScreen } from '../screens/chat-screen.ts';
import { tinyModel } from '../support/running-app.ts';
import { complaints, test } from '../support/test.ts';

for (const locale of ['zh-TW']) {
  test('zh ' + locale, async ({ launch, browser }) => {
    const page = await (await browser.newContext({ locale })).newPage();
    const heard = complaints(page);
    const app = await launch({ model: tinyModel });
    await page.goto(app.url);
    const chat = new ChatScreen(page);
    await chat.modelIsReady();
    await chat.ask('Hello');
    await page.waitForTimeout(2500);
    console.log(await chat.answers.count(), heard, app.output);
    console.log(await page.locator('main').innerText());
  });
}
