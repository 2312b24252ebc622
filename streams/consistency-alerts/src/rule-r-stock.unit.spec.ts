import type { AlertRaised, InventoryEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { alertIdOf, watchedStore } from './stores.ts';
import { reservationsStore } from './reservations.ts';
import { consistencyAlerts } from './topology.ts';

const sku = 'S1';
const key = `main/${sku}`;
const item = { tenant: 'main', sku };
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(consistencyAlerts);
  say({
    type: 'ItemDescribed',
    data: { ...item, name: 'a book', unitAmountMinor: 3_330n, currency: 'CNY', describedAt: 0 },
  });
});

const say = (...events: readonly InventoryEvent[]): void => {
  for (const payload of events)
    driver.pipeInput({ topic: topics.inventoryEvents.name, key, payload });
};
const said = () => driver.readOutput(topics.alertsEvents.name).map(({ payload }) => payload);

const of = (reservationId: string, quantity: number) => ({
  ...{ ...item, reservationId, orderNo: 'H1', quantity },
});
const reserved = (id: string, quantity = 2): InventoryEvent => ({
  type: 'StockReserved',
  data: { ...of(id, quantity), expireAt: 9_000, reservedAt: 0 },
});
const released = (id: string, quantity = 2): InventoryEvent => ({
  type: 'StockReleased',
  data: { ...of(id, quantity), reason: 'order expired', releasedAt: 0 },
});
const expired = (id: string): InventoryEvent => ({
  type: 'ReservationExpired',
  data: { ...of(id, 2), expiredAt: 0 },
});
const sold = (id: string, afterExpiry = false): InventoryEvent => ({
  type: 'StockConfirmed',
  data: { ...of(id, 2), afterExpiry, confirmedAt: 0 },
});
const writtenOff = (writeOffId: string, quantity: number): InventoryEvent => ({
  type: 'StockWrittenOff',
  data: { ...item, writeOffId, quantity, reason: 'was never there', writtenOffAt: 0 },
});

describe('Rule R: stock is released twice (the story of mollie/WooCommerce#1252)', () => {
  it('is raised when a reservation that was given back is given back again', () => {
    say(reserved('r1'), released('r1'));
    expect(said()).toEqual([]);
    say(released('r1'));
    const [raise, ...others] = said();
    expect(others).toEqual([]);
    const alert = raise?.data as AlertRaised;
    expect(alert).toMatchObject({
      ...{ rule: 'R', severity: 'CRITICAL', tenant: 'main', orderNo: sku, payNo: null },
      ...{ deadline: null, amountMinor: 6_660n, currency: 'CNY' },
      summary: '2 came back of reservation r1 of order H1, which is not open',
      ...{ expected: '0 given back', actual: '2 given back by StockReleased' },
      evidence: [{ type: 'StockReleased', topic: topics.inventoryEvents.name }],
    });
    expect(alert.alertId).toBe(alertIdOf('R', key, alert.triggerEventId));
    expect(alert.triggerEventId).toBe(alert.evidence[0]?.eventId);
  });

  it.each([
    ['sold', sold('r1')],
    ['given back by its time', expired('r1')],
  ])('is raised when goods come back of what was %s', (_how, end) => {
    say(reserved('r1'), end, released('r1'));
    expect(said()).toMatchObject([{ data: { rule: 'R', amountMinor: 6_660n } }]);
  });

  it('is raised when the time ends what was given back, and when more comes back than was put aside', () => {
    say(reserved('r1'), released('r1'), expired('r1'), reserved('r2', 1), released('r2', 3));
    expect(said()).toMatchObject([
      { data: { actual: '2 given back by ReservationExpired', amountMinor: 6_660n } },
      {
        data: {
          ...{ expected: '1 given back', actual: '3 given back by StockReleased' },
          ...{ amountMinor: 6_660n, evidence: [{ type: 'StockReserved' }, {}] },
        },
      },
    ]);
  });

  it('is over when the pieces are written off under the id of the reservation, all of them', () => {
    say(reserved('r1'), released('r1'), released('r1'));
    const [raise] = said();
    say(writtenOff('broken', 5), writtenOff('r1', 1));
    expect(said()).toEqual([]);
    driver.restart();
    say(writtenOff('r1', 2));
    expect(said()).toMatchObject([
      {
        type: 'AlertResolved',
        data: {
          ...{ alertId: (raise?.data as AlertRaised).alertId, resolution: 'AUTO_RESOLVED' },
          evidence: [{ type: 'StockWrittenOff' }],
        },
      },
    ]);
  });

  it('says nothing of what is put aside and ends once, in whatever way', () => {
    say(reserved('r1'), sold('r1'), reserved('r2'), expired('r2'), sold('r2', true));
    say(reserved('r3'), released('r3', 1), reserved('r4', 5), released('r4', 5));
    say({
      type: 'ReservationBarred',
      data: { ...item, reservationId: 'r5', reason: 'x', barredAt: 0 },
    });
    expect(said()).toEqual([]);
  });

  it('keeps of reservations no more than those that are open, and of a sound item nothing to look at', () => {
    say(reserved('r1'), reserved('r2'), sold('r1'));
    expect([...driver.store(reservationsStore).keys()]).toEqual([`${key}\nr2`]);
    driver.restart();
    say(released('r2'));
    expect(said()).toEqual([]);
    expect(driver.store(watchedStore).get(key)).toMatchObject({
      view: { stock: { unitAmountMinor: 3_330n, currency: 'CNY', excess: [] } },
    });
  });

  it('has a grace of its own, which a record sets', () => {
    const values = [{ name: 'excessGraceMs', value: 5_000 }];
    const rules = [{ rule: 'R', version: 1, enabled: true, graceMs: null, values }];
    driver.pipeInput({
      ...{ topic: topics.alertsCommands.name, key: 'main/rules-0' },
      payload: { type: 'ActivateRules', data: { rules, reason: 'test' } },
    });
    said();
    say(reserved('r1'), released('r1'), released('r1'));
    driver.advanceStreamTime(4_000);
    expect(said()).toEqual([]);
    driver.advanceStreamTime(1_100);
    expect(said()).toMatchObject([{ data: { rule: 'R' } }]);
  });
});
