import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { audit, missingTexts } from './browser/audit.ts';
import { openBuyers } from './browser/buyers.ts';
import type { PictureOptions } from './browser/picture.ts';
import { startProcess, stopProcess } from './browser/shop-world.ts';
import type { VisitedShop } from './browser/visited-shop.ts';
import { openVisitedShop } from './browser/visited-shop.ts';
import type { Visitor } from './browser/visitor.ts';
import { logIn, markDocument, pressKeyOn, tabTo, until } from './browser/visitor.ts';

/** One more than an incident takes. */
const ordersHit = 21;
/** An incident ends a minute after its last alert. */
const endsWithinMs = 150_000;

let shop: VisitedShop;
let olga: Visitor;
let otto: Visitor;
let incidentHref = '';
let remedyHref = '';

beforeAll(async () => {
  shop = await openVisitedShop(2_000);
  // The dearest of what one remedy may move, and above 1,000 yen two persons.
  await shop.command(
    ...['remedies', 'set-policy', '--rule', 'A', '--mode', 'PROPOSE', '--per-hour', '100'],
    ...['--limit', 'JPY:5000:900000:1000', '--reason', 'people look at each'],
  );
}, 600_000);

afterAll(() => shop.close(), 60_000);

afterEach(() => {
  expect(shop.faults()).toEqual([]);
});

const shows = (page: Page, selector: string, within = {}) =>
  page.locator(selector).first().waitFor(within);

const look = async (page: Page, name: string, how?: PictureOptions): Promise<void> =>
  expect(await shop.look(page, name, how), name).toEqual([]);

async function operator(name: string, path: string): Promise<Visitor> {
  const visitor = await shop.visit(path);
  await logIn(visitor, { name, roles: [/^Operator/] });
  return visitor;
}

const hrefOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).first().getAttribute('href')) ?? '';

/** By keyboard, with a reason. */
async function approve(page: Page, reason: string): Promise<void> {
  await tabTo(page, /^Why/);
  await page.keyboard.type(reason);
  await pressKeyOn(page, 'Approve');
}

describe('an outage that hits many orders', () => {
  it('is one incident, which an operator sees open without a reload', async () => {
    const buyers = await openBuyers((path) => shop.url(path), 'Ada');
    const bought = await Promise.all(
      Array.from({ length: ordersHit }, () => buyers.buy('sencha-100')),
    );

    olga = await operator('Olga', '/incidents');
    const { page } = olga;
    await page.getByText('No incident fits.').waitFor();
    expect(await audit(page)).toEqual([]);
    const isSameDocument = await markDocument(page);
    stopProcess(shop.world, 'checkout');
    await Promise.all(bought.map(({ payUrl }) => buyers.pay(payUrl)));
    await shows(page, 'tr[data-incident] [data-status=OPEN]', { timeout: 60_000 });
    expect(await isSameDocument()).toBe(true);
    await look(page, 'incidents');
    incidentHref = await hrefOf(page, 'tr[data-incident] a');
  }, 300_000);

  it('shows what it is made of: alerts, money at stake, and what is proposed', async () => {
    const { page } = olga;
    await pressKeyOn(page, /^A: /);
    const text = (selector: string) => page.locator(selector).first().textContent();
    await until('all alerts are in it', async () => {
      return (await text('.incident-open'))?.trim() === String(ordersHit);
    });
    expect(await text('.incident-at-stake')).toContain('31,500');
    await shows(page, 'tr[data-remedy] [data-status=WAITING]');
    await until('a remedy is proposed for each', async () => {
      return (await page.locator('tr[data-remedy]').count()) === ordersHit;
    });
    await look(page, 'incident', { height: 660 });
    // Everybody who looks hears one word for all.
    await page.getByLabel('What to do').selectOption('acknowledge');
    await page.locator('#bulk-reason').fill('checkout is down, it is being started');
    await pressKeyOn(page, 'Do it');
    await page.locator('.bulk-done').getByText(`Acknowledge: ${ordersHit} done`).waitFor();
    await until('all alerts are acknowledged', async () => {
      const standing = page.locator('tr[data-alert] [data-status=ACKNOWLEDGED]');
      return (await standing.count()) === ordersHit;
    });
  });

  it('leads from its first alert to the remedy that waits for it', async () => {
    const { page } = olga;
    // Behind forty links of remedies and alerts: nobody comes here by Tab alone.
    await page.locator('[data-step=first] a').press('Enter');
    await shows(page, '.alert-incident a');
    await shows(page, 'tr[data-remedy] [data-status=WAITING]');
    expect(await hrefOf(page, '.alert-incident a')).toBe(incidentHref);
    await look(page, 'alert-in-incident');
    remedyHref = await hrefOf(page, 'tr[data-remedy] a');
  });

  it('is mended where two persons say so, and the event that shows it stands there', async () => {
    const { page } = olga;
    await pressKeyOn(page, 'Complete the order');
    await shows(page, '.remedy-status [data-status=WAITING]');
    await approve(page, 'the gateway has the money');
    await shows(page, '.for-another');
    await look(page, 'remedy-waiting');
    otto = await operator('Otto', remedyHref);
    await shows(otto.page, '.approvals');
    expect(await otto.page.locator('.for-another').count()).toBe(0);
    await approve(otto.page, 'I have seen it, too');
    // With the checkout still away: the order is told by the remedy alone.
    for (const each of [page, otto.page]) {
      await shows(each, '.remedy-status [data-status=DONE]');
      await shows(each, '.proof a');
    }
    const steps = page.locator('.history tbody th');
    await until('its alert has ended', async () => (await steps.count()) === 7);
    const texts = await steps.allTextContents();
    expect(texts.slice(0, 5)).toEqual(['Proposed', 'Held', 'Approved', 'Approved', 'Started']);
    expect(new Set(texts.slice(5))).toEqual(new Set(['Ended', 'Its alert has ended']));
    await look(page, 'remedy-done');
  });

  it('stops what would start, at a switch that asks twice', async () => {
    const { page } = otto;
    await pressKeyOn(page, 'Remedies');
    await shows(page, 'tr[data-policy=A]');
    await pressKeyOn(page, /^Stop: remedies of rule A/);
    await page.keyboard.type('look at the others first');
    await look(page, 'kill-switch', { from: '.policies', height: 400 });
    await pressKeyOn(page, 'Yes, stop');
    await shows(page, 'tr[data-policy=A] .stopped');
    await look(page, 'remedies', { height: 560 });
    await page.locator('[data-policy=A] [data-switch=resume]').press('Enter');
    await page.keyboard.type('seen');
    await pressKeyOn(page, 'Yes, let start again');
    await until('nothing is stopped', async () => (await page.locator('.stopped').count()) === 0);
  });

  it('ends when all its alerts have, with what shows that', async () => {
    const { page } = olga;
    await page.goto(shop.url(incidentHref));
    await shows(page, '[data-step=open]');
    const isSameDocument = await markDocument(page);
    await startProcess(shop.world, 'checkout');
    await until('every alert has healed', async () => {
      const ended = await page.locator('[data-ended=AUTO_RESOLVED]').allTextContents();
      return ended[0]?.trim() === String(ordersHit);
    });
    await shows(page, '.incident-status [data-status=ENDED]', { timeout: endsWithinMs });
    expect(await page.textContent('[data-step=ended]')).toMatch(
      /all its alerts have ended[\s\S]*Topic\s+incidents[\s\S]*Offset \d+/,
    );
    expect(await page.locator('tr[data-remedy] [data-status=DONE]').count()).toBe(1);
    expect(await page.locator('tr[data-remedy] [data-status=WITHDRAWN]').count()).toBe(
      ordersHit - 1,
    );
    expect(await isSameDocument()).toBe(true);
    await look(page, 'incident-ended', { height: 660 });
    await shop.pictures.take(page, 'incident-ended-dark', { colours: 'dark', height: 480 });
  }, 300_000);

  it.each(['zh', 'ja', 'en'])('has all its texts in %s', async (tag) => {
    const { page } = olga;
    await page.selectOption('select[name=language]', tag);
    for (const [path, selector] of [
      [incidentHref, '[data-step=ended]'],
      [remedyHref, '.proof'],
      ['/remedies', 'tr[data-policy=A]'],
      ['/incidents', 'tr[data-incident]'],
    ] as const) {
      await page.goto(shop.url(path));
      await shows(page, selector);
      expect(await missingTexts(page), path).toEqual([]);
    }
  });
});
