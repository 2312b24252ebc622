import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { audit, missingTexts } from './browser/audit.ts';
import type { PictureOptions } from './browser/picture.ts';
import { startProcess, stopProcess } from './browser/shop-world.ts';
import type { VisitedShop } from './browser/visited-shop.ts';
import { openVisitedShop } from './browser/visited-shop.ts';
import type { Visitor } from './browser/visitor.ts';
import { logIn, markDocument, pressKeyOn, tabTo, until } from './browser/visitor.ts';

let shop: VisitedShop;
let buyer: Visitor;
let operator: Visitor;
/** The order of the buyer that was paid, and the one that is paid while orders is down. */
const orders = { paid: '', late: '' };

beforeAll(async () => {
  shop = await openVisitedShop(2_000);
}, 600_000);

afterAll(() => shop.close(), 60_000);

afterEach(() => {
  expect(shop.faults()).toEqual([]);
});

const shows = (page: Page, selector: string) => page.locator(selector).first().waitFor();

/** Good to look at and to listen to, wide or narrow, light or dark. */
const look = async (page: Page, name: string, how?: PictureOptions): Promise<void> =>
  expect(await shop.look(page, name, how), name).toEqual([]);

/** From the shop to the page of the order, by keyboard alone. Returns the order's number. */
async function buy(page: Page, what: RegExp): Promise<string> {
  await pressKeyOn(page, 'Shop');
  await shows(page, 'tbody button');
  await pressKeyOn(page, what);
  await pressKeyOn(page, /^Buy for/);
  await page.waitForURL(/\/orders\/[^/]+$/);
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

/** The gateway's own page, which the link opens in a tab of its own. */
async function toPayPage({ page, context }: Visitor): Promise<Page> {
  await shows(page, 'a.main');
  const opened = context.waitForEvent('page');
  await pressKeyOn(page, /^Go to the payment page/);
  const payPage = await opened;
  await payPage.getByText('waits for you to pay').waitFor();
  return payPage;
}

async function pay(payPage: Page): Promise<void> {
  await pressKeyOn(payPage, 'Pay', 'Space');
  await payPage.getByText('is paid').waitFor();
  await payPage.close();
}

describe('somebody who buys', () => {
  it('logs in by keyboard', async () => {
    buyer = await shop.visit('/');
    await shows(buyer.page, '#log-in-user');
    await look(buyer.page, 'log-in');
    await logIn(buyer, { name: 'Ada' });
    await shows(buyer.page, 'tbody tr');
  });

  it('buys by keyboard, pays on the gateway’s page, and sees it arrive without a reload', async () => {
    const { page } = buyer;
    const isSameDocument = await markDocument(page);
    await pressKeyOn(page, /^Add Sencha/);
    await pressKeyOn(page, /^Add Yunomi/);
    await look(page, 'shop');
    await shop.pictures.take(page, 'shop-narrow', { width: 380 });
    orders.paid = await buy(page, /^Add Sencha/);
    const payPage = await toPayPage(buyer);
    await shows(page, '.order-status [data-status=WAITING_PAYMENT]');
    await look(page, 'order-to-pay');
    await pay(payPage);
    await shows(page, '.order-status [data-status=PAID]');
    await shows(page, '[data-checkout=COMPLETED]');
    for (const type of ['OrderPaid', 'CheckoutCompleted'])
      await page.locator('.timeline strong', { hasText: type }).waitFor();
    expect(await isSameDocument()).toBe(true);
  });

  it('finds every step in the timeline, with where it stands in the log', async () => {
    const { page } = buyer;
    const entries = await page.locator('.timeline li').allTextContents();
    for (const entry of entries)
      expect(entry).toMatch(/Topic\s+\w+(\.\w+)+\s+Partition [0-3]\s+Offset \d+/);
    for (const type of ['OrderCreated', 'PaymentCreated', 'PaymentSucceeded', 'OrderPaid'])
      expect(entries.filter((entry) => entry.includes(type))).toHaveLength(1);
    await look(page, 'order', { height: 1_150 });
    await shop.pictures.take(page, 'order-dark', { colours: 'dark' });
  });
});

describe('an operator', () => {
  let alertTab: Page;

  /** By keyboard; the page shows what has become of the alert. */
  async function decide(button: string, reason: string, status: string): Promise<void> {
    await tabTo(alertTab, /^Why/);
    await alertTab.keyboard.type(reason);
    await pressKeyOn(alertTab, button);
    await shows(alertTab, `.alert-status [data-status=${status}]`);
    await shows(alertTab, `.history tr[data-status=${status}]:last-child`);
  }

  it('sees Rule A raised on the overview while an order does not show its payment', async () => {
    const { page } = buyer;
    orders.late = await buy(page, /^Add Yunomi/);
    const payPage = await toPayPage(buyer);
    await pressKeyOn(page, 'My orders');
    await shows(page, 'tbody tr:nth-child(2)');
    await look(page, 'orders');

    operator = await shop.visit('/alerts');
    await logIn(operator, { name: 'Olga', roles: [/^Operator/] });
    await operator.page.getByText('No alert has been raised.').waitFor();
    const isSameDocument = await markDocument(operator.page);
    stopProcess(shop.world, 'orders');
    await pay(payPage);
    await shows(operator.page, 'tr[data-rule=A]');
    await shows(operator.page, 'td [data-status=OPEN]');
    expect(await isSameDocument()).toBe(true);
    await look(operator.page, 'alerts');
    await shop.pictures.take(operator.page, 'alerts-dark', { colours: 'dark' });
  });

  /** In the list, as with several at once. */
  async function suppressAndTakeBack(page: Page): Promise<void> {
    await page.getByLabel(/^Select: A/).check();
    await page.getByLabel('What to do').selectOption('suppress');
    await page.getByLabel(/^Why/).fill('the bank mends it');
    await pressKeyOn(page, 'Do it');
    await shows(alertTab, '.alert-status [data-status=SUPPRESSED]');
    expect(await audit(page)).toEqual([]);
    await pressKeyOn(page, 'Take back');
    await shows(alertTab, '.alert-status [data-status=OPEN]');
  }

  it('decides about it in every way, and sees it heal before their eyes', async () => {
    const { page } = operator;
    const href = await page.locator('th a[href^="/alerts/"]').getAttribute('href');
    alertTab = await operator.openTab(shop.url(href ?? ''));
    await shows(alertTab, '.alert-status [data-status=OPEN]');
    await look(alertTab, 'alert');
    const isSame = await Promise.all([page, alertTab].map(markDocument));
    await decide('Acknowledge', 'somebody looks into it', 'ACKNOWLEDGED');
    await shows(page, 'td [data-status=ACKNOWLEDGED]');
    await decide('Investigate', 'asked the gateway', 'INVESTIGATING');
    await decide('Resolve', 'paid, as the gateway says', 'RESOLVED');
    await decide('Reopen', 'the order still does not show it', 'OPEN');
    await suppressAndTakeBack(page);
    await startProcess(shop.world, 'orders');
    await shows(alertTab, '.alert-status [data-status=AUTO_RESOLVED]');
    await shows(page, 'td [data-status=AUTO_RESOLVED]');
    expect(await Promise.all(isSame.map((each) => each()))).toEqual([true, true]);
    const steps = alertTab.locator('.history tbody th');
    await until('every step is in the history', async () => (await steps.count()) === 8);
    expect(await steps.allTextContents()).toEqual([
      ...['Raised', 'Acknowledged', 'Under investigation', 'Resolved by hand', 'Reopened'],
      ...['Suppressed', 'Reopened', 'Resolved by itself'],
    ]);
    await look(alertTab, 'alert-resolved');
  });

  it('follows the evidence to the event in the order’s timeline, and finds it by any id', async () => {
    await pressKeyOn(alertTab, /^PaymentSucceeded/);
    await until('the event is in focus', () =>
      alertTab.evaluate<boolean>('document.activeElement.id.startsWith("event-")'),
    );
    expect(await alertTab.textContent('h1')).toContain(orders.late);
    await pressKeyOn(alertTab, 'Search');
    await shows(alertTab, '#search-id');
    await pressKeyOn(alertTab, /^Order number, payment/);
    await alertTab.keyboard.type(orders.late);
    await alertTab.keyboard.press('Enter');
    await shows(alertTab, 'tbody [data-status=PAID]');
    await look(alertTab, 'search');
    await alertTab.close();
  });
});

describe('in every language', () => {
  it.each([
    ['zh', '商店', 'shop-zh', null],
    ['ja', 'ショップ', null, 'order-ja'],
    ['en', 'Shop', null, null],
  ])('%s: shop and order have all their texts', async (tag, title, list, order) => {
    const { page } = buyer;
    await page.selectOption('select[name=language]', tag);
    for (const [path, selector, picture] of [
      [`/orders/${orders.paid}`, '.timeline li', order],
      ['/', 'tbody tr', list],
    ] as const) {
      // Its own language is there again after a load.
      await page.goto(shop.url(path));
      await shows(page, selector);
      expect(await page.getAttribute('html', 'lang')).toBe(tag);
      expect(await missingTexts(page)).toEqual([]);
      if (picture !== null) await shop.pictures.take(page, picture);
    }
    expect(await page.locator('h1').textContent()).toBe(title);
  });
});

describe('what stands in the way', () => {
  it('is a page that there is not', async () => {
    const { page } = buyer;
    buyer.tolerate(/^404 GET \/api\/purchases\/NONE\b/);
    await page.goto(shop.url('/orders/NONE'));
    await shows(page, '[role=alert][data-problem=not-found]');
    // Of a path that the page does not know the server says so itself: only a link within leads here.
    await page.evaluate(
      `history.pushState(null, '', '/none'); dispatchEvent(new PopStateEvent('popstate'))`,
    );
    await page.locator('h1', { hasText: 'There is nothing here' }).waitFor();
    await look(page, 'not-found');
  });

  it('is said clearly when Redis dies, and goes away by itself when it is back', async () => {
    const { page } = buyer;
    await pressKeyOn(page, 'My orders');
    await shows(page, 'tbody tr');
    const isSameDocument = await markDocument(page);
    const refused = buyer.tolerate(/^503 GET \/api\//);
    shop.world.stack.killPart('redis');
    await pressKeyOn(page, 'Shop');
    await shows(page, '[role=alert][data-problem=unavailable]');
    await look(page, 'problem');
    await shop.world.stack.restartPart('redis');
    await shows(page, 'tbody tr');
    await shows(page, '[data-live=live]');
    expect(await page.locator('[role=alert]').count()).toBe(0);
    expect(await isSameDocument()).toBe(true);
    expect(refused()).toBeGreaterThan(0);
  });
});

describe('these tests', () => {
  it('would have seen what is wrong', async () => {
    const { page } = buyer;
    await page.evaluate(`document.querySelector('main').insertAdjacentHTML('beforeend',
      '<input><p class="pale">pale</p><div class="broad">order.title PAY_LATER</div>')`);
    await page.evaluate(`for (const [name, value] of [['pale', 'color: #999'], ['broad', 'width: 900px']])
      document.querySelector('.' + name).style.cssText = value`);
    const found = (await audit(page)).join('\n');
    for (const each of [/^label: <input/m, /^color-contrast: <p/m, /^wider than 380 px: <div/m])
      expect(found).toMatch(each);
    expect(await missingTexts(page)).toHaveLength(1);
    const seen = [
      /^exception: planted$/,
      /^404 GET .*no-such-call$/,
      /Content Security Policy/,
    ].map((pattern) => buyer.tolerate(pattern));
    await page.evaluate(`setTimeout(() => { throw new Error('planted') })`);
    await page.evaluate(`fetch('/api/no-such-call').then(({ status }) => status)`);
    await page.evaluate(`document.body.append(
      Object.assign(document.createElement('style'), { textContent: 'p { color: red }' }))`);
    // Whatever was said stands before what is asked now.
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 100))');
    expect(seen.map((count) => count() > 0)).toEqual([true, true, true]);
    await page.evaluate(`for (const each of document.links) each.style.outline = 'none'`);
    await expect(tabTo(page, 'My orders')).rejects.toThrow(/in focus, and nothing shows it/);
    const isSameDocument = await markDocument(page);
    await page.reload();
    expect(await isSameDocument()).toBe(false);
  });
});
