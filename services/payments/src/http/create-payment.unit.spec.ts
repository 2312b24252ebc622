import type { CommandOutcome, GatewayPolicy } from '@plumbline/events';
import type { Command } from '@plumbline/http';
import { describe, expect, it } from 'vitest';
import { fakeEdge, runRoute } from '../testing/fake-edge.ts';
import { createPayment } from './create-payment.ts';

const policy: GatewayPolicy = {
  ...{ attemptsMax: 1, queryIntervalMs: 600_000, refundLateSuccess: false },
  ...{ subject: null, returnUrl: null, account: '1000.1' },
};

/** An installation whose PERSONAL payments go into 1000.1, and a payment that goes into `paidInto`. */
function world(paidInto: string | null | undefined, isOffered = true) {
  const commands: Command[] = [];
  const payment = {
    ...{ id: '7', payNo: 'PAY1', orderNo: 'O-1', amountMinor: '1000', currency: 'CNY' },
    ...{ status: 'INIT', channel: 'PERSONAL', expireAtMs: 2_000, createdAtMs: 1_000 },
    ...(paidInto === undefined ? {} : { account: paidInto }),
  };
  // Of an outcome, only its status and its answer are asked here.
  const outcome = { status: 'UNCHANGED', answer: JSON.stringify(payment) } as CommandOutcome;
  const edge = fakeEdge({
    policyOf: (channel) => (channel === 'PERSONAL' && isOffered ? policy : null),
    gateway: {
      execute: (command) => {
        commands.push(command);
        return Promise.resolve({ kind: 'decided', outcome });
      },
      lastSeenVersion: () => null,
    },
  });
  const post = (body: object) =>
    runRoute(createPayment(edge), { body: { orderNo: 'O-1', amount: '10.00', ...body } });
  const asked = () => commands.map(({ payload }) => (payload.data as { gateway: unknown }).gateway);
  return { post, asked };
}

describe('a payment into a personal account', () => {
  it('goes into the usual account, or into the one that is named', async () => {
    const usual = world('1000.1');
    expect(await usual.post({ channel: 'PERSONAL' })).toMatchObject({ status: 200 });
    expect(usual.asked()).toEqual([policy]);
    const named = world('2000.1.wx');
    const answer = await named.post({ channel: 'PERSONAL', account: '2000.1.wx' });
    expect(answer).toMatchObject({ body: { data: { payNo: 'PAY1', channel: 'PERSONAL' } } });
    expect(named.asked()).toEqual([{ ...policy, account: '2000.1.wx' }]);
  });

  it('that exists and goes elsewhere is not what was asked for', async () => {
    const { post } = world('1000.1');
    await expect(post({ channel: 'PERSONAL', account: '2000.1' })).rejects.toMatchObject({
      ...{ status: 409, code: 'PAYMENT_PARAMETERS_DIFFER' },
    });
    const old = world(undefined);
    await expect(old.post({ channel: 'PERSONAL', account: '2000.1' })).rejects.toMatchObject({
      code: 'PAYMENT_PARAMETERS_DIFFER',
    });
  });

  it('that names no account is the one that exists, whatever is usual by now', async () => {
    expect(await world('9.9').post({ channel: 'PERSONAL' })).toMatchObject({ status: 200 });
  });

  it.each([
    ['an account of another channel', { channel: 'MOCK', account: '1000.1' }],
    ['an account of the usual channel', { account: '1000.1' }],
    ['no account', { channel: 'PERSONAL', account: '' }],
    ['a merchant alone', { channel: 'PERSONAL', account: '1000' }],
    ['four parts', { channel: 'PERSONAL', account: '1.2.3.4' }],
    ['a number', { channel: 'PERSONAL', account: 1000.1 }],
  ])('is refused with %s', async (_what, body) => {
    const { post, asked } = world('1000.1');
    await expect(post(body)).rejects.toMatchObject({ status: 400, code: 'INVALID_PARAMETER' });
    expect(asked()).toEqual([]);
  });

  it('is not offered where no account is configured', async () => {
    const { post } = world('1000.1', false);
    for (const body of [{ channel: 'PERSONAL' }, { channel: 'PERSONAL', account: '1000.1' }])
      await expect(post(body)).rejects.toMatchObject({ code: 'CHANNEL_NOT_CONFIGURED' });
  });
});
