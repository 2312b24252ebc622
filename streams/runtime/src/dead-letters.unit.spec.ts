import type { DeadLettered, OrdersEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ProcessManager } from '@plumbline/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import { processManagerTopology } from './process-manager.ts';
import { closeDoor } from './testing/door-aggregate.ts';
import type { TestDriver } from './testing/driver.ts';
import { createTestDriver } from './testing/driver.ts';

/** Asks for a door to be closed each time that one was seen closing. */
const manager: ProcessManager<number, OrdersEvent, ReturnType<typeof closeDoor>> = {
  initialState: 0,
  react: (_event, seen) => [closeDoor(`seen ${seen}`)],
  evolve: (seen) => seen + 1,
};

const topology = processManagerTopology({
  name: 'checkout',
  manager,
  events: [topics.ordersEvents.name],
  commands: [topics.ordersCommands.name],
  topics: {
    changelog: topics.checkoutChangelog.name,
    deadLetters: topics.checkoutDeadLetters.name,
  },
  route: (_command, key) => ({ topic: topics.ordersCommands.name, key, subject: 'D1' }),
});

let driver: TestDriver;
beforeEach(async () => {
  driver = await createTestDriver(topology);
});

const event = (key: string): bigint =>
  driver.pipeInput({
    topic: topics.ordersEvents.name,
    key,
    payload: { type: 'OrderCancelled', data: { orderNo: 'D1', reason: 'x' } },
  });
const poison = (key: string): bigint =>
  driver.pipeRaw({
    topic: topics.ordersEvents.name,
    key: Buffer.from(key),
    value: Buffer.from([9, 9, 9, 9, 9, 9]),
    headers: {},
  });
const letters = () =>
  driver
    .readOutput(topics.checkoutDeadLetters.name)
    .map(({ payload }) => payload.data as DeadLettered);
const commandsOf = (key: string) =>
  driver.readOutput(topics.ordersCommands.name).filter((command) => command.key === key);

describe('a poison event', () => {
  it('is dead-lettered; later ones of its key wait behind it, other keys go on', () => {
    const offset = poison('main/a');
    event('main/a');
    event('main/b');
    expect(letters()).toMatchObject([
      { reason: 'ENVELOPE_HEADER_MISSING', originOffset: offset, parkedBehind: null },
      { reason: 'PARKED_BEHIND', originOffset: offset + 1n, parkedBehind: offset },
    ]);
    expect(commandsOf('main/b')).toHaveLength(1);
  });

  it('still holds its key back after a takeover', () => {
    poison('main/a');
    letters();
    driver.restart();
    event('main/a');
    expect(letters()).toMatchObject([{ reason: 'PARKED_BEHIND' }]);
    expect(commandsOf('main/a')).toEqual([]);
  });
});

describe('a process manager', () => {
  it('gives each command an id that follows from the event, so that a repeat is known', () => {
    event('main/a');
    const [first] = commandsOf('main/a');
    expect(first?.payload).toEqual(closeDoor('seen 0'));
    expect(first?.envelope).toMatchObject({ causationId: 'input-1', actor: 'system:checkout' });
    event('main/a');
    const [second] = commandsOf('main/a');
    expect(second?.payload).toEqual(closeDoor('seen 1'));
    expect(second?.envelope.id).not.toBe(first?.envelope.id);
  });
});
