import { topics } from '@plumbline/events';
import type { OutputMessage } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { describe, expect, it } from 'vitest';
import { eventOf } from './testing-events.ts';
import { checkoutTopology } from './topology.ts';

const orders = topics.ordersEvents.name;
const payments = topics.paymentsEvents.name;
const key = 'main/O-1';

async function open() {
  const driver = await createTestDriver(checkoutTopology);
  return {
    ...driver,
    pay: (type: keyof typeof eventOf, id?: string) =>
      driver.pipeInput({
        ...{ topic: payments, key, payload: eventOf[type] },
        envelope: id === undefined ? {} : { id },
      }),
    order: (type: keyof typeof eventOf) =>
      driver.pipeInput({ topic: orders, key, payload: eventOf[type] }),
    toOrders: () => driver.readOutput(topics.ordersCommands.name),
    toPayments: () => driver.readOutput(topics.paymentsCommands.name),
  };
}

const types = (messages: readonly OutputMessage[]) => messages.map(({ payload }) => payload.type);

describe('the checkout topology', () => {
  it('turns the facts of a payment into commands for its order, under its key', async () => {
    const driver = await open();
    driver.pay('PaymentCreated', 'created-1');
    driver.pay('PaymentProcessing');
    driver.pay('PaymentSucceeded');
    const commands = driver.toOrders();
    expect(types(commands)).toEqual(['AwaitPayment', 'ConfirmPayment']);
    expect(commands[0]).toMatchObject({
      key,
      envelope: { causationId: 'created-1', actor: 'system:checkout', subject: 'O-1' },
      payload: { data: { paymentEventId: 'created-1' } },
    });
    expect(driver.toPayments()).toEqual([]);
  });

  it('closes the payment of an order that ended, whichever of the two came first', async () => {
    const cancelled = await open();
    cancelled.pay('PaymentCreated');
    cancelled.order('OrderCancelled');
    expect(types(cancelled.toPayments())).toEqual(['ClosePayment']);
    const crossed = await open();
    crossed.order('OrderExpired');
    crossed.pay('PaymentCreated');
    expect(types(crossed.toPayments())).toEqual(['ClosePayment']);
    expect(crossed.toOrders()).toEqual([]);
  });

  it('keeps what it knows through a restart, and says the same thing with the same id', async () => {
    const one = await open();
    one.pay('PaymentCreated', 'created-1');
    one.restart();
    one.order('OrderCancelled');
    const two = await open();
    two.pay('PaymentCreated', 'created-1');
    const ids = (messages: readonly OutputMessage[]) => messages.map(({ envelope }) => envelope.id);
    expect(ids(one.toOrders())).toEqual(ids(two.toOrders()));
    expect(types(one.toPayments())).toEqual(['ClosePayment']);
  });

  it('has nothing to say to an order about callbacks for payments that nobody knows', async () => {
    const driver = await open();
    driver.pipeInput({
      ...{ topic: payments, key: 'PAY-9' },
      payload: eventOf.PaymentCallbackRecorded,
    });
    expect([...driver.toOrders(), ...driver.toPayments()]).toEqual([]);
    expect(driver.store('managers').size).toBe(0);
  });
});
