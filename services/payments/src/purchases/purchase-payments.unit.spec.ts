import type { GatewayPolicy } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { slotOf, slotOfPayNo } from '@plumbline/kernel';
import { createTestDriver } from '@plumbline/runtime/testing';
import { describe, expect, it } from 'vitest';
import { paymentsTopology } from '../topology.ts';
import type { PurchaseTerms } from './purchase-payments.ts';
import { purchasePaymentsTopology } from './purchase-payments.ts';

const key = 'main/O-1';
const policy: GatewayPolicy = {
  ...{ attemptsMax: 1, queryIntervalMs: 30_000, refundLateSuccess: true },
  ...{ subject: null, returnUrl: null, account: null },
};
const terms: PurchaseTerms = {
  ...{ lifetimeMs: 60_000, callbackSecret: 'secret' },
  policyOf: (channel) => (channel === 'PAYPAY' ? policy : null),
};

const asked = (channel: string) => ({
  type: 'CheckoutPaymentRequested',
  data: {
    ...{ orderNo: 'O-1', tenant: 'main', amountMinor: 700n, currency: 'JPY', channel },
    ...{ attempt: 1, requestedAt: 1, repeatAt: 2 },
  },
});

async function ask(channel: string, over: Partial<PurchaseTerms> = {}, times = 1) {
  const driver = await createTestDriver(purchasePaymentsTopology({ ...terms, ...over }));
  for (let time = 0; time < times; time += 1)
    driver.pipeInput({ topic: topics.checkoutEvents.name, key, payload: asked(channel) });
  return {
    toPayments: driver.readOutput(topics.paymentsCommands.name),
    toCheckout: driver.readOutput(topics.checkoutCommands.name).map(({ payload }) => payload.data),
  };
}

describe('a payment that a checkout asks for', () => {
  it('is opened on the terms of this installation, under a number that leads to its order', async () => {
    const { toPayments, toCheckout } = await ask('PAYPAY');
    expect(toPayments).toMatchObject([
      {
        key,
        payload: {
          type: 'CreatePayment',
          data: {
            ...{ orderNo: 'O-1', amountMinor: 700n, currency: 'JPY', channel: 'PAYPAY' },
            ...{ lifetimeMs: 60_000, gateway: policy, merchant: null, replyTo: key },
          },
        },
      },
    ]);
    const { payNo } = toPayments[0]?.payload.data as { payNo: string };
    expect(slotOfPayNo(payNo)).toBe(slotOf(key));
    expect(toCheckout).toEqual([]);
  });

  it('is refused where its channel is not offered, is off, or is none', async () => {
    const refusal = async (channel: string, over: Partial<PurchaseTerms> = {}) =>
      (await ask(channel, over)).toCheckout;
    const refused = { orderNo: 'O-1', payNo: null, accepted: false };
    expect(await refusal('LAKALA')).toEqual([{ ...refused, code: 'CHANNEL_NOT_CONFIGURED' }]);
    expect(await refusal('MOCK', { callbackSecret: null })).toEqual([
      { ...refused, code: 'MOCK_CHANNEL_DISABLED' },
    ]);
    expect(await refusal('CASH')).toEqual([{ ...refused, code: 'CHANNEL_UNKNOWN' }]);
  });

  it('is opened again when it is asked for again: the payment recognises itself', async () => {
    const { toPayments } = await ask('MOCK', {}, 2);
    const driver = await createTestDriver(paymentsTopology);
    for (const { payload } of toPayments)
      driver.pipeInput({ topic: topics.paymentsCommands.name, key, payload });
    const answers = driver.readOutput(topics.checkoutCommands.name);
    const { payNo } = toPayments[0]?.payload.data as { payNo: string };
    const accepted = { orderNo: 'O-1', payNo, accepted: true, code: null };
    expect(answers.map((answer) => answer.payload.data)).toEqual([accepted, accepted]);
    const created = driver.readOutput(topics.paymentsEvents.name);
    expect(created.filter(({ payload }) => payload.type === 'PaymentCreated')).toHaveLength(1);
  });
});

describe('the payment itself', () => {
  async function told(replyTo: string | null, amountMinor = 700n) {
    const [opened] = (await ask('MOCK')).toPayments;
    if (opened === undefined) throw new Error('nothing was opened');
    const driver = await createTestDriver(paymentsTopology);
    const data = { ...opened.payload.data, replyTo, amountMinor };
    const payload = { type: 'CreatePayment', data };
    driver.pipeInput({ topic: topics.paymentsCommands.name, key, payload });
    return driver.readOutput(topics.checkoutCommands.name).map((each) => each.payload.data);
  }

  it('tells its checkout why it was refused', async () => {
    expect(await told(key, 0n)).toEqual([
      { orderNo: 'O-1', payNo: null, accepted: false, code: 'AMOUNT_OUT_OF_RANGE' },
    ]);
  });

  it('tells nobody where nobody waits, or where what waits is no order', async () => {
    expect(await told(null)).toEqual([]);
    expect(await told('nowhere')).toEqual([]);
  });
});
