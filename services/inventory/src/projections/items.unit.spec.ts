import type { ProjectedRecord } from '@plumbline/postgres';
import { openMemoryReadModel } from '@plumbline/postgres';
import { given } from '@plumbline/kernel/testing';
import { expect, it } from 'vitest';
import type { ItemCommand } from '../domain/item/commands.ts';
import type { ItemEvent } from '../domain/item/events.ts';
import { itemDecider } from '../domain/item/item.ts';
import { reservedOf } from '../domain/item/state.ts';
import {
  confirm,
  describeItem,
  expire,
  expireAt,
  receive,
  release,
  reserve,
  writeOff,
} from '../domain/item/testing-commands.ts';
import { inventoryProjection } from './items.ts';

const recordOf = (payload: ItemEvent, version: number): ProjectedRecord => ({
  ...{ topic: 't', partition: 0, offset: BigInt(version), incarnation: 'x', timeMs: 0 },
  key: 'main/tea',
  envelope: {
    ...{ id: `e${version}`, type: payload.type, source: '/test', subject: 'tea', timeMs: 0 },
    ...{ correlationId: 'x', causationId: null, actor: 'api:test' },
    ...{ aggregateVersion: BigInt(version), previousHash: '0'.repeat(64) },
    ...{ subjectKeyId: null, traceparent: null },
  },
  payload,
});

const later = { atMs: expireAt };
const story: readonly (readonly [ItemCommand, { readonly atMs?: number }])[] = [
  [describeItem(), {}],
  [receive('in', 10), {}],
  [writeOff('out', 1), {}],
  [reserve('kept', 1, { expireAt: expireAt + 1 }), {}],
  [reserve('sold', 2), {}],
  [reserve('back', 2, { orderNo: null }), {}],
  [reserve('late', 3), {}],
  [reserve('gone', 1), {}],
  [confirm('sold'), {}],
  [release('back'), {}],
  [release('early'), {}],
  [expire, later],
  [confirm('late'), later],
  [describeItem({ name: 'Green tea' }), later],
];

/** Each event, and what the item is after it. */
function told() {
  let history: readonly ItemEvent[] = [];
  return story.flatMap(([command, context]) => {
    const { events } = given(itemDecider, history).when(command, context);
    return events.map((event) => {
      history = [...history, event];
      return { event, state: given(itemDecider, history).state };
    });
  });
}

it('shows of every item what its decider knows, after each event', async () => {
  const model = await openMemoryReadModel(inventoryProjection);
  for (const [at, { event, state }] of told().entries()) {
    const record = recordOf(event, at + 1);
    await model.transaction((sql) => inventoryProjection.apply([record], sql));
    if (state.status === 'none') throw new Error('no item');
    const { sku, name, onHand } = state;
    expect(model.rows('items')).toMatchObject([
      { item_key: 'main/tea', sku, name, on_hand: onHand, reserved: reservedOf(state) },
    ]);
  }
});

it('shows every reservation with what became of it, also when all come in one batch', async () => {
  const model = await openMemoryReadModel(inventoryProjection);
  const records = told().map(({ event }, at) => recordOf(event, at + 1));
  await model.transaction((sql) => inventoryProjection.apply(records, sql));
  const rows = new Map(model.rows('reservations').map((row) => [row['reservation_id'], row]));
  expect(rows.get('kept')).toMatchObject({ status: 'OPEN', order_no: 'O-1', quantity: 1 });
  expect(rows.get('sold')).toMatchObject({ status: 'CONFIRMED', quantity: 2, after_expiry: false });
  expect(rows.get('back')).toMatchObject({ status: 'RELEASED', order_no: null, reason: 'mind' });
  expect(rows.get('late')).toMatchObject({ status: 'CONFIRMED', quantity: 3, after_expiry: true });
  expect(rows.get('gone')).toMatchObject({ status: 'EXPIRED', quantity: 1, reason: null });
  expect(rows.get('early')).toMatchObject({ status: 'BARRED', quantity: null, reason: 'mind' });
  expect(model.rows('items')).toMatchObject([
    { name: 'Green tea', unit_amount_minor: 1_500n, on_hand: 4, reserved: 1, version: 15n },
  ]);
});

it('refuses an event of what was never described, so that its key waits for a person', async () => {
  const model = await openMemoryReadModel(inventoryProjection);
  const [first, received] = told();
  expect(first?.event.type).toBe('ItemDescribed');
  if (received === undefined) throw new Error('no second event');
  const record = recordOf(received.event, 2);
  const applied = model.transaction((sql) => inventoryProjection.apply([record], sql));
  await expect(applied).rejects.toMatchObject({ reason: 'NO_ITEM' });
});
