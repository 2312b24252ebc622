import type { Codec } from '@plumbline/events';
import { encodeEnvelope, firstPreviousHash, topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import type { Payload, Slot } from '@plumbline/kernel';
import { derivedUuid, digest, partitionOfSlot, payNo, routingKey, slotOf } from '@plumbline/kernel';
import type { StepName } from './histories.ts';
import { histories } from './histories.ts';
import type { Subject } from './payloads.ts';
import { payloadOf } from './payloads.ts';
import type { Course } from './waves.ts';

/** Where the orders of a log lie. */
export interface Shelf {
  readonly partitions: number;
  /** Whose orders they are; `main` if unset. */
  readonly tenant?: string;
  /** Begins every order number. */
  readonly prefix: string;
  /** Business time of the first order, epoch ms. */
  readonly startMs: number;
}

export const orderNoOf = (shelf: Shelf, keyIndex: number): string =>
  `${shelf.prefix}-${String(keyIndex).padStart(8, '0')}`;

const isOrders = (name: StepName): boolean => name.startsWith('Order');

/** How many events of its own context the course has had before this step. */
const eventsBefore = (steps: readonly StepName[], step: number, ofOrders: boolean): number =>
  steps.slice(0, step).filter((name) => isOrders(name) === ofOrders).length;

/** More than a course has of one context. */
const eventsPerRoundMax = 16;

/** One event of a course as its service would have written it, with the whole envelope. */
export function recordOf(
  codec: Codec,
  shelf: Shelf,
  course: Pick<Course, 'index' | 'kind' | 'keyIndex' | 'round'>,
  step: number,
): OutgoingRecord {
  const steps = histories[course.kind];
  const name = steps[step] ?? 'OrderCreated';
  return eventRecord({
    ...{ codec, shelf, course, orderNo: orderNoOf(shelf, course.keyIndex) },
    context: isOrders(name) ? 'orders' : 'payments',
    topic: isOrders(name) ? topics.ordersEvents.name : topics.paymentsEvents.name,
    nth: eventsBefore(steps, step, isOrders(name)) + 1,
    payload: (subject, eventId) => payloadOf(name, subject, eventId),
  });
}

/** Makes a record of a payload, with key, partition and envelope. */
export function eventRecord(of: {
  readonly codec: Codec;
  readonly shelf: Shelf;
  readonly course: Pick<Course, 'index' | 'round'>;
  readonly context: string;
  readonly topic: string;
  readonly orderNo: string;
  /** Which of the events of its context in its course, from 1. */
  readonly nth: number;
  payload(subject: Subject, eventId: string): Payload;
}): OutgoingRecord {
  const { codec, shelf, course, context, topic, orderNo, nth } = of;
  const tenant = shelf.tenant ?? 'main';
  const key = routingKey(tenant, orderNo);
  const slot = slotOf(key);
  const version = course.round * eventsPerRoundMax + nth;
  const ids = idsOf(slot, context, key, version);
  const atMs = shelf.startMs + course.index;
  const numbers = { atMs: shelf.startMs, slot, random: course.index % 1_000_000_000 };
  const subject = { tenant, orderNo, payNo: payNo(numbers), index: course.index, atMs };
  const payload = of.payload({ ...subject, fingerprint: ids.hash }, ids.event);
  const headers = encodeEnvelope({
    ...{ id: ids.event, type: payload.type, source: `/plumbline/${context}`, timeMs: atMs },
    subject: context === 'payments' ? subject.payNo : orderNo,
    ...{ correlationId: ids.correlation, causationId: ids.cause, actor: 'api:bench' },
    aggregateVersion: BigInt(version),
    previousHash: version === 1 ? firstPreviousHash : ids.hash,
    ...{ subjectKeyId: null, traceparent: ids.traceparent },
  });
  const partition = partitionOfSlot(slot, shelf.partitions);
  const value = codec.encode(topic, payload);
  return { topic, partition, key: Buffer.from(key), value, headers };
}

/**
 * Ids of the right shape that are a function of the event. The hash is not that of the event before:
 * it has its size, and no reader of these topics checks the chain.
 */
function idsOf(slot: Slot, context: string, key: string, version: number) {
  const hash = digest(context, key, String(version)).toString('hex');
  return {
    event: derivedUuid(slot, 'event', context, key, String(version)),
    cause: `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`,
    correlation: `${hash.slice(32, 40)}-${hash.slice(40, 44)}-4${hash.slice(45, 48)}-9${hash.slice(49, 52)}-${hash.slice(52, 64)}`,
    traceparent: `00-${hash.slice(0, 31)}1-${hash.slice(32, 47)}1-01`,
    hash,
  };
}
