import type { GatewayTransactionClaimed, PaymentsCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { paymentsTopology } from '../topology.ts';
import { transactionKeyOf } from './claims.ts';
import { gatewayTransactionsTopology } from './gateway-transactions.ts';

const commandsTopic = topics.paymentsCommands.name;
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(gatewayTransactionsTopology);
});

const claim = (
  orderNo: string,
  over: Partial<GatewayTransactionClaimed> = {},
  id = `claim-of-${orderNo}`,
): void => {
  const data: GatewayTransactionClaimed = {
    ...{ channel: 'LAKALA', gatewayTransactionId: 'T-7', payNo: `PAY-${orderNo}` },
    ...{ tenant: 'main', orderNo, paymentEventId: `paid-${orderNo}`, ...over },
  };
  driver.pipeInput({
    topic: topics.transactionsEvents.name,
    key: transactionKeyOf(data, data.gatewayTransactionId),
    payload: { type: 'GatewayTransactionClaimed', data },
    envelope: { id, correlationId: `x-${orderNo}` },
  });
};
const told = () => driver.readOutput(commandsTopic);

describe('one transaction of a gateway', () => {
  it('may pay one payment, and be said to do so again', () => {
    claim('O-1');
    claim('O-1', {}, 'again');
    claim('O-1', { paymentEventId: 'another event of the same payment' }, 'and again');
    expect(told()).toEqual([]);
  });

  it('on two payments is told to the later one, naming the first', () => {
    claim('O-1', { tenant: 'shop' });
    claim('O-2');
    expect(told()).toMatchObject([
      {
        key: 'main/O-2',
        envelope: {
          ...{ causationId: 'claim-of-O-2', correlationId: 'x-O-2', subject: 'PAY-O-2' },
          actor: 'system:gateway-transactions',
        },
        payload: {
          type: 'ReportTransactionConflict',
          data: {
            ...{ payNo: 'PAY-O-2', channel: 'LAKALA', gatewayTransactionId: 'T-7' },
            ...{ otherPayNo: 'PAY-O-1', otherTenant: 'shop', otherOrderNo: 'O-1' },
            otherEventId: 'paid-O-1',
          },
        },
      },
    ]);
  });

  it('on three payments is told to both that came later, each naming the first', () => {
    for (const orderNo of ['O-1', 'O-2', 'O-3']) claim(orderNo);
    expect(told()).toMatchObject([
      { key: 'main/O-2', payload: { data: { otherOrderNo: 'O-1' } } },
      { key: 'main/O-3', payload: { data: { otherOrderNo: 'O-1' } } },
    ]);
  });

  it.each<[string, Partial<GatewayTransactionClaimed>]>([
    ['number', { gatewayTransactionId: 'T-8' }],
    ['gateway', { channel: 'PAYPAY' }],
  ])('is not that of another %s', (_what, other) => {
    claim('O-1');
    claim('O-2', other);
    expect(told()).toEqual([]);
  });

  it('is remembered through takeovers, and tells the same under the same id', async () => {
    claim('O-1');
    claim('O-2');
    const expected = told();
    driver = await createTestDriver(gatewayTransactionsTopology);
    claim('O-1');
    driver.restart();
    claim('O-2');
    driver.restart();
    claim('O-1');
    expect(told()).toEqual(expected);
    expect(expected).toHaveLength(1);
  });
});

describe('what is told twice', () => {
  it('is one event of the payment', async () => {
    const payments = await createTestDriver(paymentsTopology);
    const facts = { payNo: 'PAY-O-2', orderNo: 'O-2', tenant: 'main', currency: 'CNY' };
    const send = (id: string, payload: PaymentsCommand) =>
      payments.pipeInput({ topic: commandsTopic, key: 'main/O-2', payload, envelope: { id } });
    send('create', {
      type: 'CreatePayment',
      data: {
        ...{ ...facts, amountMinor: 100n, channel: 'MOCK', lifetimeMs: 60_000, replyTo: null },
        ...{ gateway: null, merchant: null },
      },
    });
    claim('O-1', { channel: 'MOCK' });
    claim('O-2', { channel: 'MOCK' });
    // The task that claims lost its state and claims again, under another event of the same payment.
    claim('O-2', { channel: 'MOCK' }, 'claimed anew');
    const commands = told();
    expect(commands).toHaveLength(2);
    for (const { envelope, payload } of commands) send(envelope.id, payload as PaymentsCommand);
    const events = payments.readOutput(topics.paymentsEvents.name).map(({ payload }) => payload);
    expect(events.filter(({ type }) => type === 'PaymentTransactionConflicted')).toHaveLength(1);
  });
});
