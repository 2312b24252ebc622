import type { OrdersCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import { closeDoor, doorTopology, openDoor } from './testing/door-aggregate.ts';
import type { TestDriver } from './testing/driver.ts';
import { createTestDriver } from './testing/driver.ts';
import { NotTold } from './topology.ts';

const key = 'main/D1';
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(doorTopology());
});

const tell = (payload: OrdersCommand, id: string, at = key) =>
  driver.tell({ key: at, payload, id });
const events = () => driver.readOutput(topics.ordersEvents.name);

describe('what an aggregate is told by a follower', () => {
  it('is decided in the chain of its events, and answered to nobody else', async () => {
    expect(await tell(openDoor(), 'c-1')).toBe('accepted');
    expect(await tell(openDoor(), 'c-2')).toBe('unchanged');
    const nowMs = driver.nowMs();
    expect(await tell(closeDoor(), 'c-3', 'main/side-entrance')).toBe('accepted');
    const [opened, closed, ...others] = events();
    expect(others).toEqual([]);
    expect(opened).toMatchObject({
      key,
      envelope: { causationId: 'c-1', aggregateVersion: 1n, actor: 'system:test' },
      payload: { data: { createdAt: nowMs - 1 } },
    });
    expect(closed).toMatchObject({ key, envelope: { causationId: 'c-3', aggregateVersion: 2n } });
    expect(driver.readOutput(topics.ordersOutcomes.name)).toEqual([]);
  });

  it('is rejected like any command, and changes nothing when it cannot be decided', async () => {
    expect(await tell(closeDoor(), 'c-1')).toBe('rejected');
    await expect(tell(closeDoor('broken'), 'c-2')).rejects.toThrow(NotTold);
    expect(events()).toEqual([]);
    expect(driver.readOutput(topics.ordersDeadLetters.name)).toEqual([]);
    expect(await tell(openDoor(), 'c-3')).toBe('accepted');
  });

  it('sets timers by the clock of the broker', async () => {
    await tell(openDoor(driver.nowMs() + 5_000), 'c-1');
    expect(events()).toHaveLength(1);
    driver.advanceStreamTime(6_000);
    expect(events()).toMatchObject([{ payload: { type: 'OrderCancelled' } }]);
  });

  it('is not taken where the topology is told nothing, or for another partition', async () => {
    const topology = doorTopology();
    const deaf = await createTestDriver({
      ...topology,
      createProcessor(task) {
        const hearing = topology.createProcessor(task);
        return {
          onRecord: (record, context) => hearing.onRecord(record, context),
          onTimer: (timer, context) => hearing.onTimer(timer, context),
        };
      },
    });
    await expect(deaf.tell({ key, payload: openDoor() })).rejects.toThrow(NotTold);
    const partition = (partitionOfRecordKey(key, 4) + 1) % 4;
    const elsewhere = await createTestDriver(doorTopology(), { partition });
    await expect(elsewhere.tell({ key, payload: openDoor() })).rejects.toThrow(NotTold);
  });
});
