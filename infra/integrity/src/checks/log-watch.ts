import type { Codec, CommandOutcome } from '@plumbline/events';
import { decodeEnvelope } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import type { Violation } from './violation.ts';

export interface WatchedContext {
  readonly events: string;
  /** None: only order, repetition and versions are checked. */
  readonly outcomes: string | null;
}

/** Checks records as a committed reader is given them, while everything runs. */
export interface LogWatch {
  /** Schemas of outcomes must be known to the codec. */
  take(record: LogRecord, nowMs: number): void;
  /** Everything found so far; what is still incomplete counts once it is older than the bound. */
  violations(nowMs: number): readonly Violation[];
  /** Whether an event of a type was seen under a record key. */
  has(type: string, key: string): boolean;
  readonly records: number;
  /** The longest time between the sight of one part of a transaction and of the last, ms. */
  readonly longestHalfMs: number;
}

interface Half {
  readonly what: string;
  readonly sinceMs: number;
}

/**
 * I6 as it can be seen live: offsets grow, no id comes twice, versions of a key have no gap, and of
 * a command's transaction everything shows or nothing: an outcome without its events, or an event
 * without its outcome, is torn. Partitions show a commit one after the other, a few milliseconds
 * apart, and a broker that dies in between finishes when it is back: hence the bound.
 */
export function createLogWatch(options: {
  readonly contexts: readonly WatchedContext[];
  readonly codec: Codec;
  readonly tornAfterMs: number;
}): LogWatch {
  const { codec, tornAfterMs } = options;
  const found: Violation[] = [];
  const offsets = new Map<string, bigint>();
  const ids = new Set<string>();
  const versions = new Map<string, bigint>();
  const seenTypes = new Set<string>();
  /** Events listed by an outcome, or seen; by id. */
  const halves = new Map<string, Half>();
  const seenEvents = new Set<string>();
  const listedEvents = new Set<string>();
  const commandEvents = new Set(
    options.contexts.flatMap(({ events, outcomes }) => (outcomes === null ? [] : [events])),
  );
  const outcomeTopics = new Set(options.contexts.map(({ outcomes }) => outcomes));
  const eventTopics = new Set(options.contexts.map(({ events }) => events));
  let records = 0;
  let longestHalfMs = 0;

  const torn = (what: string) => found.push({ invariant: 'I6', what });
  const whole = (eventId: string, nowMs: number) => {
    const half = halves.get(eventId);
    if (half === undefined) return;
    longestHalfMs = Math.max(longestHalfMs, nowMs - half.sinceMs);
    halves.delete(eventId);
  };

  function takeEvent(record: LogRecord, nowMs: number): void {
    const { id, type, aggregateVersion, causationId } = decodeEnvelope(record.headers);
    const recordKey = record.key?.toString() ?? '';
    const key = `${record.topic} ${recordKey}`;
    seenTypes.add(`${type} ${recordKey}`);
    const version = aggregateVersion ?? 0n;
    const before = versions.get(key) ?? 0n;
    if (commandEvents.has(record.topic) && version !== before + 1n) {
      found.push({ invariant: 'I5', what: `${key}: version ${version} after ${before}` });
    }
    versions.set(key, version);
    if (!commandEvents.has(record.topic) || causationId?.startsWith('timer:') === true) return;
    seenEvents.add(id);
    if (listedEvents.has(id)) whole(id, nowMs);
    else halves.set(id, { what: `${type} ${id} shows without its outcome`, sinceMs: nowMs });
  }

  function takeOutcome(record: LogRecord, nowMs: number): void {
    const { events, commandId } = codec.decode(record.topic, record.value).data as CommandOutcome;
    for (const { eventId, type } of events) {
      listedEvents.add(eventId);
      if (seenEvents.has(eventId)) whole(eventId, nowMs);
      else {
        const what = `the outcome of ${commandId} shows without its ${type} ${eventId}`;
        halves.set(eventId, { what, sinceMs: nowMs });
      }
    }
  }

  return {
    take(record, nowMs) {
      records += 1;
      const { topic, partition, offset } = record;
      const place = `${topic}-${partition}`;
      if (offset <= (offsets.get(place) ?? -1n)) {
        found.push({ invariant: 'I6', what: `${place}: offset ${offset} came late or again` });
      }
      offsets.set(place, offset);
      const id = `${topic} ${record.headers['ce_id']?.toString() ?? place}`;
      if (ids.has(id)) found.push({ invariant: 'I6', what: `${id} came twice` });
      ids.add(id);
      if (eventTopics.has(topic)) takeEvent(record, nowMs);
      if (outcomeTopics.has(topic)) takeOutcome(record, nowMs);
    },
    violations(nowMs) {
      for (const [eventId, { what, sinceMs }] of halves) {
        if (nowMs - sinceMs <= tornAfterMs) continue;
        halves.delete(eventId);
        torn(`torn: ${what}`);
      }
      return found;
    },
    has: (type, key) => seenTypes.has(`${type} ${key}`),
    get records() {
      return records;
    },
    get longestHalfMs() {
      return longestHalfMs;
    },
  };
}
