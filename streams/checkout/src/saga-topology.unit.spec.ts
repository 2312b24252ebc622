import { topics } from '@plumbline/events';
import type { OutputMessage } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { describe, expect, it } from 'vitest';
import type { SagaCommand } from './domain/saga/commands.ts';
import * as say from './domain/saga/testing/saga-play.ts';
import { checkoutSagaTopology } from './saga-topology.ts';

const key = 'main/O-1';

async function open() {
  const driver = await createTestDriver(checkoutSagaTopology);
  const read = (topic: string) => driver.readOutput(topic);
  return {
    ...driver,
    tell: (...commands: readonly SagaCommand[]) => {
      for (const command of commands)
        driver.pipeInput({ topic: topics.checkoutCommands.name, key, payload: command });
    },
    toInventory: () => read(topics.inventoryCommands.name),
    toAccounts: () => read(topics.accountsCommands.name),
    toOrders: () => read(topics.ordersCommands.name),
    events: () => read(topics.checkoutEvents.name).map(({ payload }) => payload.type),
  };
}

const types = (messages: readonly OutputMessage[]) => messages.map(({ payload }) => payload.type);
const reserved = [say.stock('RESERVE', 1), say.stock('RESERVE', 2)];

describe('the checkout saga', () => {
  it('asks each item, under its own key, and says where the answer goes', async () => {
    const driver = await open();
    driver.tell(say.start('channel'));
    expect(driver.toInventory()).toMatchObject([
      {
        key: 'main/tea',
        payload: {
          type: 'ReserveStock',
          data: {
            ...{ tenant: 'main', sku: 'tea', reservationId: 'O-1-1', orderNo: 'O-1', quantity: 2 },
            ...{ replyTo: key },
          },
        },
        envelope: { actor: 'system:checkout-saga', subject: 'tea' },
      },
      { key: 'main/cup', payload: { data: { reservationId: 'O-1-2', quantity: 1 } } },
    ]);
  });

  it("asks the buyer's account for what the balance pays, and the order to be settled", async () => {
    const driver = await open();
    driver.tell(say.start('balance'), ...reserved);
    expect(driver.toAccounts()).toMatchObject([
      {
        key: 'main/u1',
        payload: {
          type: 'HoldFunds',
          data: { account: 'u1', holdId: 'O-1', amountMinor: 900n, currency: 'CNY', replyTo: key },
        },
      },
    ]);
    driver.tell(say.funds('HOLD'));
    expect(driver.toOrders()).toMatchObject([
      { key, payload: { type: 'SettleOrder', data: { holdId: 'O-1', amountMinor: 900n } } },
    ]);
    driver.tell(say.ended('PAID'));
    expect(types(driver.toAccounts())).toEqual(['CaptureHold']);
    expect(types(driver.toInventory()).slice(2)).toEqual(['ConfirmStock', 'ConfirmStock']);
  });

  it('gives everything back when the order ends unpaid, and has the order fail when refused', async () => {
    const driver = await open();
    driver.tell(say.start('both'), ...reserved, say.funds('HOLD', 'FUNDS_INSUFFICIENT'));
    expect(driver.toOrders()).toMatchObject([
      { payload: { type: 'FailOrder', data: { reason: 'FUNDS_INSUFFICIENT' } } },
    ]);
    driver.toInventory();
    driver.tell(say.ended('FAILED'));
    const released = driver.toInventory();
    expect(types(released)).toEqual(['ReleaseStock', 'ReleaseStock']);
    expect(released.map((message) => message.key)).toEqual(['main/cup', 'main/tea']);
  });

  it('asks again when nobody answers, also after a restart', async () => {
    const driver = await open();
    driver.tell(say.start('channel'));
    const first = driver.toInventory();
    driver.restart();
    driver.advanceStreamTime(5_000);
    const again = driver.toInventory();
    expect(again.map(({ payload }) => payload)).toEqual(first.map(({ payload }) => payload));
    const ids = [...first, ...again].map(({ envelope }) => envelope.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('puts aside for a day from now what is missing long after the deadline', async () => {
    const driver = await open();
    driver.tell(say.start('channel'), say.stock('RESERVE', 1), say.ended('PAID'));
    const dayMs = 86_400_000;
    driver.advanceStreamTime(2 * 3_600_000);
    const asked = driver.toInventory().filter(({ payload }) => payload.type === 'ReserveStock');
    const last = asked.at(-1);
    const { expireAt } = last?.payload.data as { expireAt: number };
    expect(expireAt).toBe((last?.envelope.timeMs ?? 0) + dayMs);
    expect((asked[0]?.payload.data as { expireAt: number }).expireAt).toBe(say.payBy + dayMs);
  });

  it('says each step on its own topic, chained by version', async () => {
    const driver = await open();
    driver.tell(say.start('channel'), ...reserved, say.payment(), say.ended('PAID'));
    driver.tell(say.stock('CONFIRM', 1), say.stock('CONFIRM', 2));
    expect(driver.events().at(-1)).toBe('CheckoutCompleted');
    expect(driver.timers()).toEqual([]);
  });
});
