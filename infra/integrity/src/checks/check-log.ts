import type { Codec, CommandOutcome, Envelope } from '@plumbline/events';
import { bodyOf, decodeEnvelope, firstPreviousHash, hashOfEvent } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import type { Violation } from './violation.ts';

/** The topics of one context, as a committed reader saw them from their beginning to their end. */
export interface ContextLog {
  readonly commands: readonly LogRecord[];
  readonly events: readonly LogRecord[];
  readonly outcomes: readonly LogRecord[];
}

export type { Violation } from './violation.ts';

const placeOf = ({ partition, offset }: LogRecord): string => `${partition}/${offset}`;

/**
 * I1: each command record has exactly one outcome, and each accepted one its events. I2: each event
 * has its command or its timer. I3: no command id had an effect twice. I5: versions 1…n without gap
 * or fork, chained by hash. I6: no event id and no offset twice.
 */
export function checkLog(log: ContextLog, codec: Codec): Violation[] {
  const events = log.events.map((record) => ({ record, envelope: decodeEnvelope(record.headers) }));
  const outcomes = log.outcomes.map(
    (record) => codec.decode(record.topic, record.value).data as CommandOutcome,
  );
  return [
    ...checkOutcomes(log.commands, outcomes, new Set(events.map((e) => e.envelope.id))),
    ...checkCauses(log.commands, events),
    ...checkChains(events),
    ...checkOnce(log),
  ];
}

/** I1, I2, I3: each command has its one outcome, and each outcome its command and its events. */
function checkOutcomes(
  commands: readonly LogRecord[],
  outcomes: readonly CommandOutcome[],
  eventIds: ReadonlySet<string>,
): Violation[] {
  const found: Violation[] = [];
  const byPlace = new Map<string, CommandOutcome[]>();
  const effects = new Map<string, Set<string>>();
  for (const outcome of outcomes) {
    const place = `${outcome.commandPartition}/${outcome.commandOffset}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), outcome]);
    for (const { eventId, type } of outcome.events) {
      if (!eventIds.has(eventId)) {
        found.push({ invariant: 'I1', what: `${place}: its ${type} ${eventId} is not in the log` });
      }
    }
    const ids = outcome.events.map(({ eventId }) => eventId).join(' ');
    if (ids !== '') {
      const seen = effects.get(outcome.commandId) ?? new Set();
      effects.set(outcome.commandId, seen.add(ids));
    }
  }
  for (const command of commands) {
    const count = byPlace.get(placeOf(command))?.length ?? 0;
    if (count !== 1) {
      found.push({ invariant: 'I1', what: `command ${placeOf(command)} has ${count} outcomes` });
    }
  }
  const places = new Set(commands.map(placeOf));
  for (const place of byPlace.keys()) {
    if (!places.has(place)) found.push({ invariant: 'I2', what: `outcome of no command ${place}` });
  }
  for (const [id, different] of effects) {
    if (different.size > 1) found.push({ invariant: 'I3', what: `command ${id} had two effects` });
  }
  return found;
}

export interface ReadEvent {
  readonly record: LogRecord;
  readonly envelope: Envelope;
}

function checkCauses(commands: readonly LogRecord[], events: readonly ReadEvent[]): Violation[] {
  const ids = new Set(commands.map(({ headers }) => headers['ce_id']?.toString()));
  return events
    .filter(({ envelope: { causationId } }) => {
      return !ids.has(causationId ?? '') && causationId?.startsWith('timer:') !== true;
    })
    .map(({ envelope }) => ({
      invariant: 'I2',
      what: `${envelope.type} ${envelope.id} has no cause in the log: ${envelope.causationId ?? ''}`,
    }));
}

/** I5: versions without gap or fork, each event with the hash of the one before. */
export function checkChains(events: readonly ReadEvent[]): Violation[] {
  const found: Violation[] = [];
  const ends = new Map<string, { version: bigint; hash: string }>();
  for (const { record, envelope } of events) {
    const key = record.key?.toString('utf8') ?? '';
    const end = ends.get(key) ?? { version: 0n, hash: firstPreviousHash };
    if (envelope.aggregateVersion !== end.version + 1n) {
      const got = envelope.aggregateVersion?.toString() ?? 'none';
      found.push({ invariant: 'I5', what: `${key}: version ${got} after ${end.version}` });
    }
    if (envelope.previousHash !== end.hash) {
      found.push({ invariant: 'I5', what: `${key}: the chain breaks at ${envelope.id}` });
    }
    // Without a version it has no hash either, and the next one is measured by the one before.
    if (envelope.aggregateVersion === null) continue;
    const body = bodyOf(record.value ?? Buffer.alloc(0));
    ends.set(key, {
      version: envelope.aggregateVersion,
      hash: hashOfEvent({ key, envelope, body }),
    });
  }
  return found;
}

function checkOnce(log: ContextLog): Violation[] {
  const found: Violation[] = [];
  for (const records of [log.events, log.outcomes]) {
    const ids = new Set<string>();
    const last = new Map<number, bigint>();
    for (const record of records) {
      const id = record.headers['ce_id']?.toString() ?? '';
      if (ids.has(id)) found.push({ invariant: 'I6', what: `${record.topic}: ${id} came twice` });
      ids.add(id);
      if (record.offset <= (last.get(record.partition) ?? -1n)) {
        found.push({
          invariant: 'I6',
          what: `${record.topic}: out of order at ${placeOf(record)}`,
        });
      }
      last.set(record.partition, record.offset);
    }
  }
  return found;
}
