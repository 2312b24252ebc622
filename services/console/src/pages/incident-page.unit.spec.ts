// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listSettleMs, settleMs } from '../limits.ts';
import type { FakeServer } from '../testing/fake-server.ts';
import { refusal } from '../testing/fake-server.ts';
import type { OpenPage } from '../testing/open-page.ts';
import { openPage } from '../testing/open-page.ts';
import { alert, incident, serverWithShop } from '../testing/samples.ts';

let page: OpenPage;
afterEach(() => {
  page.close();
  vi.useRealTimers();
});

const answerOf = (more: object) => ({
  ...{ incident: incident(more), alerts: [alert], nextCursor: null },
});

async function open(more: object = {}): Promise<FakeServer> {
  const server = serverWithShop(['operator']);
  server.answer('GET /api/incidents/i1', answerOf(more));
  page = await openPage(server, '/incidents/i1');
  return server;
}

const path = 'POST /api/incidents/i1/actions';
const outcomes = (nextCursor: string | null, ...alertIds: readonly string[]) => ({
  done: alertIds.length,
  results: alertIds.map((alertId) => ({ alertId, outcome: 'DONE', status: null, code: null })),
  nextCursor,
});
const said = () => page.find('.bulk-done').textContent.replace(/\s+/g, ' ').trim();
const actions = () =>
  [...page.main.querySelectorAll('#bulk-action option')].map((each) => each.textContent);

async function press(action: string): Promise<void> {
  await page.choose('#bulk-action', action);
  await page.type('#bulk-reason', 'one outage');
  await page.click(page.button('Do it'));
}

describe('the list of incidents', () => {
  it('says what there is to look at, and is filtered by rule and status', async () => {
    const server = serverWithShop(['operator']);
    page = await openPage(server, '/incidents?status=OPEN');
    expect(page.find('.matters').textContent).toContain('2');
    expect(page.find('[data-incident=i1]').textContent).toMatch(/A: Paid.*Open.*2.*1.*50.*25/s);
    expect(server.callsOf('GET /api/incidents')[0]?.search).toBe('status=OPEN&limit=100');
    await page.choose('#filter-rule', 'W');
    expect(server.callsOf('GET /api/incidents').at(-1)?.search).toBe(
      'rule=W&status=OPEN&limit=100',
    );
  });

  it('is read anew when an incident opens', async () => {
    const server = serverWithShop(['operator']);
    server.answer('GET /api/incidents', { incidents: [], nextCursor: null });
    page = await openPage(server, '/incidents');
    expect(page.text()).toContain('No incident fits.');
    server.answer('GET /api/incidents', { incidents: [incident()], nextCursor: null });
    vi.useFakeTimers();
    server.say({ type: 'change', kind: 'INCIDENT', orderNo: 'incidents.A', position: 'p2' });
    await vi.advanceTimersByTimeAsync(listSettleMs);
    await page.settle();
    expect(page.find('[data-incident=i1]').textContent).toContain('Open');
  });
});

describe('an incident', () => {
  it('shows what opened it, what is at stake, what is done about it and its alerts', async () => {
    await open();
    expect(page.find('.incident-at-stake').textContent).toContain('25');
    expect(page.find('[data-step=first] a').getAttribute('href')).toBe('/alerts/a1');
    expect(page.find('[data-step=first]').textContent).toMatch(/First alert\s+Jan/);
    expect(page.find('[data-step=opened]').textContent).toMatch(/incidents.*Offset 3/s);
    expect(page.find('[data-step=open]').textContent).toContain('still join it');
    expect(page.find('[data-remedy=r1]').textContent).toMatch(/Complete.*Has to be approved/s);
    expect(page.find('[data-alert=a1]').textContent).toContain('paid, and not shown');
    expect(page.main.querySelector('tbody [type=checkbox]')).toBeNull();
  });

  it('shows its end, live, with why and where that stands in the log', async () => {
    const server = await open();
    const ended = {
      ...{ status: 'ENDED', endReason: 'ALL_ENDED', endedAt: '2026-01-01T10:09:00Z', open: 0 },
      endedIn: { topic: 'incidents', partition: 2, offset: '8' },
    };
    server.answer('GET /api/incidents/i1', answerOf(ended));
    vi.useFakeTimers();
    server.say({ type: 'change', kind: 'INCIDENT', orderNo: 'incidents.B', position: 'p2' });
    await vi.advanceTimersByTimeAsync(settleMs);
    expect(page.main.querySelector('[data-step=ended]')).toBeNull();
    server.say({ type: 'change', kind: 'INCIDENT', orderNo: 'incidents.A', position: 'p3' });
    await vi.advanceTimersByTimeAsync(settleMs);
    await page.settle();
    expect(page.find('[data-step=ended]').textContent).toMatch(
      /all its alerts have ended.*incidents.*Offset 8/s,
    );
    expect(page.find('main > [role=status]').textContent).toBe('The incident is now: Ended');
    expect(page.main.querySelector('[data-step=open]')).toBeNull();
  });

  it('has one word for all its alerts, page by page, of which just those are taken back', async () => {
    const server = await open();
    expect(actions()).toEqual(['Acknowledge', 'Investigate', 'Resolve', 'Suppress']);
    server.answerInTurn(path, outcomes('next', 'a1', 'a2'), outcomes(null, 'a3'));
    await press('resolve');
    const calls = server.callsOf(path);
    expect(calls.map(({ body }) => body)).toEqual([
      { action: 'resolve', reason: 'one outage' },
      { action: 'resolve', reason: 'one outage', cursor: 'next' },
    ]);
    expect(new Set(calls.map(({ headers }) => headers['Idempotency-Key'])).size).toBe(1);
    expect(said()).toMatch(/^Resolve: 3 done/);
    const undo = 'POST /api/alerts/actions';
    server.answer(undo, outcomes(null, 'a1', 'a2', 'a3'));
    await page.click(page.button('Take back'));
    expect(server.callsOf(undo)[0]?.body).toEqual({
      ...{ action: 'reopen', alertIds: ['a1', 'a2', 'a3'], reason: 'Taken back: one outage' },
    });
    expect(said()).toMatch(/^Taken back: 3 stand again/);
  });

  it('goes on under the same key after a page that failed, and counts what was done before', async () => {
    const server = await open();
    server.answerInTurn(path, outcomes('next', 'a1'), refusal(503, 'DEPENDENCY_DOWN'));
    await press('acknowledge');
    expect(page.find('[data-problem=unavailable]').textContent).toContain('Not available');
    server.answer(path, outcomes(null, 'a2'));
    await page.click(page.button('Try again'));
    const keys = server.callsOf(path).map(({ headers }) => headers['Idempotency-Key']);
    expect(new Set(keys).size).toBe(1);
    expect(said()).toMatch(/^Acknowledge: 2 done/);
  });

  it('can be taken back once something of it was ended by a person', async () => {
    await open({ open: 0, suppressed: 2 });
    expect(actions()).toEqual(['Reopen']);
    page.close();
    await open({ open: 0, autoResolved: 2 });
    expect(page.main.querySelector('#bulk-action')).toBeNull();
  });

  it('leads from an alert', async () => {
    page = await openPage(serverWithShop(['operator']), '/alerts/a1');
    expect(page.find('.alert-incident a').getAttribute('href')).toBe('/incidents/i1');
    expect(page.find('.alert-incident').textContent).toContain('2 alerts, 1 of which');
  });
});
