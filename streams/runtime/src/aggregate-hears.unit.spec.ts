import type { CommandOutcome, DeadLettered, OrdersCommand, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DoorHears } from './testing/door-aggregate.ts';
import { closeDoor, doorAsks, doorTopology, openDoor } from './testing/door-aggregate.ts';
import type { TestDriver } from './testing/driver.ts';
import { createTestDriver } from './testing/driver.ts';

const commands = topics.ordersCommands.name;
const heard = topics.paymentsEvents.name;
const told = topics.paymentsCommands.name;
const key = 'main/D1';
const sideEntrance = 'main/side-entrance';
const words = 'words';

/**
 * A door that a payment opens, and that a payment which closes closes. A refund that failed is a word
 * which is kept; a door that is to be closed for that word is closed for its meaning.
 */
const hears = (bad: readonly string[]): DoorHears => ({
  topics: [heard],
  stores: [{ name: words }],
  commandOf(input, context) {
    // The topic holds nothing but these.
    const event = input.payload as PaymentsEvent;
    if (event.type === 'PaymentProcessing') return openDoor(context.nowMs + 5_000);
    if (event.type === 'RefundFailed') {
      context.store<string>(words).set(event.data.code, event.data.reason);
      return null;
    }
    if (event.type !== 'PaymentClosed') return null;
    const { reason } = event.data;
    context.store<string>(words).set('last', reason);
    if (bad.includes(reason)) throw new Error('cannot understand it');
    return closeDoor(reason);
  },
  complete(command, context) {
    if (command.type !== 'CancelOrder') return command;
    const meaning = context.store<string>(words).get(command.data.reason);
    return meaning === undefined ? command : closeDoor(meaning);
  },
});

const hearing = (...bad: readonly string[]) => doorTopology({ hears: hears(bad), asks: doorAsks });

let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(hearing());
});

const about = { payNo: 'P', orderNo: 'D1' };
const opens: PaymentsEvent = {
  type: 'PaymentProcessing',
  data: { ...about, acceptedAt: 0, gatewayTransactionId: null, payUrl: null },
};
const closes = (reason: string): PaymentsEvent => ({
  type: 'PaymentClosed',
  data: { ...about, reason, closedAt: 0 },
});
const word = (code: string, reason: string): PaymentsEvent => ({
  type: 'RefundFailed',
  data: { ...about, refundId: 'R', code, reason, failedAt: 0 },
});

const hear = (payload: PaymentsEvent, at = key, envelope = {}) =>
  driver.pipeInput({ topic: heard, key: at, payload, envelope });
const command = (payload: OrdersCommand, at = key) =>
  driver.pipeInput({ topic: commands, key: at, payload });
const events = () => driver.readOutput(topics.ordersEvents.name);
const outcomes = () =>
  driver
    .readOutput(topics.ordersOutcomes.name)
    .map(({ payload }) => payload.data as CommandOutcome);
const aggregates = () => [...driver.store('aggregates').keys()];
const said = () =>
  driver.readOutput(told).map(({ payload }) => (payload.data as { reason: string }).reason);

describe('what an aggregate hears of others', () => {
  it('is decided once, in the chain of its events, and nobody is answered', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    hear(opens, key, { id: 'e-1', correlationId: 'c-1', actor: 'api:somebody', traceparent });
    command(closeDoor());
    const [first, second] = events();
    expect(first).toMatchObject({
      key,
      envelope: {
        ...{ type: 'OrderCreated', causationId: 'e-1', correlationId: 'c-1', traceparent },
        ...{ actor: 'system:orders', aggregateVersion: 1n },
      },
    });
    expect(second?.envelope).toMatchObject({ type: 'OrderCancelled', aggregateVersion: 2n });
    expect(outcomes().map(({ commandType }) => commandType)).toEqual(['CancelOrder']);
  });

  it('that changes nothing makes no event and no outcome, whatever it is said again', () => {
    for (const event of [opens, opens, closes('a'), closes('a')]) hear(event);
    expect(events()).toHaveLength(2);
    expect(outcomes()).toEqual([]);
  });

  it('that is refused is answered by nobody, and leaves what is asked of others', () => {
    hear(closes('a'));
    expect([events(), outcomes()]).toEqual([[], []]);
    expect(said()).toEqual(['CancelOrder rejected none']);
  });

  it('sets and cancels timers, which go under its correlation id', () => {
    hear(opens, key, { correlationId: 'c-1' });
    expect(driver.timers()).toMatchObject([{ key, name: 'close' }]);
    driver.restart();
    driver.advanceStreamTime(6_000);
    expect(events().at(-1)?.envelope).toMatchObject({
      actor: 'system:orders',
      correlationId: 'c-1',
    });
    hear(opens, 'main/D2');
    hear(closes('a'), 'main/D2');
    expect(driver.timers()).toEqual([]);
  });

  it('goes to the aggregate that another name of it leads to', () => {
    command(openDoor());
    hear(closes('a'), sideEntrance);
    expect(events().map((event) => [event.key, event.envelope.type])).toEqual([
      [key, 'OrderCreated'],
      [key, 'OrderCancelled'],
    ]);
    expect(aggregates()).toEqual([key]);
  });

  it('gives the aggregate its names, by which commands find it after a takeover', () => {
    hear(opens);
    driver.restart();
    command(closeDoor(), sideEntrance);
    expect(outcomes()).toMatchObject([{ status: 'ACCEPTED', aggregateVersion: 2n }]);
  });

  it('goes out as what is asked of others, with its own id for each', () => {
    hear(opens, key, { id: 'e-1', correlationId: 'c-1' });
    hear(closes('a'), key, { id: 'e-2' });
    const asked = driver.readOutput(told);
    expect(asked.map(({ envelope }) => envelope.causationId)).toEqual(['e-1', 'e-2']);
    expect(asked[0]?.envelope).toMatchObject({ correlationId: 'c-1', actor: 'system:orders' });
    expect(new Set(asked.map(({ envelope }) => envelope.id)).size).toBe(2);
  });
});

describe('what stands for no command', () => {
  it('begins no aggregate, and leaves one that is there as it was', () => {
    hear(word('wind', 'a storm'));
    expect([aggregates(), said(), driver.timers()]).toEqual([[], [], []]);
    hear(opens);
    const before = driver.store('aggregates').get(key);
    hear(word('rain', 'a flood'));
    expect(driver.store('aggregates').get(key)).toEqual(before);
    expect(said()).toEqual(['CreateOrder accepted open']);
  });

  it('is kept for the commands that come, which know of it whatever their key', () => {
    hear(word('wind', 'a storm'), 'main/D9');
    driver.restart();
    hear(opens);
    command(closeDoor('wind'));
    expect(events().at(-1)?.payload.data).toEqual({ orderNo: 'D1', reason: 'a storm' });
    expect(outcomes()).toMatchObject([{ commandType: 'CancelOrder', status: 'ACCEPTED' }]);
  });

  it('leaves other commands as they are, and what was heard is not completed again', () => {
    hear(word('wind', 'a storm'));
    command(openDoor());
    hear(closes('wind'));
    expect(events().map(({ payload }) => payload.data)).toMatchObject([
      { orderNo: 'D1' },
      { reason: 'wind' },
    ]);
  });

  it('makes no difference to a repeat, which is answered as it was', () => {
    command(openDoor());
    const envelope = { id: 'same' };
    driver.pipeInput({ topic: commands, key, payload: closeDoor('wind'), envelope });
    hear(word('wind', 'a storm'));
    driver.pipeInput({ topic: commands, key, payload: closeDoor('wind'), envelope });
    expect(outcomes().map(({ status }) => status)).toEqual(['ACCEPTED', 'ACCEPTED', 'ACCEPTED']);
    expect(events()).toHaveLength(2);
  });
});

describe('what cannot be processed', () => {
  const redrive = () => {
    driver.pipeInput({
      ...{ topic: topics.deadLettersCommands.name, key },
      payload: {
        type: 'RedriveParkedKey',
        data: { topology: 'orders', originTopic: heard, mode: 'REDRIVE', reason: 'mended' },
      },
    });
    const answers = driver.readOutput(topics.deadLettersOutcomes.name);
    return answers.map(
      ({ payload }) => JSON.parse((payload.data as CommandOutcome).answer ?? '') as unknown,
    );
  };

  it('waits, and what comes behind it, until it is let go on; commands do not wait', async () => {
    driver = await createTestDriver(hearing('odd'));
    hear(opens);
    hear(closes('odd'));
    hear(word('wind', 'a storm'));
    hear(opens, 'main/D2');
    expect(driver.readOutput(topics.ordersDeadLetters.name)).toHaveLength(2);
    expect(events().map((event) => event.key)).toEqual([key, 'main/D2']);
    command(openDoor());
    expect(outcomes()).toMatchObject([{ status: 'UNCHANGED' }]);
    driver.restart(hearing());
    expect(redrive()).toMatchObject([{ redriven: 2, remaining: 0 }]);
    expect(events()).toMatchObject([
      { key, envelope: { type: 'OrderCancelled', aggregateVersion: 2n, actor: 'system:orders' } },
    ]);
    expect(driver.store(words).get('wind')).toBe('a storm');
  });

  it('leaves nothing behind of what it did to the stores', async () => {
    driver = await createTestDriver(hearing('odd'));
    hear(closes('odd'));
    hear(closes('broken'), 'main/D2');
    const letters = driver.readOutput(topics.ordersDeadLetters.name);
    expect(letters.map(({ payload }) => (payload.data as DeadLettered).message)).toEqual([
      ...['cannot understand it', 'the decider fell over'],
    ]);
    expect([aggregates(), said(), [...driver.store(words)]]).toEqual([[], [], []]);
  });
});

it('what concerns nobody is not decoded', async () => {
  let isWanted = true;
  let offset = 0n;
  const concerns: NonNullable<DoorHears['concerns']> = (head) => {
    expect(head).toEqual({
      ...{ topic: heard, partition: 0, offset, key, type: 'PaymentClosed', causationId: 'c' },
    });
    offset += 1n;
    return isWanted;
  };
  driver = await createTestDriver(doorTopology({ hears: { ...hears([]), concerns } }));
  const headers = { ce_type: Buffer.from('PaymentClosed'), ce_causationid: Buffer.from('c') };
  const nonsense = () =>
    driver.pipeRaw({ topic: heard, key: Buffer.from(key), value: Buffer.from('x'), headers });
  const letters = () => driver.readOutput(topics.ordersDeadLetters.name).length;
  isWanted = false;
  nonsense();
  expect(letters()).toBe(0);
  isWanted = true;
  nonsense();
  expect(letters()).toBe(1);
  isWanted = false;
  // What waits behind one that could not be processed waits, whoever it concerns.
  nonsense();
  expect(letters()).toBe(1);
});

it('a type that this version does not know concerns everybody', async () => {
  driver = await createTestDriver(doorTopology({ hears: { ...hears([]), concerns: () => false } }));
  const headers = { ce_type: Buffer.from('PaymentPaidTwice') };
  driver.pipeRaw({ topic: heard, key: Buffer.from(key), value: Buffer.from('x'), headers });
  expect(driver.readOutput(topics.ordersDeadLetters.name).length).toBe(1);
});

it('an aggregate that hears nothing reads nothing but its commands', () => {
  const kinds = hearing().inputs.map(({ kind, topic }) => [kind, topic]);
  expect(kinds).toEqual([
    ['commands', commands],
    ['events', heard],
    ['redrives', topics.deadLettersCommands.name],
  ]);
  expect(doorTopology().inputs.map(({ kind }) => kind)).toEqual(['commands']);
});
