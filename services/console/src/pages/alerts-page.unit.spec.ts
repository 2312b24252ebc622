// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import type { FakeServer } from '../testing/fake-server.ts';
import { refusal } from '../testing/fake-server.ts';
import type { OpenPage } from '../testing/open-page.ts';
import { openPage } from '../testing/open-page.ts';
import { alert, serverWithShop } from '../testing/samples.ts';

let page: OpenPage;
afterEach(() => page.close());

const alertAs = (alertId: string, status: string) => ({ ...alert, alertId, status });

/** Three that stand, and one that has ended. */
async function open(path = '/alerts'): Promise<FakeServer> {
  const server = serverWithShop(['operator']);
  const alerts = [
    ...[alertAs('a1', 'OPEN'), alertAs('a2', 'ACKNOWLEDGED'), alertAs('a3', 'INVESTIGATING')],
    alertAs('a4', 'RESOLVED'),
  ];
  server.answer('GET /api/alerts', { alerts, nextCursor: null });
  page = await openPage(server, path);
  return server;
}

const select = async (...alertIds: readonly string[]) => {
  for (const alertId of alertIds) await page.click(page.find(`tr[data-alert=${alertId}] input`));
};
/** By the clock of whoever looks. */
const atTen = new Date('2026-01-01T10:00').toISOString();

const actions = () =>
  [...page.main.querySelectorAll('#bulk-action option')].map((each) => each.textContent);
const outcomes = (...of: readonly (readonly [alertId: string, outcome: string])[]) => ({
  done: of.filter(([, outcome]) => outcome === 'DONE').length,
  results: of.map(([alertId, outcome]) => ({
    ...{ alertId, outcome, status: null, code: null, message: null },
  })),
});
const path = 'POST /api/alerts/actions';
const bodies = (server: FakeServer) => server.callsOf(path).map(({ body }) => body);
const keys = (server: FakeServer) =>
  server.callsOf(path).map(({ headers }) => headers['Idempotency-Key']);
const said = () => page.find('.bulk-done').textContent.replace(/\s+/g, ' ').trim();

async function press(action: string, reason = 'one outage'): Promise<void> {
  await page.choose('#bulk-action', action);
  await page.type('#bulk-reason', reason);
  await page.click(page.button('Do it'));
}

describe('the list of alerts', () => {
  it.each([
    ['#filter-status', 'STANDING', 'standing=true'],
    ['#filter-status', 'WRITTEN_OFF', 'status=WRITTEN_OFF'],
    ['#filter-text', 'O1', 'text=O1'],
    ['#filter-tenant', 'demo', 'tenant=demo'],
    ['#filter-minAmount', '12.50', 'minAmount=12.50'],
    ['#filter-since', '2026-01-01T10:00', `since=${encodeURIComponent(atTen)}`],
  ])('is filtered by %s %s', async (selector, value, search) => {
    const server = await open();
    await page.choose(selector, value);
    expect(server.callsOf('GET /api/alerts').at(-1)?.search).toBe(`${search}&limit=100`);
  });

  it('is filtered by all that the address says', async () => {
    const server = await open('/alerts?status=STANDING&currency=USD&maxAmount=9');
    expect([page.value('#filter-status'), page.value('#filter-currency')]).toEqual([
      'STANDING',
      'USD',
    ]);
    expect(server.callsOf('GET /api/alerts')[0]?.search).toBe(
      'currency=USD&maxAmount=9&standing=true&limit=100',
    );
  });
});

describe('several alerts', () => {
  it('have what can be done to one of them at least', async () => {
    await open();
    expect(page.main.querySelector('.bulk')).toBeNull();
    await select('a3', 'a4');
    expect(page.find('.bulk-count').textContent).toBe('2 selected');
    expect(actions()).toEqual(['Resolve', 'Write off', 'Suppress', 'Reopen']);
    await select('a4', 'a1');
    expect(actions()).toEqual(['Acknowledge', 'Investigate', 'Resolve', 'Write off', 'Suppress']);
  });

  it('are all selected, and none, by the box at the top', async () => {
    await open();
    const box = page.find('thead input');
    await page.click(box);
    expect(page.find('.bulk-count').textContent).toBe('4 selected');
    await page.click(box);
    expect(page.main.querySelector('.bulk')).toBeNull();
  });

  it('are ended with one reason, which is said and can be taken back', async () => {
    const server = await open();
    await select('a1', 'a2', 'a3');
    server.answer(path, outcomes(['a1', 'DONE'], ['a2', 'REFUSED'], ['a3', 'DONE']));
    const reads = server.callsOf('GET /api/alerts').length;
    await press('resolve', ' one outage ');
    expect(bodies(server)).toEqual([
      { action: 'resolve', alertIds: ['a1', 'a2', 'a3'], reason: 'one outage' },
    ]);
    expect(said()).toMatch(/^Resolve: 2 done; 1 refused/);
    expect(page.find('main > [role=status]').textContent).toBe('Resolve: 2 done; 1 refused');
    expect(document.activeElement).toBe(page.find('.bulk-done'));
    expect(server.callsOf('GET /api/alerts').length).toBeGreaterThan(reads);
    expect(page.main.querySelector('.bulk')).toBeNull();
    server.answer(path, outcomes(['a1', 'DONE'], ['a3', 'DONE']));
    await page.click(page.button('Take back'));
    expect(bodies(server)[1]).toEqual({
      ...{ action: 'reopen', alertIds: ['a1', 'a3'], reason: 'Taken back: one outage' },
    });
    expect(said()).toMatch(/^Taken back: 2 stand again/);
    expect(new Set(keys(server)).size).toBe(2);
    expect(page.text()).not.toContain('Take back');
    await page.click(page.button('Close'));
    expect(page.main.querySelector('.bulk-done')).toBeNull();
  });

  it('are suppressed until one time, over a retry as well', async () => {
    const server = await open();
    await select('a1');
    server.answer(path, refusal(503, 'DEPENDENCY_DOWN'));
    await page.choose('#bulk-action', 'suppress');
    await page.choose('#bulk-for', 'hour');
    await page.type('#bulk-reason', 'known');
    await page.click(page.button('Do it'));
    server.answer(path, outcomes(['a1', 'DONE']));
    await page.click(page.button('Try again'));
    const [first, second] = bodies(server) as { until: string }[];
    expect(first).toEqual(second);
    expect(Date.parse(first?.until ?? '')).toBeGreaterThan(Date.now() + 3_000_000);
    expect(new Set(keys(server)).size).toBe(1);
    expect(said()).toMatch(/^Suppress: 1 done/);
  });

  it('of which one is not known yet are asked for again under the same key', async () => {
    const server = await open();
    await select('a1', 'a2');
    server.answer(path, outcomes(['a1', 'DONE'], ['a2', 'UNKNOWN']));
    await press('write-off');
    expect(said()).toContain('1 not known yet');
    expect(page.find('.bulk-count').textContent).toBe('2 selected');
    server.answer(path, outcomes(['a1', 'DONE'], ['a2', 'DONE']));
    await page.click(page.button('Do it'));
    expect(new Set(keys(server)).size).toBe(1);
    expect(said()).toMatch(/^Write off: 2 done/);
  });

  it('that were only acknowledged have nothing to take back', async () => {
    const server = await open();
    await select('a1');
    server.answer(path, outcomes(['a1', 'DONE']));
    await press('acknowledge');
    expect(said()).toMatch(/^Acknowledge: 1 done/);
    expect(page.text()).not.toContain('Take back');
  });

  it('are a hundred at most', async () => {
    const server = serverWithShop(['operator']);
    const alerts = Array.from({ length: 101 }, (_, n) => alertAs(`b${String(n)}`, 'OPEN'));
    server.answer('GET /api/alerts', { alerts, nextCursor: null });
    page = await openPage(server, '/alerts');
    await page.click(page.find('thead input'));
    expect(page.find('.bulk [role=alert]').textContent).toContain('At most 100');
    expect(page.button('Do it').disabled).toBe(true);
  });
});
