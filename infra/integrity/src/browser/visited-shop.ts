import { resolve } from 'node:path';
import { findChromium } from '@plumbline/local';
import type { Page } from 'playwright-core';
import type { Faults } from './audit.ts';
import { audit, missingTexts } from './audit.ts';
import type { PictureOptions, Pictures } from './picture.ts';
import { createPictures } from './picture.ts';
import type { ShopWorld } from './shop-world.ts';
import { openShopWorld, repository, setGrace } from './shop-world.ts';
import type { Visitor } from './visitor.ts';
import { newVisitor, openBrowser } from './visitor.ts';

/** A shop, and a browser in which people look at it. */
export interface VisitedShop extends ShopWorld {
  visit(path: string): Promise<Visitor>;
  /** What keeps a page from being good to look at and to listen to; and a picture, where wanted. */
  look(page: Page, name: string, how?: PictureOptions): Promise<Faults>;
  /** Pictures by themselves, of what was looked at before. */
  readonly pictures: Pictures;
  /** Whatever a developer's console would have shown to anybody, that no test has expected. */
  faults(): Faults;
}

/** Where pictures of the pages go: `docs/screenshots`, to show them anew. Nowhere if unset. */
const folder = process.env['PLUMBLINE_SCREENSHOTS'];
const pictures = createPictures(folder === undefined ? null : resolve(repository, folder));

export async function openVisitedShop(graceMs: number): Promise<VisitedShop> {
  const report = (line: string) => void process.stdout.write(`[browser] ${line.trim()}\n`);
  // First: it is quick to say that it cannot.
  const browser = await openBrowser(await findChromium({ report }));
  const shop = await openShopWorld();
  await setGrace(shop.world, graceMs);
  const visitors: Visitor[] = [];
  return {
    ...{ ...shop, pictures },
    async visit(path) {
      const visitor = await newVisitor(browser, shop.url(path));
      visitors.push(visitor);
      return visitor;
    },
    async look(page, name, how = {}) {
      await pictures.take(page, name, how);
      return [...(await audit(page)), ...(await missingTexts(page))];
    },
    faults: () => visitors.flatMap(({ faults }) => faults),
    async close() {
      await browser.close();
      await shop.close();
    },
  };
}
