import { ChatScreen } from '../screens/chat-screen.ts';
import { FilesScreen } from '../screens/files-screen.ts';
import { KnowledgeRoom } from '../screens/knowledge-room.ts';
import { expectNoFindings } from '../support/axe.ts';
import { dropFiles } from '../support/drop-files.ts';
import { expectFocus, tabTo } from '../support/focus.ts';
import { expectNoFaults } from '../support/layout.ts';
import { pdfOf } from '../support/pdf-file.ts';
import { tinyModel } from '../support/running-app.ts';
import { strayWords } from '../support/stray-words.ts';
import { expect, test } from '../support/test.ts';

// Every room is looked at in two appearances, three widths and two sizes of text.
test.describe.configure({ timeout: 240_000 });

const budget = 'The budget of Project Falcon is 48210.';
const longName =
  '會議紀錄第三季包含所有附件與預算最終修訂版本給港口工程委員會的每一位成員參考請勿外流.txt';
const languages = [
  { locale: 'en-GB', question: 'What is the budget of Project Falcon?', fact: budget },
  { locale: 'zh-TW', question: '專案的密碼是什麼？', fact: '專案的密碼是4821。' },
];

for (const { locale, question, fact } of languages) {
  test.describe(`in the language of ${locale}`, () => {
    test.use({ locale, reducedMotion: 'reduce', viewport: { width: 1400, height: 900 } } as object);

    test('files, citations and knowledge have no faults', async ({ launch, page }) => {
      const app = await launch({ model: tinyModel });
      await page.goto(app.url);
      const chat = new ChatScreen(page);
      const files = new FilesScreen(page);
      const room = new KnowledgeRoom(page);
      await chat.modelIsReady();
      const hidden = `<html><body><p>${fact}</p><p style="display:none">看不到的字</p></body></html>`;
      await files.drop(
        { name: longName, content: Buffer.from(fact) },
        { name: '網頁.html', content: Buffer.from(hidden) },
      );
      await dropFiles(page, [{ name: '壞掉.pdf', content: Buffer.from('%PDF-1.4\nnothing') }]);
      await expect(files.chip('壞掉.pdf').getByRole('alert')).toBeVisible({ timeout: 30_000 });
      await expectNoFindings(page, 'composer with files');
      await expectNoFaults(page, 'composer with files');
      if (locale === 'zh-TW') expect.soft(await strayWords(page), 'composer').toEqual([]);
      await page.setViewportSize({ width: 1400, height: 900 });

      await chat.ask(question);
      await expect(chat.answers).toHaveCount(1);
      await expect(chat.stop).toBeHidden();
      await chat.questions.last().locator('summary').click();
      await expectNoFindings(page, 'what the model read');
      await expectNoFaults(page, 'what the model read');
      await page.setViewportSize({ width: 1400, height: 900 });
      await chat.questions.last().locator('.passages button').first().click();
      await expect(files.mark).toBeVisible();
      await expectNoFindings(page, 'document panel');
      await expectNoFaults(page, 'document panel');
      if (locale === 'zh-TW') expect.soft(await strayWords(page), 'document').toEqual([]);
      await page.setViewportSize({ width: 400, height: 800 });
      await expectNoFindings(page, 'document dialog');
      await page.keyboard.press('Escape');
      await page.setViewportSize({ width: 1400, height: 900 });

      await room.open();
      await expectNoFindings(page, 'knowledge, empty');
      await room.create('資料');
      await dropFiles(page, [{ name: longName, content: Buffer.from(fact) }]);
      await room.isRead(longName);
      const hits = await room.recall(question);
      await expect(hits.first()).toBeVisible();
      await expectNoFindings(page, 'collection');
      await expectNoFaults(page, 'collection');
      if (locale === 'zh-TW') expect.soft(await strayWords(page), 'collection').toEqual([]);
    });
  });
}

test('a file is added, read about and opened by the keyboard alone', async ({
  app: _app,
  page,
}) => {
  await page.setViewportSize({ width: 1400, height: 900 });
  const chat = new ChatScreen(page);
  const files = new FilesScreen(page);
  await chat.modelIsReady();
  await tabTo(page, files.add, 'Shift+Tab');
  await page.keyboard.press('Enter');
  const item = page.getByRole('menuitem', { name: 'Pictures or files…' });
  await expect(item).toBeFocused();
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Enter');
  await (await chooser).setFiles({
    name: 'report.pdf',
    mimeType: 'application/pdf',
    buffer: pdfOf([[budget], ['The sea was calm.']]),
  });
  await files.isRead('report.pdf');
  await tabTo(page, chat.composer);
  await page.keyboard.type('What is the budget of Project Falcon?');
  await page.keyboard.press('Enter');
  await expect(chat.answers.last()).toContainText(budget.slice(0, -1));
  await expect(chat.stop).toBeHidden();
  const citation = files.citation(chat.answers.last(), 1);
  await tabTo(page, citation, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(files.boxes.first()).toBeVisible();
  const next = files.viewer.getByRole('button', { name: 'Next page' });
  await tabTo(page, next);
  await page.keyboard.press('Enter');
  await expect(files.viewer).toContainText('Page 2 of 2');
  await page.keyboard.press('Escape');
  await expect(files.viewer).toHaveCount(0);
  await expectFocus(page, citation);
});
