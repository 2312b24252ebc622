import type { OrdersCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DoorIndex } from './testing/door-aggregate.ts';
import { closeDoor, doorTopology, openDoor } from './testing/door-aggregate.ts';
import type { TestDriver } from './testing/driver.ts';
import { createTestDriver } from './testing/driver.ts';

const commands = topics.ordersCommands.name;
const store = 'open doors';
/** Keys of which an entry was made. */
let made: string[] = [];

/** Which doors are open, by when they close. */
const index: DoorIndex = {
  store,
  partsOf: (state) => new Map(state.status === 'open' ? [[`${state.closesAtMs}`, state]] : []),
  entryOf(part, { key, cause }) {
    made.push(key);
    return { key, cause: cause.id, closes: (part as { closesAtMs: number }).closesAtMs };
  },
};

let driver: TestDriver;

beforeEach(async () => {
  made = [];
  driver = await createTestDriver(doorTopology({ index }));
});

const command = (payload: OrdersCommand, key: string, id: string) =>
  driver.pipeInput({ topic: commands, key, payload, envelope: { id } });
const entries = () => [...driver.store(store)];

describe('what an aggregate has indexed', () => {
  it('stands there as long as its state says so, with what led to it', () => {
    const closesMs = driver.nowMs() + 5_000;
    command(openDoor(closesMs), 'main/D1', 'c-1');
    command(openDoor(closesMs + 1), 'main/D2', 'c-2');
    expect(entries()).toEqual([
      [`${closesMs}`, { key: 'main/D1', cause: 'c-1', closes: closesMs }],
      [`${closesMs + 1}`, { key: 'main/D2', cause: 'c-2', closes: closesMs + 1 }],
    ]);
    command(closeDoor(), 'main/D1', 'c-3');
    expect(entries().map(([at]) => at)).toEqual([`${closesMs + 1}`]);
  });

  it('is gone when a timer ends it, and made once only', () => {
    const closesMs = driver.nowMs() + 5_000;
    command(openDoor(closesMs), 'main/D1', 'c-1');
    // Refused, and repeated: neither changes the state.
    command(openDoor(closesMs), 'main/D1', 'c-2');
    command(openDoor(closesMs), 'main/D1', 'c-1');
    expect([made, entries()]).toMatchObject([['main/D1'], [{}]]);
    driver.advanceStreamTime(6_000);
    expect(entries()).toEqual([]);
  });

  it('is what it was after a takeover', () => {
    command(openDoor(driver.nowMs() + 5_000), 'main/D1', 'c-1');
    const before = entries();
    driver.restart();
    expect(entries()).toEqual(before);
    command(closeDoor(), 'main/D1', 'c-2');
    expect(entries()).toEqual([]);
  });
});
