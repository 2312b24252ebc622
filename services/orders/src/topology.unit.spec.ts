import type { CommandOutcome, OrdersCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { createTestDriver } from '@plumbline/runtime/testing';
import { describe, expect, it } from 'vitest';
import { ordersTopology } from './topology.ts';

const commands = topics.ordersCommands.name;
const key = 'main/O-1';
const startMs = Date.UTC(2026, 0, 1);
const payBy = startMs + 60_000;

const create = (fingerprint = 'a'): OrdersCommand => ({
  type: 'CreateOrder',
  data: {
    ...{ orderNo: 'O-1', tenant: 'main', amountMinor: 100n, currency: 'CNY', payBy },
    items: [{ sku: 'tea', quantity: 1, unitAmountMinor: 100n }],
    idempotencyKey: null,
    purchase: null,
    fingerprint,
  },
});

async function open() {
  const driver = await createTestDriver(ordersTopology, { startMs });
  return {
    ...driver,
    send: (payload: OrdersCommand, id?: string) =>
      driver.pipeInput({ topic: commands, key, payload, envelope: id === undefined ? {} : { id } }),
    events: () => driver.readOutput(topics.ordersEvents.name),
    outcomes: () =>
      driver
        .readOutput(topics.ordersOutcomes.name)
        .map(({ payload }) => payload.data as CommandOutcome),
  };
}

describe('the orders topology', () => {
  it('answers a creation with the order, and its repeat with the same order', async () => {
    const driver = await open();
    driver.send(create());
    driver.send(create());
    driver.send(create('other'));
    const [first, repeat, other] = driver.outcomes();
    expect(first).toMatchObject({ status: 'ACCEPTED', aggregateVersion: 1n });
    expect(JSON.parse(first?.answer ?? '')).toMatchObject({ orderNo: 'O-1', status: 'PENDING' });
    expect(repeat).toMatchObject({ status: 'UNCHANGED', answer: first?.answer });
    expect(other).toMatchObject({
      ...{ status: 'REJECTED', code: 'ORDER_PARAMETERS_DIFFER', answer: null, details: null },
    });
    expect(driver.events().map(({ payload }) => payload.type)).toEqual(['OrderCreated']);
  });

  it('expires an open order once its deadline has passed in broker time, through a restart', async () => {
    const driver = await open();
    driver.send(create());
    driver.events();
    driver.restart();
    driver.advanceStreamTime(59_000);
    expect(driver.events()).toEqual([]);
    driver.advanceStreamTime(2_000);
    const [expired, ...more] = driver.events();
    expect(more).toEqual([]);
    expect(expired).toMatchObject({
      key,
      payload: { type: 'OrderExpired', data: { orderNo: 'O-1', payBy } },
      envelope: { subject: 'O-1', aggregateVersion: 2n, causationId: `timer:expire:${payBy}` },
    });
    expect(driver.timers()).toEqual([]);
  });

  it('drops the deadline of an order that was paid', async () => {
    const driver = await open();
    driver.send(create());
    driver.send({
      type: 'ConfirmPayment',
      data: {
        ...{ orderNo: 'O-1', payNo: 'PAY-1', paymentEventId: 'e', amountMinor: 100n },
        ...{ currency: 'CNY', paidAt: startMs },
      },
    });
    driver.advanceStreamTime(120_000);
    const types = driver.events().map(({ payload }) => payload.type);
    expect(types).toEqual(['OrderCreated', 'OrderPaid']);
  });
});
