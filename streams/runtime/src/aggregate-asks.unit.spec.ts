import { topics } from '@plumbline/events';
import type { OrdersCommand, OrdersEvent } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import { aggregateTopology } from './aggregate.ts';
import type { Decided } from './aggregate.ts';
import type { Door } from './testing/door-aggregate.ts';
import { closeDoor, doorDecider, openDoor } from './testing/door-aggregate.ts';
import { createTestDriver } from './testing/driver.ts';

const commands = topics.ordersCommands.name;
const payments = topics.paymentsCommands.name;
const key = 'main/D1';

/** Tells the payment of another order what was decided, and how. */
function tell({ command, decision, state }: Decided<Door, OrdersCommand, OrdersEvent>) {
  const reason = `${command.type} ${decision.kind} ${state.status}`;
  const payload = { type: 'ClosePayment', data: { payNo: 'P', orderNo: 'other', reason } };
  return [{ topic: payments, key: 'main/other', subject: 'P', payload }];
}

const open = () =>
  createTestDriver(
    aggregateTopology({
      name: 'orders',
      decider: doorDecider,
      topics: {
        ...{ commands, events: topics.ordersEvents.name, outcomes: topics.ordersOutcomes.name },
        ...{ changelog: topics.ordersChangelog.name, deadLetters: topics.ordersDeadLetters.name },
      },
      subjectOf: (event) => event.data.orderNo,
      asks: { topics: [payments], commandsOf: tell },
    }),
  );

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
