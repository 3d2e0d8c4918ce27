import { beforeEach, describe, expect, it } from 'vitest';
import { FakeApp } from '../../testing/fake-app.ts';
import { PathBrowser } from './path-picker.svelte.ts';

let browser: PathBrowser;

beforeEach(async () => {
  browser = new PathBrowser(new FakeApp().client);
  await browser.open(null);
});

describe('PathBrowser', () => {
  it('begins at the home folder and goes down and up', async () => {
    expect(browser.entries.map((entry) => entry.name)).toEqual(['Documents', 'Downloads']);
    await browser.open('/home/mei/Downloads');
    expect(browser.current?.name).toBe('gemma-4-e2b.gguf');
    await browser.up();
    expect(browser.listing?.folder).toBe('/home/mei');
  });

  it('stays where it is when there is no folder above', async () => {
    await browser.up();
    expect(browser.listing?.folder).toBe('/home/mei');
  });

  it('keeps the last folder on show when another cannot be opened', async () => {
    await browser.open('/gone');
    expect(browser.error).toMatchObject({ code: 'file.not-found' });
    expect(browser.listing?.folder).toBe('/home/mei');
    await browser.open('/home/mei/Documents');
    expect(browser.error).toBeNull();
  });

  it('shows only the newest of two requests', async () => {
    await Promise.all([browser.open('/home/mei/Downloads'), browser.open('/media/mei/STICK')]);
    expect(browser.listing?.folder).toBe('/media/mei/STICK');
  });

  it('keeps the cursor inside the list and jumps by letter, around the end', async () => {
    await browser.open('/home/mei/Downloads');
    browser.moveTo(99);
    expect(browser.current?.name).toBe('tiny.gguf');
    browser.moveTo(-5);
    expect(browser.current?.name).toBe('gemma-4-e2b.gguf');
    browser.moveToLetter('T');
    expect(browser.current?.name).toBe('tiny.gguf');
    browser.moveToLetter('g');
    expect(browser.current?.name).toBe('gemma-4-e2b.gguf');
    browser.moveToLetter('z');
    expect(browser.current?.name).toBe('gemma-4-e2b.gguf');
  });

  it('has no current entry in an empty folder', async () => {
    await browser.open('/home/mei/Documents');
    browser.moveTo(3);
    expect(browser.current).toBeUndefined();
  });
});
