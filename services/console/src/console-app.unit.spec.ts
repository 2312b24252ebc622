// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FakeServer } from './testing/fake-server.ts';
import { refusal } from './testing/fake-server.ts';
import type { OpenPage } from './testing/open-page.ts';
import { openPage } from './testing/open-page.ts';
import {
  alert,
  checkout,
  purchase,
  remedy,
  serverWithShop,
  session,
  timeline,
} from './testing/samples.ts';

let page: OpenPage;
const open = async (server: FakeServer, path: string): Promise<void> => {
  page = await openPage(server, path);
};

beforeEach(() => {
  window.sessionStorage.clear();
  window.localStorage.clear();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  page.close();
  vi.useRealTimers();
});

/** Long enough for the first try after a failure, and for a burst of changes to settle. */
async function aMoment(ms = 1_000): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await page.settle();
}

describe('logging in', () => {
  it('takes a name and roles where there is a local issuer, and shows what was asked for', async () => {
    const server = serverWithShop();
    server.answer('GET /api/session', refusal(401, 'UNAUTHENTICATED'));
    server.answer('POST /local-issuer/token', { idToken: 'jwt' });
    server.answer('POST /api/session', session());
    await open(server, '/orders');
    expect(page.find('h1').textContent).toBe('Log in');
    await page.type('#log-in-user', 'Ada');
    await page.click(page.find('input[value="operator"]'));
    await page.click(page.button('Log in'));
    expect(server.callsOf('POST /local-issuer/token')[0]?.body).toEqual({
      user: 'Ada',
      roles: ['operator'],
    });
    expect(server.callsOf('POST /api/session')[0]?.body).toEqual({ idToken: 'jwt' });
    expect(page.find('h1').textContent).toBe('My orders');
  });

  it('takes an ID token where there is no local issuer, and says why it was refused', async () => {
    const server = serverWithShop();
    server.answer('GET /api/session', refusal(401, 'UNAUTHENTICATED'));
    server.answer('GET /local-issuer/.well-known/openid-configuration', refusal(404, 'NOT_FOUND'));
    server.answer('POST /api/session', refusal(401, 'TOKEN_REFUSED', 'it has expired'));
    await open(server, '/');
    await page.type('#log-in-token', ' abc ');
    await page.click(page.button('Log in'));
    expect(server.callsOf('POST /api/session')[0]?.body).toEqual({ idToken: 'abc' });
    expect(page.find('[role=alert]').textContent).toContain('it has expired');
    expect(page.value('#log-in-token')).toBe(' abc ');
  });

  it('is asked for again by a 401, and nothing that was typed is lost', async () => {
    const server = serverWithShop();
    server.answer('POST /api/purchases/O1/cancel', refusal(401, 'UNAUTHENTICATED'));
    server.answer('POST /local-issuer/token', { idToken: 'jwt' });
    server.answer('POST /api/session', session());
    await open(server, '/orders/O1');
    await page.type('#cancel-reason', 'too expensive');
    await page.click(page.button('Cancel the order'));
    expect(page.text()).toContain('Your session is over');
    expect(document.activeElement?.textContent).toBe('Log in');
    await page.type('#log-in-user', 'Ada');
    await page.click(page.button('Log in'));
    expect(page.find('h1').textContent).toBe('Order O1');
    expect(page.value('#cancel-reason')).toBe('too expensive');
    expect(document.activeElement?.textContent).toBe('Order O1');
  });

  it('as somebody else begins with pages of their own', async () => {
    const server = serverWithShop();
    server.answer('POST /api/purchases/O1/cancel', refusal(401, 'UNAUTHENTICATED'));
    server.answer('POST /local-issuer/token', { idToken: 'jwt' });
    server.answer('POST /api/session', session([], 'u2'));
    await open(server, '/orders/O1');
    await page.type('#cancel-reason', 'too expensive');
    await page.click(page.button('Cancel the order'));
    server.answer('GET /api/purchases/O1', refusal(404, 'ORDER_NOT_FOUND'));
    await page.type('#log-in-user', 'Eve');
    await page.click(page.button('Log in'));
    expect(page.text()).not.toContain('CNY 25.00');
    expect(page.find('[role=alert]').dataset['problem']).toBe('not-found');
  });

  it('ends with the log-out, which needs the CSRF token', async () => {
    const server = serverWithShop();
    server.answer('DELETE /api/sessions', new Response(null, { status: 200 }));
    await open(server, '/');
    await page.click(page.button('Log out everywhere'));
    expect(server.callsOf('DELETE /api/sessions')[0]?.headers['X-CSRF-Token']).toBe('token-1');
    expect(page.find('h1').textContent).toBe('Log in');
  });
});

describe('the shop', () => {
  it('sells what is in stock, in one currency at a time', async () => {
    await open(serverWithShop(), '/');
    expect(page.button('Add Cup to the basket').disabled).toBe(true);
    await page.click(page.button('Add Tea to the basket'));
    await page.click(page.button('Add Tea to the basket'));
    expect(page.text()).toContain('The basket is in CNY');
    expect(page.find('.total').textContent).toContain('25.00');
    expect(page.find('main > [role=status]').textContent).toBe('Tea is in the basket: 2');
  });

  it('buys once for a double click, and goes to the order', async () => {
    const server = serverWithShop();
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    server.answerLater(
      'POST /api/purchases',
      answered.then(() => purchase('PENDING')),
    );
    await open(server, '/');
    await page.click(page.button('Add Tea to the basket'));
    const form = page.find('.basket form') as HTMLFormElement;
    form.requestSubmit();
    form.requestSubmit();
    await page.settle();
    answer();
    await page.settle();
    expect(server.callsOf('POST /api/purchases')).toHaveLength(1);
    expect(page.find('h1').textContent).toBe('Order O1');
    expect(document.activeElement).toBe(page.find('h1'));
  });

  it('tries again under the same key after a 503, and the basket is still there', async () => {
    const server = serverWithShop();
    server.answer('POST /api/purchases', refusal(503, 'OUTCOME_UNKNOWN'));
    await open(server, '/');
    await page.click(page.button('Add Tea to the basket'));
    await page.click(page.find('.basket button[type=submit]'));
    expect(page.text()).toContain('it buys once');
    server.answer('POST /api/purchases', purchase('PENDING'));
    await page.click(page.button('Try again'));
    const [first, second] = server.callsOf('POST /api/purchases');
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers['Idempotency-Key']).toMatch(/^[\da-f]{32}$/);
    expect(second?.headers['Idempotency-Key']).toBe(first?.headers['Idempotency-Key']);
    expect(page.find('h1').textContent).toBe('Order O1');
  });

  it('says why a purchase was refused', async () => {
    const server = serverWithShop();
    server.answer('POST /api/purchases', refusal(404, 'ITEM_NOT_FOUND', 'there is no item "TEA"'));
    await open(server, '/');
    await page.click(page.button('Add Tea to the basket'));
    await page.click(page.find('.basket button[type=submit]'));
    expect(page.find('.basket [role=alert]').dataset['problem']).toBe('not-found');
    expect(page.find('.total').textContent).toContain('12.50');
  });
});

describe('an order', () => {
  it('shows its status, where to pay, and where each event stands in the log', async () => {
    await open(serverWithShop(), '/orders/O1');
    expect(page.find('.order-status').textContent).toBe('Waiting for payment');
    const link = page.find('a.main') as HTMLAnchorElement;
    expect([link.href, link.target, link.rel]).toEqual([
      ...['https://pay.example/1', '_blank', 'noopener noreferrer'],
    ]);
    expect(page.find('.timeline li').textContent).toMatch(/OrderCreated.*Partition 2.*Offset 41/s);
  });

  it('shows how far its checkout has come, and why it was refused, in words', async () => {
    const server = serverWithShop();
    await open(server, '/orders/O1');
    expect(page.find('.steps [aria-current=step]').textContent).toContain('Wait for the payment');
    const refusedBecause = 'STOCK_INSUFFICIENT';
    const checkoutOf = checkout('COMPENSATED', { refusedBecause });
    const failed = purchase('FAILED', { checkout: checkoutOf, reason: refusedBecause });
    server.answer('GET /api/purchases/O1', failed);
    server.say({ type: 'reset', position: 'p2' });
    await page.settle();
    expect(page.find('.checkout').textContent).toContain('everything given back');
    expect(page.find('.checkout .fault').textContent).toBe('Reason: There is not enough in stock');
    expect(page.find('dl.facts').textContent).not.toContain('To be paid by');
  });

  it('shows no link that is not one of the web', async () => {
    const server = serverWithShop();
    const { payment } = purchase('WAITING_PAYMENT').purchase;
    const shown = { ...payment, payUrl: 'javascript:alert(1)' };
    server.answer('GET /api/purchases/O1', purchase('WAITING_PAYMENT', { payment: shown }));
    await open(server, '/orders/O1');
    expect(page.main.querySelector('a.main')).toBeNull();
  });

  it('changes as soon as it is told of a change, and says so', async () => {
    const server = serverWithShop();
    await open(server, '/orders/O1');
    const before = server.callsOf('GET /api/purchases/O1').length;
    server.answer('GET /api/purchases/O1', purchase('PAID', { paidAt: '2026-01-01T10:01:00Z' }));
    server.answer('GET /api/purchases/O1/timeline', timeline('OrderCreated', 'OrderPaid'));
    const change = { type: 'change', kind: 'ORDER', eventType: 'OrderPaid' };
    server.say({ ...change, orderNo: 'OTHER', position: 'p2' });
    await aMoment();
    expect(server.callsOf('GET /api/purchases/O1')).toHaveLength(before);
    for (const position of ['p3', 'p4', 'p5'])
      server.say({ ...change, orderNo: 'O1', position, place: `orders:2:4${position.slice(1)}` });
    await aMoment();
    expect(server.callsOf('GET /api/purchases/O1')).toHaveLength(before + 1);
    expect(page.find('.order-status').textContent).toBe('Paid');
    expect(page.text()).toContain('OrderPaid');
    // Or the read model might not show yet what the page was told of.
    const read = server.callsOf('GET /api/purchases/O1').at(-1);
    expect(read?.headers['Plumbline-Position']).toBe('orders:2:45');
    expect(page.find('main > [role=status]').textContent).toBe('Order O1 has changed: Paid');
  });

  it('is read anew when the connection was lost and is back', async () => {
    const server = serverWithShop();
    await open(server, '/orders/O1');
    server.answer('GET /api/purchases/O1', purchase('EXPIRED'));
    expect(page.find('.live').textContent.trim()).toBe('Live');
    server.disconnect(1012);
    await page.settle();
    expect(page.find('.live').textContent.trim()).toBe('Not live: connecting again …');
    await aMoment();
    expect(page.find('.live').textContent.trim()).toBe('Live');
    expect(page.find('.order-status').textContent).toBe('Expired');
  });
});

describe('what stands in the way', () => {
  it.each([
    [403, 'forbidden', 'You may not see this'],
    [404, 'not-found', 'There is nothing here'],
    [500, 'failed', 'Something is broken'],
    [503, 'unavailable', 'Not available at the moment'],
  ])('is said clearly for a %i', async (status, kind, title) => {
    const server = serverWithShop();
    server.answer('GET /api/purchases/O1', refusal(status, 'SOME_CODE'));
    await open(server, '/orders/O1');
    expect(page.find('[role=alert]').dataset['problem']).toBe(kind);
    expect(page.find('[role=alert] h2').textContent).toBe(title);
  });

  it('goes away by itself when the API is back, before anybody could log in', async () => {
    const server = serverWithShop();
    server.answer('GET /api/session', refusal(503, 'DEPENDENCY_DOWN'));
    await open(server, '/orders');
    expect(page.find('[role=alert]').dataset['problem']).toBe('unavailable');
    server.answer('GET /api/session', session());
    await aMoment();
    expect(page.find('h1').textContent).toBe('My orders');
    expect(page.main.querySelector('[role=alert]')).toBeNull();
  });

  it('leaves what was shown in place, and goes away once the API answers again', async () => {
    const server = serverWithShop();
    await open(server, '/orders/O1');
    server.answer('GET /api/purchases/O1', new TypeError('Failed to fetch'));
    server.say({ type: 'reset', position: 'p2' });
    await page.settle();
    expect(page.find('[role=alert]').dataset['problem']).toBe('offline');
    expect(page.find('.order-status').textContent).toBe('Waiting for payment');
    server.answer('GET /api/purchases/O1', purchase('PAID'));
    await aMoment();
    expect(page.find('.order-status').textContent).toBe('Paid');
    expect(page.main.querySelector('[role=alert]')).toBeNull();
  });

  it('is a page that there is not', async () => {
    await open(serverWithShop(), '/no/such/page');
    expect(page.find('h1').textContent).toBe('There is nothing here');
  });
});

describe('an operator', () => {
  it('sees alerts by rule with the money at stake, and the list', async () => {
    await open(serverWithShop(['operator']), '/alerts');
    expect(page.find('tr[data-rule=A]').textContent).toMatch(/Paid, and the order.*CNY.25\.00/s);
    expect(page.find('a[href="/alerts/a1"]').textContent.trim()).toBe('paid, and not shown');
  });

  it('sees new alerts within two seconds, with one read however many there are', async () => {
    const server = serverWithShop(['operator']);
    await open(server, '/alerts');
    const before = server.callsOf('GET /api/alerts').length;
    const change = { type: 'change', kind: 'ALERT', eventType: 'AlertRaised' };
    for (const orderNo of ['O2', 'O3', 'O4']) server.say({ ...change, orderNo, position: 'p2' });
    server.say({ ...change, kind: 'ORDER', orderNo: 'O5', position: 'p3' });
    await aMoment(2_000);
    expect(server.callsOf('GET /api/alerts')).toHaveLength(before + 1);
  });

  it('filters the list by what the address says', async () => {
    const server = serverWithShop(['operator']);
    await open(server, '/alerts?rule=B');
    expect(page.value('#filter-rule')).toBe('B');
    expect(server.callsOf('GET /api/alerts')[0]?.search).toBe('rule=B&limit=100');
  });

  it('follows the evidence of an alert to the events of its order', async () => {
    await open(serverWithShop(['operator']), '/alerts/a1');
    const link = page.find('[aria-label=Evidence] tbody a');
    expect(link.getAttribute('href')).toBe('/orders/O1#event-e1');
    await page.click(link);
    expect(page.find('h1').textContent).toBe('Order O1');
    expect(document.activeElement?.id).toBe('event-e1');
  });

  it.each([
    ['an endpoint', 'U', 'ep_main_0123456789abcdef01234567', 'Endpoint'],
    ['an account that is paid into', 'K', '1000.1', 'Account paid into'],
    ['a payment that nobody created', 'K', 'payment.PAY1', 'Number of no payment'],
    ['two reports of one sum of money', 'Z', '1000.1', 'Account paid into'],
    ['a channel that is silent', 'W', 'channel.PAYPAY', 'Channel'],
  ])('is led to no order by an alert that is about %s', async (_what, rule, orderNo, name) => {
    const server = serverWithShop(['operator']);
    server.answer('GET /api/alerts/a1', { alert: { ...alert, rule, orderNo, payNo: null } });
    const mended = remedy({ rule, orderNo, payNo: null });
    server.answer('GET /api/remedies', { remedies: [mended], nextCursor: null });
    await open(server, '/alerts/a1');
    expect(page.find('main').textContent).toContain(`${name}${orderNo}`);
    expect(page.find('tbody th').textContent).not.toBe('');
    const links = [...document.querySelectorAll('main a')].map((each) => each.getAttribute('href'));
    expect(links.filter((href) => href?.startsWith('/orders/'))).toEqual([]);
  });

  it('comes to the event also when the timeline is there before its order', async () => {
    const server = serverWithShop(['operator']);
    let answer: () => void = () => undefined;
    const later = new Promise<void>((resolve) => (answer = resolve));
    server.answerLater(
      'GET /api/purchases/O1',
      later.then(() => purchase('PAID')),
    );
    await open(server, '/orders/O1#event-e1');
    answer();
    await page.settle();
    expect(document.activeElement?.id).toBe('event-e1');
  });

  it('sees an alert close itself', async () => {
    const server = serverWithShop(['operator']);
    await open(server, '/alerts/a1');
    server.answer('GET /api/alerts/a1', { alert: { ...alert, status: 'AUTO_RESOLVED' } });
    const change = { type: 'change', kind: 'ALERT', eventType: 'AlertResolved', orderNo: 'O1' };
    server.say({ ...change, position: 'p2' });
    await aMoment();
    expect(page.find('.alert-status').textContent).toBe('Resolved by itself');
  });

  it('finds an order by any id', async () => {
    const server = serverWithShop(['operator']);
    server.answer('GET /api/orders', {
      orders: [purchase('PAID').purchase],
      nextCursor: null,
    });
    await open(server, '/search');
    await page.type('#search-id', 'P1');
    await page.click(page.button('Search'));
    expect(page.find('tbody a').getAttribute('href')).toBe('/orders/O1');
  });

  it('is not what others see in the menu', async () => {
    await open(serverWithShop(), '/');
    expect(document.querySelector('a[href="/alerts"]')).toBeNull();
  });
});

describe('language and colours', () => {
  it('change at once, and are there at the next visit', async () => {
    const server = serverWithShop();
    await open(server, '/orders');
    await page.choose('select[name=language]', 'ja');
    await page.choose('select[name=theme]', 'dark');
    expect(page.find('h1').textContent).toBe('注文履歴');
    expect([document.documentElement.lang, document.documentElement.dataset['theme']]).toEqual([
      ...['ja', 'dark'],
    ]);
    page.close();
    await open(server, '/orders');
    expect(page.find('h1').textContent).toBe('注文履歴');
    expect(document.title).toBe('注文履歴 · Plumbline');
  });
});
