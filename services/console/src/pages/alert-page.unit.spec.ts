// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import { refusal } from '../testing/fake-server.ts';
import type { FakeServer } from '../testing/fake-server.ts';
import type { OpenPage } from '../testing/open-page.ts';
import { openPage } from '../testing/open-page.ts';
import { alert, alertStep, serverWithShop } from '../testing/samples.ts';

let page: OpenPage;
afterEach(() => page.close());

const alertIn = (status: string, history: readonly object[] = alert.history) => ({
  alert: { ...alert, status, history },
});

async function open(status: string): Promise<FakeServer> {
  const server = serverWithShop(['operator']);
  server.answer('GET /api/alerts/a1', alertIn(status));
  page = await openPage(server, '/alerts/a1');
  return server;
}

const buttons = (): readonly string[] =>
  [...page.main.querySelectorAll('button[type=submit]')].map((each) => each.textContent.trim());

async function press(button: string, reason = 'we look into it'): Promise<void> {
  await page.type('#alert-reason', reason);
  await page.click(page.button(button));
}

describe('what an operator can do to an alert', () => {
  it.each([
    ['OPEN', ['Acknowledge', 'Investigate', 'Resolve', 'Write off', 'Suppress']],
    ['ACKNOWLEDGED', ['Investigate', 'Resolve', 'Write off', 'Suppress']],
    ['INVESTIGATING', ['Resolve', 'Write off', 'Suppress']],
    ['RESOLVED', ['Reopen']],
    ['WRITTEN_OFF', ['Reopen']],
    ['SUPPRESSED', ['Reopen']],
    ['AUTO_RESOLVED', ['Reopen']],
    ['SUPERSEDED', []],
  ])('that is %s is %j', async (status, expected) => {
    await open(status);
    expect(buttons()).toEqual(expected);
  });

  it('is done with a reason, shown at once, said, and in the history', async () => {
    const server = await open('OPEN');
    const history = [...alert.history, alertStep('ACKNOWLEDGED', { reason: 'mine', offset: '8' })];
    const acknowledged = alertIn('ACKNOWLEDGED', history);
    server.answer('POST /api/alerts/a1/acknowledge', acknowledged);
    server.answer('GET /api/alerts/a1', acknowledged);
    await press('Acknowledge', ' mine ');
    const [call] = server.callsOf('POST /api/alerts/a1/acknowledge');
    expect(call?.body).toEqual({ reason: 'mine' });
    expect(call?.headers['Idempotency-Key']).toMatch(/^[\da-f]{32}$/);
    expect(call?.headers['X-CSRF-Token']).toBe('token-1');
    expect(page.find('.alert-status').textContent).toBe('Acknowledged');
    expect(page.find('main > [role=status]').textContent).toBe('The alert is now: Acknowledged');
    expect(page.find('.history').textContent).toMatch(/Raised.*Acknowledged.*user:u1.*mine/s);
    expect(buttons()).toEqual(['Investigate', 'Resolve', 'Write off', 'Suppress']);
    expect(document.activeElement?.id).toBe('actions-title');
    expect(page.value('#alert-reason')).toBe('');
  });

  it('has no loss where no money is at stake', async () => {
    const server = serverWithShop(['operator']);
    const none = { ...alert, amount: 0, currency: 'XXX' };
    server.answer('GET /api/alerts/a1', { alert: none });
    page = await openPage(server, '/alerts/a1');
    expect(buttons()).not.toContain('Write off');
    expect(page.main.querySelector('#alert-loss')).toBeNull();
  });

  it.each([
    ['', {}],
    [' 12.50 ', { loss: '12.50', currency: 'CNY' }],
  ])('writes off %j of what is at stake', async (typed, loss) => {
    const server = await open('INVESTIGATING');
    server.answer('POST /api/alerts/a1/write-off', alertIn('WRITTEN_OFF'));
    await page.type('#alert-loss', typed);
    await press('Write off', 'gone');
    const [call] = server.callsOf('POST /api/alerts/a1/write-off');
    expect(call?.body).toEqual({ reason: 'gone', ...loss });
  });

  it.each([
    ['week', 168 * 3_600_000],
    ['good', null],
  ])('suppresses for a %s', async (length, ms) => {
    const server = await open('OPEN');
    server.answer('POST /api/alerts/a1/suppress', alertIn('SUPPRESSED'));
    await page.choose('#alert-for', length);
    const beforeMs = Date.now();
    await press('Suppress', 'known');
    const { reason, until } = server.callsOf('POST /api/alerts/a1/suppress')[0]?.body as {
      reason: string;
      until?: string;
    };
    expect(reason).toBe('known');
    if (ms === null) expect(until).toBe(undefined);
    else {
      const untilMs = Date.parse(until ?? '');
      expect(untilMs).toBeGreaterThanOrEqual(beforeMs + ms);
      expect(untilMs).toBeLessThanOrEqual(Date.now() + ms);
    }
  });

  it('needs a reason', async () => {
    const server = await open('OPEN');
    expect(page.find('#alert-reason').hasAttribute('required')).toBe(true);
    await page.click(page.button('Resolve'));
    expect(server.callsOf('POST /api/alerts/a1/resolve')).toEqual([]);
  });

  it('has one key over a retry, and another for another press', async () => {
    const server = await open('OPEN');
    const keys = () =>
      server.callsOf('POST /api/alerts/a1/resolve').map((call) => call.headers['Idempotency-Key']);
    server.answer('POST /api/alerts/a1/resolve', refusal(503, 'OUTCOME_UNKNOWN'));
    await press('Resolve');
    await page.click(page.button('Try again'));
    expect(new Set(keys()).size).toBe(1);
    await press('Resolve', 'another reason');
    expect(new Set(keys()).size).toBe(2);
    server.answer('POST /api/alerts/a1/resolve', alertIn('OPEN'));
    await press('Resolve', 'another reason');
    await press('Resolve', 'another reason');
    expect(keys()).toHaveLength(5);
    expect(new Set(keys()).size).toBe(3);
  });

  it.each([
    ['OPEN', 'Resolve', 'ALERT_ENDED', 'AUTO_RESOLVED', 'has ended meanwhile'],
    ['RESOLVED', 'Reopen', 'ALERT_NOT_ENDED', 'OPEN', 'stands already'],
    ['RESOLVED', 'Reopen', 'ALERT_SUPERSEDED', 'SUPERSEDED', 'taken its place'],
    ['OPEN', 'Write off', 'LOSS_INVALID', 'OPEN', 'more than is at stake'],
    ['OPEN', 'Suppress', 'UNTIL_INVALID', 'OPEN', 'after now'],
  ])('that is %s and %s is refused with %s is read anew', async (from, button, code, to, text) => {
    const server = await open(from);
    server.answer(
      `POST /api/alerts/a1/${button.toLowerCase().replace(' ', '-')}`,
      refusal(409, code),
    );
    server.answer('GET /api/alerts/a1', alertIn(to));
    await press(button);
    expect(page.find('[role=alert]').textContent).toContain(text);
    expect(page.find('.alert-status [data-status]').dataset['status']).toBe(to);
  });
});

describe('what became of an alert', () => {
  it('tells raised from reopened, with who, why and where', async () => {
    const server = serverWithShop(['operator']);
    const history = [
      alertStep('OPEN', { actor: 'process:consistency-alerts' }),
      alertStep('RESOLVED', { reason: 'paid by hand', offset: '8' }),
      alertStep('OPEN', { reason: 'it was not', offset: '9' }),
      alertStep('WRITTEN_OFF', { loss: 12.5, lossCurrency: 'CNY', offset: '10' }),
      alertStep('SUPPRESSED', { suppressedUntil: '2026-02-01T10:00:00Z', offset: '11' }),
    ];
    server.answer('GET /api/alerts/a1', alertIn('OPEN', history));
    page = await openPage(server, '/alerts/a1');
    const rows = [...page.main.querySelectorAll('.history tbody tr')].map((row) => row.textContent);
    expect(rows[0]).toMatch(/Raised.*process:consistency-alerts/s);
    expect(rows[1]).toMatch(/Resolved by hand.*user:u1.*paid by hand.*Offset 8/s);
    expect(rows[2]).toMatch(/Reopened.*it was not.*Offset 9/s);
    expect(rows[3]).toMatch(/Written off.*Loss: CNY.12\.50/s);
    expect(rows[4]).toMatch(/Suppressed.*Suppressed until: .*2026/s);
  });
});
