import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as limits from './limits.ts';

/**
 * What differs from run to run becomes the same, so that a picture changes when the page does: times,
 * and numbers that are drawn. The texts come back afterwards, since the page goes on.
 */
const still = `(() => {
  const stands = [
    [/\\b\\d{1,2}:\\d{2}:\\d{2}(\\s[AP]M)?/g, (_, half) => '10:00:00' + (half ? ' AM' : '')],
    [/\\bO[0-9A-F]{30}\\b/g, 'O0123456789ABCDEF0123456789ABCD'],
    [/\\bu[0-9a-f]{30}\\b/g, 'u0123456789abcdef0123456789abcd'],
    [/\\bPAY\\d{15,}\\b/g, 'PAY100000000000000000000000'],
    [/\\b04\\d{18}\\b/g, '04000000000000000001'],
    [/\\b[A-Z][a-z]{2} \\d{1,2}, \\d{4}/g, 'Jan 1, 2026'],
    [/\\d{4}年\\d{1,2}月\\d{1,2}日/g, '2026年1月1日'],
    [/\\d{4}\\/\\d{2}\\/\\d{2}/g, '2026/01/01'],
    [/\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b/g,
      '00000000-0000-8000-8000-000000000000'],
  ];
  const stillOf = (before) => stands.reduce((so, [what, by]) => so.replace(what, by), before);
  window.plumblineTexts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    window.plumblineTexts.push([node, 'data', node.data, stillOf(node.data)]);
  }
  for (const field of document.querySelectorAll('input:not([type=radio], [type=checkbox])'))
    window.plumblineTexts.push([field, 'value', field.value, stillOf(field.value)]);
  for (const [of, part, before, text] of window.plumblineTexts)
    if (text !== before) of[part] = text;
})()`;

const moving = `for (const [of, part, before, text] of window.plumblineTexts)
  if (text !== before && of[part] === text) of[part] = before`;

/** Width of the page, where the picture begins, and as far as there is something to see. */
const extent = (from: string | null): string => `(() => {
  const first = ${JSON.stringify(from)} && document.querySelector(${JSON.stringify(from)});
  return [
    document.documentElement.clientWidth,
    first ? Math.floor(first.getBoundingClientRect().top) : 0,
    Math.ceil(document.querySelector('main').getBoundingClientRect().bottom),
  ];
})()`;

export interface PictureOptions {
  readonly colours?: 'dark';
  readonly width?: number;
  readonly height?: number;
  /** Selector of what is at the top of the picture; the top of the page if unset. */
  readonly from?: string | null;
}

export interface Pictures {
  /** A picture of a part of a page, as high as a window if unset; nothing where none is wanted. */
  take(page: Page, name: string, how?: PictureOptions): Promise<void>;
}

/** Into a folder, or nowhere: an ordinary run of the tests changes no file. */
export const createPictures = (folder: string | null): Pictures => ({
  async take(page, name, { colours, width, height = limits.viewport.height, from = null } = {}) {
    if (folder === null) return;
    await mkdir(folder, { recursive: true });
    if (colours !== undefined) await page.emulateMedia({ colorScheme: colours });
    if (width !== undefined) await page.setViewportSize({ ...limits.viewport, width });
    await page.evaluate('scrollTo(0, 0)');
    await page.evaluate(still);
    const [right, top, below] = await page.evaluate<[number, number, number]>(extent(from));
    const png = await page.screenshot({
      ...{ animations: 'disabled', caret: 'hide', fullPage: true },
      clip: { x: 0, y: top, width: right, height: Math.min(below - top, height) },
    });
    await page.evaluate(moving);
    await page.setViewportSize(limits.viewport);
    await page.emulateMedia({ colorScheme: 'light' });
    if (png.length > limits.pictureBytesMax)
      throw new Error(`${name} has ${png.length} bytes, more than ${limits.pictureBytesMax}`);
    await writeFile(join(folder, `${name}.png`), png);
  },
});
