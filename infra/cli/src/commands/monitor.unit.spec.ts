import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AskedCall, FakeAnswer } from '../testing/fake-notifications.ts';
import { openFakeServer, refused } from '../testing/fake-notifications.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { listAccounts, showAccount } from './monitor-account-look.ts';
import { changeAccount, pauseOrResume, registerAccount } from './monitor-account-set.ts';
import {
  changeClient,
  listClients,
  registerClient,
  revokeClient,
  rotateClient,
} from './monitor-client-set.ts';
import { listMoney, settleMoney } from './monitor-money.ts';
import { listActiveOrders, showAttempts } from './monitor-orders.ts';

let answer: (call: AskedCall) => FakeAnswer | undefined;
let server: Awaited<ReturnType<typeof openFakeServer>>;
beforeEach(async () => {
  server = await openFakeServer((call) => answer(call));
});
afterEach(() => server.close());

function sessionWith(config: Partial<MemorySession['config']> = {}): MemorySession {
  const session = createMemorySession();
  const url = { PLUMBLINE_CHANNEL_MONITOR_URL: `${server.url}/` };
  return { ...session, config: { ...session.config, ...url, ...config } };
}
const asked = () =>
  server.calls.map(({ method, path, body }) => [method, path.replace('/api/monitor', ''), body]);

const channel = {
  ...{ cid: '2', type: 'wxpay', channel: 'wxpay1#1001', pattern: 1 },
  ...{ payUrl: null, enabled: true },
};
const settings = {
  ...{ offsetsMax: 20, offsetStep: 0.01, offsetUp: true, settleSeconds: 60, lateSeconds: 86_400 },
};
const account = {
  ...{ pid: '1000', aid: '1', name: 'Till', status: 'OPEN', currency: 'CNY', reason: null },
  ...{ channels: [channel], settings, activeOrders: 3, unmatched: 1 },
};
const client = {
  ...{ pid: '1000', clientId: 'mc_1', name: 'Phone', aids: ['1'], status: 'ACTIVE', reason: null },
  keys: [
    { keyId: 'k2', expiresAt: null },
    { keyId: 'k1', expiresAt: '2026-11-23T00:00:00.000Z' },
  ],
};

describe('who asks the monitor', () => {
  it('is somebody of the platform, with the service key where there is one', async () => {
    answer = () => ({ body: { accounts: [] } });
    const session = sessionWith({ PLUMBLINE_SERVICE_KEY: 'sk' });
    expect(await listAccounts(session, {})).toBe(0);
    expect(server.calls[0]?.headers).toMatchObject({ 'plumbline-service-key': 'sk' });
    expect(session.out.stderr()).toBe('no accounts\n');
  });

  it.each([
    [refused(400, 'invalid_parameter', 'pid: wrong'), 2, 'invalid_parameter: pid: wrong'],
    [refused(401, 'unauthenticated', 'no'), 2, '(PLUMBLINE_SERVICE_KEY)'],
    [refused(404, 'account_not_found', 'none'), 1, 'account_not_found: none'],
    [{ status: 502, body: 'proxy' }, 1, '(PLUMBLINE_CHANNEL_MONITOR_URL) answers 502'],
  ])('is told %j with exit code %i', async (given, exitCode, message) => {
    answer = () => given;
    await expect(showAccount(sessionWith(), '1000.1', {})).rejects.toMatchObject({
      ...{ exitCode, message: expect.stringContaining(message) as unknown },
    });
  });
});

describe('monitor accounts', () => {
  it('lists and shows them', async () => {
    answer = ({ path }) => ({ body: path.includes('1000/1') ? account : { accounts: [account] } });
    const session = sessionWith();
    await listAccounts(session, { pid: '1000' });
    await showAccount(session, '1000.1', {});
    expect(asked().map(([, path]) => path)).toEqual(['/accounts?pid=1000', '/accounts/1000/1']);
    expect(session.out.stdout()).toMatch(/^ *1000\.1 +OPEN +CNY +wxpay1#1001 +3 +1 +Till$/m);
    expect(session.out.stdout()).toContain('amounts up by 20 steps of 0.01 CNY at most');
    expect(session.out.stdout()).toContain('free again after 1m, late money for 1d');
    expect(session.out.stdout()).toContain('channel 2: wxpay, reported as wxpay1#1001, pattern 1');
    await expect(showAccount(session, '1000', {})).rejects.toThrow('named by its pid and aid');
  });

  it('registers one with what was said, and nothing of what was not', async () => {
    answer = () => ({ body: account });
    await registerAccount(sessionWith(), '1000.1', {
      name: 'Till',
      channel: ['cid=2,type=wxpay,channel=a#1,payUrl=https://p.example/?a=1,b=2,enabled=no'],
    });
    await registerAccount(sessionWith(), '1000.2', {
      ...{ name: 'Stall', currency: 'JPY', channel: [], offsets: '5', offsetStep: '1' },
      ...{ offsetDown: true, settle: '2m', late: '12h' },
    });
    const payUrl = 'https://p.example/?a=1,b=2';
    const one = { cid: '2', type: 'wxpay', channel: 'a#1', payUrl, enabled: false };
    expect(asked().map(([, , body]) => body)).toEqual([
      { pid: '1000', aid: '1', name: 'Till', channels: [one] },
      {
        ...{ pid: '1000', aid: '2', name: 'Stall', currency: 'JPY', channels: [] },
        settings: {
          ...{ offsetsMax: 5, offsetStep: '1', offsetUp: false },
          ...{ settleSeconds: 120, lateSeconds: 43_200 },
        },
      },
    ]);
  });

  it('changes what is named only, field by field of a channel', async () => {
    answer = () => ({ body: account });
    const given = ['cid=2,enabled=no', 'cid=3,type=alipay,channel=ali,payUrl='];
    await changeAccount(sessionWith(), '1000.1', { channel: given, late: '1h' });
    await changeAccount(sessionWith(), '1000.1', { name: 'New', dropChannel: ['2'] });
    const [, first, , second] = asked();
    expect(first).toEqual([
      ...['PUT', '/accounts/1000/1'],
      {
        name: 'Till',
        channels: [
          { ...channel, enabled: false },
          { cid: '3', type: 'alipay', channel: 'ali', payUrl: null },
        ],
        settings: { ...settings, lateSeconds: 3_600 },
      },
    ]);
    expect(second?.[2]).toEqual({ name: 'New', channels: [], settings });
    const dropped = changeAccount(sessionWith(), '1000.1', { dropChannel: ['9'] });
    await expect(dropped).rejects.toThrow('no channel 9');
    await expect(changeAccount(sessionWith(), '1000.1', {})).rejects.toThrow('nothing to change');
  });

  it.each([
    [{ channel: ['type=wxpay'] }, 'cid= is missing'],
    [{ channel: ['2,wxpay'] }, '"2,wxpay" is none of cid='],
    [{ channel: ['cid=2,pattern=3'] }, 'pattern is 0 or 1'],
    [{ channel: ['cid=2,enabled=true'] }, 'enabled is yes or no'],
    [{ offsets: 'many' }, '--offsets is a whole number'],
    [{ offsetStep: '-1' }, '--offset-step is an amount'],
    [{ offsetUp: true, offsetDown: true }, 'not both'],
    [{ settle: '1500ms' }, '--settle is whole seconds'],
  ])('refuses %j', async (options, message) => {
    const registering = registerAccount(sessionWith(), '1000.1', { name: 'n', ...options });
    await expect(registering).rejects.toMatchObject({
      ...{ exitCode: 2, message: expect.stringContaining(message) as unknown },
    });
  });

  it('pauses one with a reason, and resumes it', async () => {
    answer = () => ({ body: { ...account, status: 'PAUSED', reason: 'full' } });
    const session = sessionWith();
    await pauseOrResume(session, '1000.1', { reason: 'full' });
    await pauseOrResume(session, '1000.1', {});
    expect(asked()).toEqual([
      ['POST', '/accounts/1000/1/pause', { reason: 'full' }],
      ['POST', '/accounts/1000/1/resume', null],
    ]);
    expect(session.out.stdout()).toContain('1000.1 is PAUSED (full): Till, CNY');
  });
});

describe('monitor clients', () => {
  const key = { keyId: 'k3', secret: 'mk_s', token: 'mt_t' };

  it('lists them with their keys, and no secrets', async () => {
    answer = () => ({ body: { clients: [client] } });
    const session = sessionWith();
    await listClients(session, { pid: '1000' });
    expect(session.out.stdout()).toMatch(/^mc_1 +1000 +ACTIVE +1 +k2, k1 until 2026-11-23\S+ +Ph/m);
  });

  it('registers one, and shows secret and token that once', async () => {
    answer = () => ({ status: 201, body: { clientId: 'mc_1', ...key } });
    const session = sessionWith();
    const options = { pid: '1000', clientId: 'mc_1', name: 'Phone', aid: ['1'] };
    await registerClient(session, options);
    expect(asked()).toEqual([
      ['POST', '/clients', { pid: '1000', name: 'Phone', clientId: 'mc_1', aids: ['1'] }],
    ]);
    expect(session.out.stdout()).toBe('client mc_1\nsecret mk_s\ntoken mt_t\n');
    answer = () => ({ body: { clientId: '1000', keyId: 'k', secret: null, token: null } });
    await registerClient(session, { pid: '1000', name: 'Own' });
    expect(session.out.stderr()).toContain('monitor clients rotate 1000 1000 makes another');
  });

  it('changes what is named only', async () => {
    answer = ({ method }) => ({ body: method === 'GET' ? { clients: [client] } : client });
    const who = { pid: '1000', clientId: 'mc_1' };
    await changeClient(sessionWith(), who, { aid: ['1', '2'] });
    await changeClient(sessionWith(), who, { name: 'New' });
    await changeClient(sessionWith(), who, { everyAccount: true });
    const puts = asked().filter(([method]) => method === 'PUT');
    expect(puts).toEqual([
      ['PUT', '/clients/1000/mc_1', { name: 'Phone', aids: ['1', '2'] }],
      ['PUT', '/clients/1000/mc_1', { name: 'New', aids: ['1'] }],
      ['PUT', '/clients/1000/mc_1', { name: 'Phone', aids: [] }],
    ]);
    const other = changeClient(sessionWith(), { pid: '1000', clientId: 'mc_2' }, { name: 'x' });
    await expect(other).rejects.toThrow('there is no client mc_2 of 1000');
    await expect(changeClient(sessionWith(), who, {})).rejects.toThrow('nothing to change');
  });

  it('rotates keys with an overlap, and revokes with a reason', async () => {
    const overlapUntil = '2026-11-23T00:00:00.000Z';
    answer = ({ path }) => ({
      body: path.endsWith('rotate')
        ? { ...key, overlapUntil }
        : { ...client, status: 'REVOKED', reason: 'lost' },
    });
    const session = sessionWith();
    const who = { pid: '1000', clientId: 'mc_1' };
    await rotateClient(session, who, { overlap: '1h30m' });
    await revokeClient(session, who, { reason: 'lost' });
    expect(asked()).toEqual([
      ['POST', '/clients/1000/mc_1/rotate', { overlapSeconds: 5_400 }],
      ['POST', '/clients/1000/mc_1/revoke', { reason: 'lost' }],
    ]);
    expect(session.out.stdout()).toContain('secret mk_s\ntoken mt_t\n');
    expect(session.out.stderr()).toContain(`good until ${overlapUntil}`);
    expect(session.out.stdout()).toContain('mc_1 of 1000 is REVOKED (lost): Phone');
  });
});

describe('monitor money', () => {
  const money = {
    ...{ pid: '1000', aid: '1', platformOrder: 'wx/1', status: 'AMBIGUOUS', payway: 'wxpay' },
    ...{ channel: 'wxpay1#1001', price: 10, currency: 'CNY', why: 'SEVERAL_ORDERS' },
    ...{ reason: null, orderId: null, candidates: ['A', 'B'], contradicted: true },
    receivedAt: '2026-11-22T10:00:00.000Z',
  };

  it('lists pages up to the limit, with amounts in full and why', async () => {
    answer = ({ path }) => ({
      body: { money: [money], nextCursor: path.includes('cursor') ? null : 'c1' },
    });
    const session = sessionWith();
    await listMoney(session, { status: 'AMBIGUOUS', account: '1000.1', limit: '50' });
    expect(asked().map(([, path]) => path)).toEqual([
      '/money?pid=1000&aid=1&status=AMBIGUOUS&limit=50',
      '/money?pid=1000&aid=1&status=AMBIGUOUS&limit=49&cursor=c1',
    ]);
    expect(session.out.stdout()).toMatch(
      /wx\/1 +AMBIGUOUS +10\.00 CNY +wxpay1#1001 +SEVERAL_ORDERS between A and B; reported/,
    );
    const wrong = listMoney(session, { limit: '0' });
    await expect(wrong).rejects.toThrow('--limit is a whole number');
  });

  it('matches it to an order, or sets it aside, with a reason', async () => {
    const body = { result: 'MATCHED', was: 'MATCHED', orderId: 'H1', payNo: 'P' };
    answer = () => ({ body: { ...body, platformOrder: 'wx/1' } });
    const session = sessionWith();
    const which = { account: '1000.1', platformOrder: 'wx/1' };
    await settleMoney(session, which, { order: 'H1', reason: 'seen' });
    await settleMoney(session, which, { reason: 'gift' });
    expect(asked()).toEqual([
      ['POST', '/money/1000/1/wx%2F1/match', { orderId: 'H1', reason: 'seen' }],
      ['POST', '/money/1000/1/wx%2F1/set-aside', { reason: 'gift' }],
    ]);
    expect(session.out.stdout()).toContain('wx/1 is MATCHED to H1\n');
  });
});

describe('monitor orders', () => {
  it('lists those that wait, and every attempt at one', async () => {
    const order = { pid: '1000', aid: '1', cid: '2', type: 'wxpay', expiresAt: 'then' };
    const attempt = {
      ...{ ...order, reference: 'H1-1', payNo: 'P', status: 'PAID', payable: 10.01 },
      ...{ currency: 'CNY', platformOrder: 'wx1' },
    };
    answer = ({ path }) => ({
      body: path.includes('active')
        ? [{ ...order, orderId: 'H1', pattern: '1' }]
        : { orderId: 'H1', attempts: [attempt] },
    });
    const session = sessionWith();
    await listActiveOrders(session, { pid: '1000' });
    await showAttempts(session, 'H1', {});
    expect(asked().map(([, path]) => path)).toEqual(['/orders/active?pid=1000', '/orders/H1']);
    expect(session.out.stdout()).toMatch(/^H1 +1000\.1\.2 +wxpay +1 +then$/m);
    expect(session.out.stdout()).toMatch(/^H1-1 +1000\.1\.2 +wxpay +PAID +10\.01 CNY +wx1 +then$/m);
  });
});
