import type { CommandOutcome } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { anyContext } from '@plumbline/kernel/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { describe, expect, it } from 'vitest';
import type { ItemCommand } from './domain/item/commands.ts';
import {
  confirm,
  describeItem,
  expireAt,
  receive,
  release,
  reserve,
} from './domain/item/testing-commands.ts';
import { inventoryTopology } from './topology.ts';

const key = 'main/tea';
const replyTo = 'main/O-1';

async function open() {
  const driver = await createTestDriver(inventoryTopology, { startMs: anyContext.atMs });
  const send = (payload: ItemCommand, id?: string) =>
    driver.pipeInput({
      ...{ topic: topics.inventoryCommands.name, key },
      payload,
      envelope: id === undefined ? {} : { id },
    });
  send(describeItem());
  send(receive('in', 2));
  return {
    ...driver,
    send,
    events: () => driver.readOutput(topics.inventoryEvents.name),
    replies: () => driver.readOutput(topics.checkoutCommands.name),
    outcome: () => driver.readOutput(topics.inventoryOutcomes.name).at(-1)?.payload.data,
  };
}

describe('the inventory topology', () => {
  it('answers a reservation with the item, and its repeat with the same', async () => {
    const driver = await open();
    driver.send(reserve('r1', 2));
    const outcome = driver.outcome() as CommandOutcome;
    expect(outcome).toMatchObject({ status: 'ACCEPTED', aggregateVersion: 3n });
    expect(JSON.parse(outcome.answer ?? '')).toMatchObject({
      ...{ sku: 'tea', onHand: 2, available: 0 },
      reservation: { reservationId: 'r1', status: 'OPEN' },
    });
    driver.send(reserve('r1', 2));
    expect(driver.outcome()).toMatchObject({ status: 'UNCHANGED', answer: outcome.answer });
    driver.send(reserve('r2', 1));
    expect(driver.outcome()).toMatchObject({
      ...{ status: 'REJECTED', code: 'STOCK_INSUFFICIENT', details: '{"available":0}' },
    });
  });

  it('ends reservations by broker time, one timer after the other, through a restart', async () => {
    const driver = await open();
    driver.send(reserve('r1', 1));
    driver.send(reserve('r2', 1, { expireAt: expireAt + 1_000 }));
    driver.events();
    driver.restart();
    driver.advanceStreamTime(expireAt - driver.nowMs() - 1);
    expect(driver.events()).toEqual([]);
    driver.advanceStreamTime(500);
    expect(driver.events()).toMatchObject([
      {
        payload: { type: 'ReservationExpired', data: { reservationId: 'r1', expiredAt: expireAt } },
        envelope: { subject: 'tea', causationId: `timer:expire:${expireAt}` },
      },
    ]);
    expect(driver.timers()).toMatchObject([{ name: 'expire', dueMs: expireAt + 1_000 }]);
    driver.advanceStreamTime(1_000);
    expect(driver.events()).toMatchObject([{ payload: { data: { reservationId: 'r2' } } }]);
    expect(driver.timers()).toEqual([]);
  });
});

describe('a checkout that waits', () => {
  it('is told of each decision about its reservation, done, done before, or refused', async () => {
    const driver = await open();
    driver.send(reserve('r1', 2, { replyTo }));
    driver.send(reserve('r1', 2, { replyTo }));
    driver.send(reserve('r2', 1, { replyTo }));
    driver.send(confirm('r1', replyTo));
    driver.send(release('r1', replyTo));
    const replies = driver.replies();
    const about = { orderNo: 'O-1', sku: 'tea' };
    const yes = { accepted: true, code: null };
    const no = (code: string) => ({ accepted: false, code });
    expect(replies.map(({ payload }) => payload.data)).toEqual([
      { ...about, reservationId: 'r1', step: 'RESERVE', ...yes },
      { ...about, reservationId: 'r1', step: 'RESERVE', ...yes },
      { ...about, reservationId: 'r2', step: 'RESERVE', ...no('STOCK_INSUFFICIENT') },
      { ...about, reservationId: 'r1', step: 'CONFIRM', ...yes },
      { ...about, reservationId: 'r1', step: 'RELEASE', ...no('RESERVATION_CONFIRMED') },
    ]);
    for (const { key: to, envelope } of replies) {
      expect([to, envelope.subject, envelope.type]).toEqual([replyTo, 'O-1', 'RecordStockAnswer']);
    }
    expect(new Set(replies.map(({ envelope }) => envelope.id)).size).toBe(replies.length);
  });

  it('is told once of a command that came twice', async () => {
    const driver = await open();
    driver.send(release('r1', replyTo), 'one id');
    driver.send(release('r1', replyTo), 'one id');
    expect(driver.replies()).toHaveLength(1);
  });

  it('is told of nothing that it did not ask, and not at all when it names no order', async () => {
    const driver = await open();
    driver.send(reserve('r1', 1));
    for (const [at, nobody] of ['', 'main', 'main/', 'a b/O-1', 'x'.repeat(2_000)].entries()) {
      driver.send(reserve(`n${at}`, 1, { replyTo: nobody }));
    }
    driver.send(confirm('r1'));
    expect(driver.events().map(({ payload }) => payload.type)).toEqual([
      ...['ItemDescribed', 'StockReceived', 'StockReserved', 'StockReserved', 'StockConfirmed'],
    ]);
    driver.advanceStreamTime(10_000);
    expect(driver.replies()).toEqual([]);
  });
});
