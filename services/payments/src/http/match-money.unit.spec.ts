import type { CommandOutcome } from '@plumbline/events';
import type { Command, Executed } from '@plumbline/http';
import { anonymous, internalCallers, WriteFailed } from '@plumbline/http';
import { describe, expect, it } from 'vitest';
import { runRoute } from '../testing/fake-edge.ts';
import { problem } from './error-codes.ts';
import { matchMoney } from './match-money.ts';

/** Contract 0's own example. */
const example = {
  ...{ pid: 1000, aid: 1, payway: 'wxpay', channel: 'wxpay1#1001', price: 10.0 },
  ...{ platformOrder: 'wx123', rawPayload: '{...}' },
};
const said = { result: 'MATCHED', was: 'MATCHED', orderNo: 'H1', payNo: 'PAY1' };

const decided = (over: Partial<CommandOutcome>): Executed => ({
  kind: 'decided',
  outcome: {
    ...{ commandId: 'c', commandType: 'ReportMoney', fingerprint: '', status: 'ACCEPTED' },
    ...{ code: null, message: null, details: null, events: [], aggregateVersion: 1n, answer: null },
    ...{ commandPartition: 0, commandOffset: 0n, commandIncarnation: 'i', ...over },
  },
});
const says = (answer: object): Executed =>
  decided({ answer: JSON.stringify({ platformOrder: 'wx123', ...answer }) });

function world(executed: Executed | Error = says(said)) {
  const commands: Command[] = [];
  const sealed: string[] = [];
  const route = matchMoney({
    tenant: 'main',
    accounts: {
      execute: (command) => {
        commands.push(command);
        return executed instanceof Error ? Promise.reject(executed) : Promise.resolve(executed);
      },
    },
    sealMoney: ({ pid, aid }, text) => {
      sealed.push(text);
      return Promise.resolve(`sealed for ${pid}.${aid}`);
    },
    callers: () => ({ actor: 'user:channel-monitor', principal: null }),
  });
  const post = (over: object = {}) => runRoute(route, { body: { ...example, ...over } });
  return { commands, sealed, post, route };
}

describe('money that was seen on a personal account', () => {
  it('is reported to the account, sealed, in minor units', async () => {
    const { commands, sealed, post } = world();
    expect(await post()).toEqual({
      status: 200,
      body: {
        ...{ code: '00000', message: 'success' },
        data: {
          ...{ result: 'MATCHED', was: 'MATCHED', orderId: 'H1', payNo: 'PAY1' },
          platformOrder: 'wx123',
        },
      },
    });
    expect(sealed).toEqual(['{...}']);
    expect(commands).toMatchObject([
      {
        ...{ key: 'main/1000.1', subject: 'wx123', actor: 'user:channel-monitor' },
        payload: {
          type: 'ReportMoney',
          data: {
            ...{ tenant: 'main', pid: '1000', aid: '1', payway: 'wxpay', channel: 'wxpay1#1001' },
            ...{ amountMinor: 1_000n, currency: 'CNY', platformOrder: 'wx123' },
            ...{ rawPayload: 'sealed for 1000.1', reportedBy: 'user:channel-monitor' },
          },
        },
      },
    ]);
  });

  it('is another command each time: the account itself knows it again', async () => {
    const { commands, post } = world();
    await post();
    await post();
    expect(commands[0]?.id).not.toBe(commands[1]?.id);
  });

  it.each(['MATCHED', 'DUPLICATE', 'UNMATCHED', 'AMBIGUOUS'])(
    'is answered 200 as %s',
    async (result) => {
      const was = result === 'DUPLICATE' ? 'SET_ASIDE' : result;
      const { post } = world(says({ result, was, orderNo: null, payNo: null }));
      const data = { result, was, orderId: null, payNo: null };
      expect(await post()).toMatchObject({ status: 200, body: { data } });
    },
  );

  it('carries who reported it, its currency, and whatever its screen said', async () => {
    const { commands, sealed, post } = world();
    const seen = 'line\nline\t\u0000 微信';
    await post({
      currency: 'JPY',
      price: '10',
      reportedBy: 'mc_7',
      rawPayload: seen,
      pid: 'shop-1',
    });
    expect(sealed).toEqual([seen]);
    expect(commands).toMatchObject([
      {
        key: 'main/shop-1.1',
        payload: { data: { currency: 'JPY', amountMinor: 10n, reportedBy: 'mc_7' } },
      },
    ]);
  });

  it.each([
    ['10.001', /2 decimals/],
    ['-1', /negative/],
    [-0.01, /negative/],
    [0, /zero/],
    ['0.00', /zero/],
    ['NaN', /plain decimal/],
    ['1e3', /plain decimal/],
    ['ten', /plain decimal/],
    [null, /number/],
    ['10000000000.00', /above/],
    ['9'.repeat(400), /above/],
    [undefined, /required/],
  ])('of price %j is refused', async (price, why) => {
    const { commands, post } = world();
    await expect(post({ price })).rejects.toMatchObject({ status: 400, message: why });
    expect(commands).toEqual([]);
  });

  it.each([
    ['pid', ''],
    ['pid', -1],
    ['pid', 1.5],
    ['pid', '1000.1'],
    ['pid', 9_007_199_254_740_992],
    ['aid', 'x'.repeat(33)],
    ['aid', { id: 1 }],
    ['aid', undefined],
    ['payway', ''],
    ['channel', 'x'.repeat(65)],
    ['platformOrder', ''],
    ['platformOrder', 'wx 1'],
    ['platformOrder', 'x'.repeat(65)],
    ['platformOrder', 123],
    ['rawPayload', { text: 1 }],
    ['rawPayload', undefined],
    ['currency', 'yuan'],
    ['reportedBy', ''],
    ['paidAt', 1],
  ])('is refused where %s is %j', async (field, value) => {
    const { commands, post } = world();
    await expect(post({ [field]: value })).rejects.toMatchObject({
      ...{ status: 400, code: 'INVALID_PARAMETER' },
    });
    expect(commands).toEqual([]);
  });

  it('of a currency that no payment has is refused', async () => {
    await expect(world().post({ currency: 'KWD', price: 1 })).rejects.toMatchObject({
      code: 'CURRENCY_NOT_SUPPORTED',
    });
  });

  it('may be seen in 32 KiB, and in no more', async () => {
    const { sealed, post } = world();
    const most = '付'.repeat(Math.floor((32 * 1_024) / 3));
    expect(await post({ rawPayload: most })).toMatchObject({ status: 200 });
    await expect(post({ rawPayload: `${most}abc` })).rejects.toMatchObject({
      ...{ status: 413, code: 'BODY_TOO_LARGE' },
    });
    expect(sealed).toEqual([most]);
  });
});

describe('money that is not kept', () => {
  it.each([
    ['ACCOUNT_NOT_FOUND', 404],
    ['PLATFORM_ORDER_INVALID', 400],
    ['CURRENCY_DIFFERS', 409],
    ['AMOUNT_OUT_OF_RANGE', 400],
    ['NAME_INVALID', 400],
    ['TOO_MUCH_UNMATCHED', 503],
  ])('is refused with %s as %i', async (code, status) => {
    const { post } = world(decided({ status: 'REJECTED', code, message: 'why' }));
    await expect(post()).rejects.toMatchObject({ status, code });
  });

  it('is to be reported again where nobody has decided, or nothing was written', async () => {
    await expect(world({ kind: 'pending' }).post()).rejects.toMatchObject({
      ...{ status: 503, code: 'OUTCOME_PENDING', headers: { 'Retry-After': '1' } },
    });
    await expect(world(new WriteFailed('Kafka is away')).post()).rejects.toThrow('Kafka is away');
  });
});

describe('who may report money', () => {
  const runAs = (
    isLoopback: boolean,
    over: { actor?: string; headers?: Record<string, string> },
  ) => {
    const { route } = world();
    const callers = internalCallers({ isLoopback, problem });
    const { actor = anonymous, headers = { host: '127.0.0.1:8083' } } = over;
    const context = { correlationId: 'c', traceparent: '', actor };
    const raw = { ...{ method: 'post', path: '/', params: {}, query: {}, headers, context } };
    expect(route.authenticate).toBeDefined();
    return () => callers({ ...raw, rawBody: Buffer.from('{}') });
  };

  it('is a process with the service key, or one on this machine, and no page of a browser', () => {
    expect(runAs(false, { actor: 'user:monitor' })()).toMatchObject({ actor: 'user:monitor' });
    expect(runAs(true, {})()).toMatchObject({ actor: anonymous });
    expect(runAs(false, {})).toThrow(/service key/);
    expect(runAs(true, { headers: { host: 'evil.example' } })).toThrow(/this machine/);
    const page = { host: 'localhost', origin: 'https://evil.example' };
    expect(runAs(true, { headers: page })).toThrow(/browser/);
  });

  it('is asked before anything about the money is looked at', async () => {
    const route = matchMoney({
      tenant: 'main',
      accounts: { execute: () => Promise.reject(new Error('not to be asked')) },
      sealMoney: () => Promise.reject(new Error('not to be sealed')),
      callers: internalCallers({ isLoopback: false, problem }),
    });
    await expect(runRoute(route, { body: { pid: 'anything' } })).rejects.toMatchObject({
      ...{ status: 401, code: 'UNAUTHENTICATED' },
    });
  });
});
