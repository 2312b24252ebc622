import type { ChangeKind, OrderCreated } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, parseRoutingKey, slotOfRecordKey } from '@plumbline/kernel';
import type { FiredTimer, InputRecord, ProcessorContext, Topology } from '@plumbline/runtime';
import { redrives } from '@plumbline/runtime';
import * as limits from '../limits.ts';
import type { Entry, SourceEvent } from './noted.ts';
import { toldOf, withTold } from './noted.ts';

const kinds: ReadonlyMap<string, ChangeKind> = new Map([
  [topics.ordersEvents.name, 'ORDER'],
  [topics.paymentsEvents.name, 'PAYMENT'],
  [topics.checkoutEvents.name, 'CHECKOUT'],
  [topics.alertsEvents.name, 'ALERT'],
  [topics.remediesEvents.name, 'REMEDY'],
  [topics.desksEvents.name, 'REMEDY'],
  [topics.incidentsEvents.name, 'INCIDENT'],
]);

/** What stands in the place of an order there has no buyer to wait for. */
const ofNoOrder: ReadonlySet<string> = new Set([
  ...[topics.desksEvents.name, topics.incidentsEvents.name],
]);
/** What concerns all, and what is told by another event. */
const unnoted: ReadonlySet<string> = new Set(['RulesActivated', 'LeaveGranted']);

const store = 'buyers';
const forget = 'forget';

/**
 * The live feed: one note for each event under an order's key, in the transaction of the position.
 * All of them, since a page that shows an order's timeline shows each. What is under no order's key
 * is left out: payments that only a payment number names, and RulesActivated, which concerns all.
 * Incidents and policies stand in the place of an order, `incidents.<rule>` and `remedies`; of desks'
 * events LeaveGranted is left out as well, since RemedyStarted follows.
 *
 * An event that overtakes its OrderCreated, which comes on another topic, is noted at once without a
 * buyer, for operators, and `again` with the buyer as soon as the order is known: right after the
 * note of OrderCreated, in the order in which they came. So a buyer misses none, and whoever sees
 * everything passes over what comes again.
 */
export const changesTopology: Topology = {
  name: 'changes',
  ordering: 'arrival',
  paceMs: limits.changesPaceMs,
  inputs: [...[...kinds.keys()].map((topic) => ({ kind: 'events', topic }) as const), redrives],
  outputs: [topics.changesEvents.name],
  changelog: topics.changesChangelog.name,
  deadLetters: topics.changesDeadLetters.name,
  stores: [{ name: store }],
  owns: [topics.changesEvents.name],
  createProcessor: () => ({ onRecord, onTimer }),
};

function onRecord(record: InputRecord, context: ProcessorContext): void {
  const { key, payload } = record;
  if (parseRoutingKey(key) === null || unnoted.has(payload.type)) return;
  const entries = context.store<Entry>(store);
  const before = entries.get(key);
  const event = sourceOf(record);
  if (ofNoOrder.has(record.topic)) {
    note({ context, record, event, buyer: null, again: false });
    return;
  }
  if (payload.type === 'OrderCreated' && before?.status !== 'known') {
    // Of the orders topic, by its name: the catalogue ties it to the data.
    const { purchase } = payload.data as OrderCreated;
    const buyer = purchase?.buyer ?? null;
    entries.set(key, { status: 'known', buyer });
    context.timers.cancel({ key, name: forget });
    note({ context, record, event, buyer, again: false });
    if (buyer === null) return;
    for (const told of toldOf(before)) note({ context, record, event: told, buyer, again: true });
    return;
  }
  const buyer = before?.status === 'known' ? before.buyer : null;
  note({ context, record, event, buyer, again: false });
  if (before?.status === 'known') return;
  entries.set(key, withTold(before, event));
  if (before === undefined) {
    const dueMs = context.nowMs + limits.overtakenKeptMs;
    context.timers.set({ key, name: forget, dueMs });
  }
}

/** Nobody resumes from before the oldest record of the feed: what was told then is read anew. */
function onTimer({ key }: FiredTimer, context: ProcessorContext): void {
  const entries = context.store<Entry>(store);
  if (entries.get(key)?.status === 'unknown') entries.delete(key);
}

const sourceOf = ({ topic, payload, envelope, offset }: InputRecord): SourceEvent => ({
  kind: kinds.get(topic) ?? 'UNKNOWN',
  ...{ type: payload.type, id: envelope.id, topic, offset },
});

function note(of: {
  readonly context: ProcessorContext;
  readonly record: InputRecord;
  readonly event: SourceEvent;
  readonly buyer: string | null;
  readonly again: boolean;
}): void {
  const { context, record, event, buyer, again } = of;
  const { key, envelope, partition } = record;
  const place = parseRoutingKey(key);
  if (place === null) return;
  const from = ['change', key, event.id, ...(again ? ['again'] : [])];
  context.emit({
    ...{ topic: topics.changesEvents.name, key },
    payload: {
      type: 'ChangeNoted',
      data: {
        ...{ ...place, buyer, kind: event.kind, eventType: event.type, eventId: event.id },
        ...{ sourceTopic: event.topic, sourcePartition: partition, sourceOffset: event.offset },
        ...{ again, notedAt: context.nowMs },
      },
    },
    envelope: {
      id: derivedUuid(slotOfRecordKey(key), ...from),
      ...{ type: 'ChangeNoted', source: `/plumbline/${context.task.topology}` },
      ...{ subject: place.orderNo, timeMs: context.nowMs },
      ...{ correlationId: envelope.correlationId, causationId: envelope.id },
      actor: `system:${context.task.topology}`,
      ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null },
      traceparent: envelope.traceparent,
    },
  });
}
