import { topics } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import { closeDoor, doorAsks, doorTopology, openDoor } from './testing/door-aggregate.ts';
import { createTestDriver } from './testing/driver.ts';

const commands = topics.ordersCommands.name;
const payments = topics.paymentsCommands.name;
const key = 'main/D1';

const open = () => createTestDriver(doorTopology({ asks: doorAsks }));

const said = (driver: Awaited<ReturnType<typeof open>>) =>
  driver.readOutput(payments).map(({ payload }) => (payload.data as { reason: string }).reason);

describe('what an aggregate asks of others', () => {
  it('goes out with each decision, and with a refusal too', async () => {
    const driver = await open();
    driver.pipeInput({ topic: commands, key, payload: closeDoor() });
    driver.pipeInput({ topic: commands, key, payload: openDoor() });
    driver.pipeInput({ topic: commands, key, payload: openDoor() });
    expect(said(driver)).toEqual([
      'CancelOrder rejected none',
      'CreateOrder accepted open',
      'CreateOrder unchanged open',
    ]);
  });

  it('goes out once for a command that comes twice', async () => {
    const driver = await open();
    const envelope = { id: 'same' };
    driver.pipeInput({ topic: commands, key, payload: openDoor(), envelope });
    driver.pipeInput({ topic: commands, key, payload: openDoor(), envelope });
    expect(said(driver)).toHaveLength(1);
  });

  it('goes out when time decides, under the correlation id that the aggregate began with', async () => {
    const driver = await open();
    const atMs = driver.nowMs() + 1_000;
    const envelope = { correlationId: 'the beginning' };
    driver.pipeInput({ topic: commands, key, payload: openDoor(atMs), envelope });
    driver.readOutput(payments);
    driver.advanceStreamTime(2_000);
    const [told] = driver.readOutput(payments);
    expect(told).toMatchObject({
      key: 'main/other',
      payload: { data: { reason: 'CancelOrder accepted closed' } },
      envelope: { correlationId: 'the beginning', actor: 'system:orders', subject: 'P' },
    });
  });

  it('has another id for each decision, and the same in another run', async () => {
    const ids = async () => {
      const driver = await open();
      driver.pipeInput({ topic: commands, key, payload: openDoor(), envelope: { id: 'one' } });
      driver.pipeInput({ topic: commands, key, payload: openDoor(), envelope: { id: 'two' } });
      return driver.readOutput(payments).map(({ envelope }) => envelope.id);
    };
    const first = await ids();
    expect(new Set(first).size).toBe(2);
    expect(await ids()).toEqual(first);
  });
});
