import { jsonBytesOf } from '@plumbline/kernel';
import { anyContext } from '@plumbline/kernel/testing';
import { expect, it } from 'vitest';
import type { ItemCommand } from './commands.ts';
import { evolve } from './evolve.ts';
import { itemDecider } from './item.ts';
import * as limits from './limits.ts';
import type { ItemState } from './state.ts';
import { describeItem, expire, receive, reserve, writeOff } from './testing-commands.ts';

/** As long as an order number of contract 1 can be, in the widest script. */
const orderNo = '𠮷'.repeat(32);
const idOf = (kind: string, at: number): string => `${kind}${at}`.padEnd(64, '店');

let atMs = anyContext.atMs;

function decided(state: ItemState, command: ItemCommand): ItemState {
  const decision = itemDecider.decide(command, state, { ...anyContext, atMs });
  return decision.kind === 'accepted' ? decision.events.reduce(evolve, state) : state;
}

/** Asks until the limit refuses: the state at its largest. */
function fill(state: ItemState, times: number, ask: (at: number) => ItemCommand): ItemState {
  let filled = state;
  for (let at = 0; at < times; at += 1) filled = decided(filled, ask(at));
  return filled;
}

it('an item at all its limits is a record that the log takes', () => {
  const named = describeItem({ name: '𠮷'.repeat(limits.nameCharsMax), sku: 'tea' });
  let state = decided(itemDecider.initialState, named);
  state = fill(state, limits.receiptsRemembered.countMax + 100, (at) =>
    receive(idOf('in', at), 900_000),
  );
  state = fill(state, limits.writeOffsRemembered.countMax + 100, (at) =>
    writeOff(idOf('out', at), 500_000),
  );
  const soon = { orderNo, expireAt: atMs + 1 };
  state = fill(state, limits.reservationLimits.openMax, (at) =>
    reserve(idOf('a', at), 9_999, soon),
  );
  atMs += 1;
  state = decided(state, expire);
  const later = { orderNo, expireAt: atMs + 1_000 };
  state = fill(state, limits.reservationLimits.openMax, (at) =>
    reserve(idOf('b', at), 9_999, later),
  );
  if (state.status === 'none') throw new Error('no item');
  const { receipts, writeOffs, reservations } = state;
  const bytes = jsonBytesOf(state);
  expect(bytes).toBeLessThan(905_000);
  // It was at its limits: one more of each would not have fitted.
  expect(receipts.entries.length).toBe(limits.receiptsRemembered.countMax);
  expect(writeOffs.entries.length).toBe(limits.writeOffsRemembered.countMax);
  const { openBytesMax, ended } = limits.reservationLimits;
  expect(reservations.openBytes).toBeGreaterThan(openBytesMax - 500);
  expect(reservations.ended.bytes).toBeGreaterThan(ended.bytesMax - 500);
  expect(jsonBytesOf(reservations.open)).toBe(reservations.openBytes + 1);
});

it('five thousand reservations of the usual size fit, and end together in a moment', () => {
  const { openMax, ended } = limits.reservationLimits;
  const uuid = (at: number): string => `0190a4b2-0000-8000-8000-${String(at).padStart(12, '0')}`;
  const usual = { orderNo: 'O202601010000', expireAt: atMs + 1 };
  const stocked = decided(decided(itemDecider.initialState, describeItem()), receive('in', 9_999));
  const state = fill(stocked, openMax, (at) => reserve(uuid(at), 1, usual));
  if (state.status === 'none') throw new Error('no item');
  expect(state.reservations.open).toHaveLength(openMax);
  atMs += 1;
  const expired = decided(state, expire);
  if (expired.status === 'none') throw new Error('no item');
  expect(expired.reservations.open).toEqual([]);
  expect(expired.reservations.ended.entries.length).toBeLessThanOrEqual(ended.countMax);
  expect(jsonBytesOf(expired.reservations.open)).toBe(2);
});
