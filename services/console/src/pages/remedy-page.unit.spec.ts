// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listSettleMs, settleMs } from '../limits.ts';
import type { FakeServer } from '../testing/fake-server.ts';
import { refusal } from '../testing/fake-server.ts';
import type { OpenPage } from '../testing/open-page.ts';
import { openPage } from '../testing/open-page.ts';
import { policy, remedy, serverWithShop } from '../testing/samples.ts';

let page: OpenPage;
afterEach(() => {
  page.close();
  vi.useRealTimers();
});

async function open(more: object = {}): Promise<FakeServer> {
  const server = serverWithShop(['operator']);
  server.answer('GET /api/remedies/r1', { remedy: remedy(more) });
  page = await openPage(server, '/remedies/r1');
  return server;
}

const approve = 'POST /api/remedies/r1/approve';

describe('a remedy that waits', () => {
  it('says why, and how many persons it takes', async () => {
    await open();
    expect(page.find('.remedy-status').textContent).toBe('Waits for a person');
    expect(page.text()).toContain('Has to be approved');
    expect(page.find('.approvals').textContent.trim()).toBe('0 of 2 persons');
    expect(page.find('.history').textContent).toMatch(/Proposed.*Held.*Has to be approved/s);
  });

  it('is approved with a reason, and then wants another person', async () => {
    const server = await open();
    const approved = { remedy: remedy({ approvedBy: ['operator:u1'] }) };
    server.answer(approve, approved);
    server.answer('GET /api/remedies/r1', approved);
    await page.type('#remedy-reason', ' asked the buyer ');
    await page.click(page.button('Approve'));
    const [call] = server.callsOf(approve);
    expect(call?.body).toEqual({ reason: 'asked the buyer' });
    expect(call?.headers['Idempotency-Key']).toMatch(/^[\da-f]{32}$/);
    expect(page.find('.approvals').textContent.trim()).toBe('1 of 2 persons');
    expect(page.text()).toContain('1. operator:u1');
    expect(page.find('.for-another').textContent).toContain('A second person');
    expect(page.button('Approve').disabled).toBe(true);
    expect(page.button('Reject').disabled).toBe(false);
  });

  it('is for the second person to approve, and is approved again by who did where an hour held it', async () => {
    await open({ approvedBy: ['operator:u2'] });
    expect(page.main.querySelector('.for-another')).toBeNull();
    expect(page.button('Approve').disabled).toBe(false);
    page.close();
    await open({ approvedBy: ['operator:u1'], approvalsNeeded: 1, code: 'HOUR_SUM_USED_UP' });
    expect(page.button('Approve').disabled).toBe(false);
  });

  it('is rejected', async () => {
    const server = await open();
    const path = 'POST /api/remedies/r1/reject';
    server.answer(path, { remedy: remedy({ status: 'REJECTED', code: 'REJECTED' }) });
    await page.type('#remedy-reason', 'paid back by hand');
    await page.click(page.button('Reject'));
    expect(server.callsOf(path)[0]?.body).toEqual({ reason: 'paid back by hand' });
  });

  it.each([
    ['REMEDY_STARTED', 'STARTED', 'started meanwhile'],
    ['REMEDY_ENDED', 'WITHDRAWN', 'ended meanwhile'],
  ])('is read anew when it is refused with %s', async (code, status, text) => {
    const server = await open();
    server.answer(approve, refusal(409, code));
    server.answer('GET /api/remedies/r1', { remedy: remedy({ status }) });
    await page.type('#remedy-reason', 'yes');
    await page.click(page.button('Approve'));
    expect(page.find('[role=alert]').textContent).toContain(text);
    expect(page.find('.remedy-status [data-status]').dataset['status']).toBe(status);
    expect(page.main.querySelector('#remedy-reason')).toBeNull();
  });

  it('shows live that it is done, by which event, and how its alert ended', async () => {
    const server = await open({ status: 'STARTED', code: null });
    const proof = { eventId: 'e9', type: 'OrderPaid', topic: 'orders.events' };
    const done = { status: 'DONE', code: null, proof, alertResolution: 'AUTO_RESOLVED' };
    server.answer('GET /api/remedies/r1', { remedy: remedy(done) });
    vi.useFakeTimers();
    server.say({ type: 'change', kind: 'REMEDY', orderNo: 'O1', position: 'p2' });
    await vi.advanceTimersByTimeAsync(settleMs);
    await page.settle();
    expect(page.find('.remedy-status').textContent).toBe('Done');
    expect(page.find('.proof a').getAttribute('href')).toBe('/orders/O1#event-e9');
    expect(page.text()).toContain('Resolved by itself');
    expect(page.find('main > [role=status]').textContent).toBe('The remedy is now: Done');
  });

  it('shows a code of another part of the platform as a code', async () => {
    await open({ status: 'REFUSED', code: 'ORDER_TOTALLY_ELSEWHERE' });
    expect(page.find('.facts dd code').textContent).toBe('ORDER_TOTALLY_ELSEWHERE');
  });
});

describe('remedies', () => {
  it('that wait stand first; all of them are filtered', async () => {
    const server = serverWithShop(['operator']);
    page = await openPage(server, '/remedies?rule=C');
    const searches = () => server.callsOf('GET /api/remedies').map(({ search }) => search);
    expect(searches()).toEqual(['status=WAITING&limit=100', 'rule=C&limit=100']);
    await page.choose('#filter-status', 'DRY_RUN');
    expect(searches().at(-1)).toBe('rule=C&status=DRY_RUN&limit=100');
  });

  it('stand with their alert', async () => {
    const server = serverWithShop(['operator']);
    page = await openPage(server, '/alerts/a1');
    expect(server.callsOf('GET /api/remedies')[0]?.search).toBe('alertId=a1&limit=100');
    expect(page.find('[data-remedy=r1] a').getAttribute('href')).toBe('/remedies/r1');
    page.close();
    server.answer('GET /api/remedies', { remedies: [], nextCursor: null });
    server.answer('GET /api/incidents', { incidents: [], nextCursor: null });
    page = await openPage(server, '/alerts/a1');
    expect(page.text()).toContain('Nothing is done about it by itself.');
    expect(page.main.querySelector('.alert-incident')).toBeNull();
  });
});

describe('the kill switch', () => {
  const stop = 'POST /api/policies/stop';

  it('wants a reason and a second press, and can be left by Escape', async () => {
    const server = serverWithShop(['operator']);
    page = await openPage(server, '/remedies');
    const first = () => page.button('Stop: all remedies of main');
    await page.click(first());
    expect(document.activeElement).toBe(page.find('#switch-main-all'));
    expect(page.text()).toContain('none starts any more, whoever approves it');
    await page.click(page.button('Yes, stop'));
    expect(server.callsOf(stop)).toEqual([]);
    page.find('form.confirm').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    await page.settle();
    expect(page.main.querySelector('form.confirm')).toBeNull();
    expect(document.activeElement).toBe(first());
  });

  it('stops all rules of a tenant, and says so', async () => {
    const server = serverWithShop(['operator']);
    page = await openPage(server, '/remedies');
    const stopped = { stopped: true, stopReason: 'it lies', stopBy: 'operator:u1' };
    const all = policy({ rule: null, mode: null, remedy: null, money: [], ...stopped });
    server.answer(stop, { policies: [] });
    server.answer('GET /api/policies', { policies: [all, policy()] });
    await page.click(page.button('Stop: all remedies of main'));
    await page.type('#switch-main-all', ' it lies ');
    await page.click(page.button('Yes, stop'));
    expect(server.callsOf(stop)[0]?.body).toEqual({
      ...{ tenant: 'main', rule: null, reason: 'it lies' },
    });
    expect(page.find('[data-policy=all] .stopped').textContent).toMatch(/operator:u1.*it lies/s);
    expect(page.find('main > [role=status]').textContent).toBe('Stopped: all remedies of main');
    expect(page.button('Let start again: all remedies of main')).toBeDefined();
  });

  it('stops one rule; a failure is shown, and the same press again has the same key', async () => {
    const server = serverWithShop(['operator']);
    page = await openPage(server, '/remedies');
    server.answer(stop, refusal(503, 'OUTCOME_UNKNOWN'));
    await page.click(page.button('Stop: remedies of rule A of main'));
    await page.type('#switch-main-A', 'look first');
    await page.click(page.button('Yes, stop'));
    expect(page.find('form.confirm [data-problem]').textContent).toContain('Not available');
    await page.click(page.button('Yes, stop'));
    const calls = server.callsOf(stop);
    expect(calls.map(({ body }) => body)).toEqual([
      { tenant: 'main', rule: 'A', reason: 'look first' },
      { tenant: 'main', rule: 'A', reason: 'look first' },
    ]);
    expect(new Set(calls.map(({ headers }) => headers['Idempotency-Key'])).size).toBe(1);
  });

  it('is shown as others have set it', async () => {
    const server = serverWithShop(['operator']);
    page = await openPage(server, '/remedies');
    const by = { stopped: true, stopReason: 'wait', stopBy: 'operator:u7' };
    server.answer('GET /api/policies', { policies: [policy(by)] });
    vi.useFakeTimers();
    server.say({ type: 'change', kind: 'REMEDY', orderNo: 'remedies', position: 'p2' });
    await vi.advanceTimersByTimeAsync(listSettleMs);
    await page.settle();
    expect(page.find('[data-policy=A] .stopped').textContent).toContain('operator:u7');
  });
});
