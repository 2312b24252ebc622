// @vitest-environment happy-dom
import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { refusal } from './testing/fake-server.ts';
import type { OpenPage } from './testing/open-page.ts';
import { openPage } from './testing/open-page.ts';
import { alert, serverWithShop } from './testing/samples.ts';

let page: OpenPage;
afterEach(() => page.close());

/** What axe finds in the document, without what needs a layout: contrast has a test of its own. */
async function violations(): Promise<readonly string[]> {
  const { violations: found, passes } = await axe.run(document, {
    rules: { 'color-contrast': { enabled: false }, 'target-size': { enabled: false } },
  });
  // One that looks at nothing finds nothing.
  expect(passes.length).toBeGreaterThan(10);
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

describe('axe finds nothing wrong', () => {
  it.each([
    ['the shop', '/'],
    ['the list of orders', '/orders'],
    ['an order with its timeline', '/orders/O1'],
    ['the overview of alerts', '/alerts'],
    ['an alert with its evidence', '/alerts/a1'],
    ['the list of incidents', '/incidents'],
    ['an incident with its alerts and remedies', '/incidents/i1'],
    ['remedies and policies', '/remedies'],
    ['a remedy that waits', '/remedies/r1'],
    ['the search', '/search'],
    ['a page that there is not', '/none'],
  ])('with %s', async (_, path) => {
    page = await openPage(serverWithShop(['operator']), path);
    expect(await violations()).toEqual([]);
  });

  it('with a basket that is paid both ways', async () => {
    page = await openPage(serverWithShop(), '/');
    await page.click(page.button('Add Tea to the basket'));
    await page.click(page.find('input[value=both]'));
    await page.type('#basket-balance', 'x');
    expect(await violations()).toEqual([]);
  });

  it('with alerts that are selected, and what was done to them', async () => {
    const server = serverWithShop(['operator']);
    const results = [{ alertId: 'a1', outcome: 'DONE', status: 'RESOLVED', code: null }];
    server.answer('POST /api/alerts/actions', { done: 1, results });
    page = await openPage(server, '/alerts');
    await page.click(page.find('tbody [type=checkbox]'));
    await page.choose('#bulk-action', 'suppress');
    expect(await violations()).toEqual([]);
    await page.choose('#bulk-action', 'resolve');
    await page.type('#bulk-reason', 'known');
    await page.click(page.button('Do it'));
    expect(page.text()).toContain('Take back');
    expect(await violations()).toEqual([]);
  });

  it('with the switch that stops remedies, while it asks', async () => {
    page = await openPage(serverWithShop(['operator']), '/remedies');
    await page.click(page.find('[data-policy=all] button'));
    expect(page.text()).toContain('Yes, stop');
    expect(await violations()).toEqual([]);
  });

  it('with an alert that has been resolved', async () => {
    const server = serverWithShop(['operator']);
    const { evidence } = alert;
    const resolution = {
      ...{ resolution: 'SUPERSEDED', reason: 'it ended', supersededBy: 'a2', evidence },
      resolvedAt: '2026-01-01T10:03:00Z',
    };
    server.answer('GET /api/alerts/a1', { alert: { ...alert, status: 'SUPERSEDED', resolution } });
    page = await openPage(server, '/alerts/a1');
    expect(await violations()).toEqual([]);
  });

  it.each([
    [401, '/orders'],
    [503, '/orders'],
  ])('with a session that is answered %i', async (status, path) => {
    const server = serverWithShop();
    server.answer('GET /api/session', refusal(status, 'SOME_CODE'));
    page = await openPage(server, path);
    expect(await violations()).toEqual([]);
  });

  it.each([403, 404, 500, 503])('with an order that is answered %i', async (status) => {
    const server = serverWithShop();
    server.answer('GET /api/purchases/O1', refusal(status, 'SOME_CODE'));
    page = await openPage(server, '/orders/O1');
    expect(await violations()).toEqual([]);
  });

  it('except where something is', async () => {
    page = await openPage(serverWithShop(), '/');
    page.main.append(document.createElement('input'));
    expect(await violations()).toEqual(['label: <input>']);
  });
});
