import type { CommandOutcome, DeadLettered, OrdersCommand } from '@plumbline/events';
import { bodyOf, createCodec, createMemorySchemaIds, hashOfEvent, topics } from '@plumbline/events';
import { accepted, derivedUuid, slotOf } from '@plumbline/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import { closeDoor, doorDecider, doorTopology, openDoor } from './testing/door-aggregate.ts';
import type { TestDriver } from './testing/driver.ts';
import { createTestDriver } from './testing/driver.ts';

const key = 'main/D1';
const data = { orderNo: 'D1', reason: 'new code' };
const { name: commands } = topics.ordersCommands;
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(doorTopology());
});

const command = (payload: OrdersCommand, id?: string, at = key) =>
  driver.pipeInput({ topic: commands, key: at, payload, envelope: id === undefined ? {} : { id } });
const outcomes = () =>
  driver
    .readOutput(topics.ordersOutcomes.name)
    .map(({ payload }) => payload.data as CommandOutcome);
const events = () => driver.readOutput(topics.ordersEvents.name);
const letters = () =>
  driver
    .readOutput(topics.ordersDeadLetters.name)
    .map(({ payload }) => payload.data as DeadLettered);

describe('each command has one outcome', () => {
  it('accepted, with its events and what the answer shows', () => {
    const offset = command(openDoor(), 'c1');
    expect(outcomes()).toMatchObject([
      {
        commandId: 'c1',
        commandType: 'CreateOrder',
        status: 'ACCEPTED',
        answer: '{"status":"open"}',
        events: [{ type: 'OrderCreated', aggregateVersion: 1n }],
        aggregateVersion: 1n,
        commandOffset: offset,
        commandPartition: 0,
      },
    ]);
  });

  it('unchanged, or refused with its code', () => {
    command(closeDoor());
    command(openDoor());
    command(openDoor());
    expect(outcomes().map(({ status, code }) => [status, code])).toEqual([
      ['REJECTED', 'DOOR_UNKNOWN'],
      ['ACCEPTED', null],
      ['UNCHANGED', null],
    ]);
  });

  it('the same again for a repeated command id, without a second decision', () => {
    command(closeDoor(), 'early');
    command(openDoor(), 'open');
    command(openDoor(), 'open');
    // Refused once, refused for good, though it would be accepted by now.
    command(closeDoor(), 'early');
    const [refused, accepted, repeated, stillRefused] = outcomes();
    expect(repeated).toEqual({ ...accepted, commandOffset: 2n });
    expect(stillRefused).toEqual({ ...refused, commandOffset: 3n });
    expect(events()).toHaveLength(1);
  });

  it('the same again after whatever our own processes said meanwhile, as many of them remembered', () => {
    const say = (id: string) =>
      driver.pipeInput({
        ...{ topic: commands, key, payload: closeDoor() },
        envelope: { id, actor: 'system:somebody' },
      });
    command(openDoor(), 'open');
    for (const id of ['s1', 's2', 's3', 's4', 's5']) say(id);
    command(openDoor(), 'open');
    say('s2');
    say('s1');
    const [first, closed, ...others] = outcomes();
    expect(others.slice(0, 4).map(({ status }) => status)).toEqual(Array(4).fill('UNCHANGED'));
    expect(others.slice(4)).toEqual([
      { ...first, commandOffset: 6n },
      { ...others[0], commandOffset: 7n },
      // Forgotten, and decided anew.
      { ...closed, status: 'UNCHANGED', events: [], commandOffset: 8n },
    ]);
  });

  it('the same again after as many commands of people as it is told to remember', () => {
    driver.restart(doorTopology({ remembersOfPeople: 6 }));
    for (const id of ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7']) command(closeDoor(), id);
    command(openDoor(), 'open');
    command(closeDoor(), 'p3');
    command(closeDoor(), 'p2');
    const [remembered, forgotten] = outcomes().slice(-2);
    expect(remembered).toMatchObject({ status: 'REJECTED', code: 'DOOR_UNKNOWN' });
    expect(forgotten).toMatchObject({ status: 'ACCEPTED' });
  });

  it('refused when a command id comes again with other content', () => {
    command(openDoor(), 'same');
    command(openDoor(5), 'same');
    expect(outcomes()[1]).toMatchObject({ status: 'REJECTED', code: 'COMMAND_ID_REUSED' });
  });

  it('the same after a takeover, even when the code has changed', () => {
    command(closeDoor(), 'early');
    const [before] = outcomes();
    const lenient: typeof doorDecider = {
      ...doorDecider,
      decide: () => accepted({ type: 'OrderCancelled', data }),
    };
    driver.restart(doorTopology({ decider: lenient }));
    command(closeDoor(), 'early');
    expect(outcomes()[0]).toEqual({ ...before, commandOffset: 1n });
    expect(events()).toEqual([]);
    // The new code is at work all the same.
    command(closeDoor(), 'other');
    expect(outcomes()[0]).toMatchObject({ status: 'ACCEPTED' });
  });
});

describe('events of an aggregate', () => {
  it('have derived ids, versions without gap and a chain of hashes', async () => {
    command(openDoor(), 'c1');
    command(closeDoor(), 'c2');
    const [first, second] = events();
    expect(first?.envelope).toMatchObject({
      id: derivedUuid(slotOf(key), 'event', 'orders', key, '1'),
      aggregateVersion: 1n,
      previousHash: '0'.repeat(64),
      causationId: 'c1',
      actor: 'api:test',
    });
    const codec = createCodec(createMemorySchemaIds());
    await codec.prepare([topics.ordersEvents.name]);
    if (first === undefined || second === undefined) throw new Error('two events');
    const body = bodyOf(codec.encode(topics.ordersEvents.name, first.payload));
    expect(second.envelope).toMatchObject({
      aggregateVersion: 2n,
      previousHash: hashOfEvent({ key, envelope: first.envelope, body }),
    });
  });

  it('come from a timer when it is due, and the timer is gone', () => {
    const dueMs = driver.nowMs() + 5_000;
    command(openDoor(dueMs));
    expect(driver.timers()).toEqual([{ key, name: 'close', dueMs }]);
    driver.restart();
    driver.advanceStreamTime(dueMs - driver.nowMs());
    expect(events()).toHaveLength(1);
    driver.advanceStreamTime(1);
    expect(events()[0]?.envelope).toMatchObject({
      type: 'OrderCancelled',
      causationId: `timer:close:${dueMs}`,
      actor: 'system:orders',
      timeMs: dueMs,
    });
    expect(driver.timers()).toEqual([]);
  });

  it('cancel the timer that their state no longer wants', () => {
    command(openDoor(driver.nowMs() + 5_000));
    command(closeDoor());
    expect(driver.timers()).toEqual([]);
    driver.restart();
    driver.advanceStreamTime(60_000);
    expect(events()).toHaveLength(2);
  });

  it('are found by another name of the aggregate', () => {
    command(openDoor());
    command(closeDoor(), 'c2', 'main/side-entrance');
    expect(events().map((event) => event.key)).toEqual([key, key]);
    expect(outcomes()[1]).toMatchObject({ commandId: 'c2', status: 'ACCEPTED' });
  });

  it('and those decided under that name before it led there are not decided again', () => {
    command(closeDoor(), 'early', 'main/side-entrance');
    command(openDoor());
    driver.restart();
    command(closeDoor(), 'early', 'main/side-entrance');
    expect(outcomes().map(({ status, code }) => [status, code])).toEqual([
      ['REJECTED', 'DOOR_UNKNOWN'],
      ['ACCEPTED', null],
      ['REJECTED', 'DOOR_UNKNOWN'],
    ]);
  });
});

describe('a poison command', () => {
  const raw = (
    value: Buffer | null,
    headers: Record<string, string> = {},
    at: string | null = key,
  ) =>
    driver.pipeRaw({
      topic: commands,
      key: at === null ? null : Buffer.from(at),
      value,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]),
      ),
    });
  const envelope = {
    'content-type': 'application/avro',
    ce_specversion: '1.0',
    ce_id: 'poison',
    ce_source: '/somewhere/else',
    ce_type: 'CancelOrder',
    ce_time: '2026-01-01T00:00:00.000Z',
    ce_subject: 'D1',
    ce_correlationid: 'x',
    ce_actor: 'api:other',
  };

  it('is dead-lettered with reason and origin and answered, and the partition goes on', () => {
    const offset = raw(Buffer.from('rubbish'), envelope);
    command(openDoor(), 'next');
    expect(letters()).toMatchObject([
      {
        topology: 'orders',
        reason: 'MAGIC_BYTE',
        originTopic: commands,
        originOffset: offset,
        value: Buffer.from('rubbish'),
      },
    ]);
    expect(outcomes()).toMatchObject([
      { commandId: 'poison', status: 'DEAD_LETTERED', code: 'MAGIC_BYTE' },
      { commandId: 'next', status: 'ACCEPTED' },
    ]);
  });

  it('without an id is dead-lettered; nobody could read an answer', () => {
    raw(Buffer.from([1, 2, 3]));
    raw(null, envelope);
    raw(Buffer.from('rubbish'), envelope, null);
    expect(letters()).toHaveLength(3);
    expect(outcomes()).toHaveLength(2);
  });

  it('that throws in the decider leaves nothing but its dead letter and its answer', () => {
    command(openDoor());
    command(closeDoor('broken'), 'broken');
    command(closeDoor(), 'after');
    expect(letters()).toMatchObject([
      { reason: 'PROCESSING_FAILED', message: 'the decider fell over' },
    ]);
    expect(outcomes().map(({ status }) => status)).toEqual([
      'ACCEPTED',
      'DEAD_LETTERED',
      'ACCEPTED',
    ]);
    expect(events().map(({ envelope: { aggregateVersion } }) => aggregateVersion)).toEqual([
      1n,
      2n,
    ]);
  });

  it('of another partition is refused, since its key belongs elsewhere', async () => {
    driver = await createTestDriver(doorTopology(), { partition: (slotOf(key) + 1) % 4 });
    raw(Buffer.from('any'), envelope);
    expect(letters()).toMatchObject([{ reason: 'WRONG_PARTITION' }]);
    expect(outcomes()).toMatchObject([{ status: 'DEAD_LETTERED', code: 'WRONG_PARTITION' }]);
  });
});
