import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertsEvent } from '@plumbline/events';
import { decodeEnvelope, encodeEnvelope, topics } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { FoundAlert } from '../compare/compare.ts';
import type { LogAccess, Place } from './open-log-access.ts';
import { readFrom } from './open-log-access.ts';

const alertsTopic = topics.alertsEvents.name;
const commandsTopic = topics.alertsCommands.name;

/** What the alerts topic says from the given places on. */
export async function alertsFrom(
  access: LogAccess,
  from: readonly Place[],
): Promise<readonly FoundAlert[]> {
  const events = await eventsFrom(access, from);
  return events.flatMap(({ event }): FoundAlert[] => {
    if (event.type === 'RulesActivated') return [];
    const { alertId, orderNo, rule } = event.data;
    return [{ alertId, orderNo, rule, kind: event.type === 'AlertRaised' ? 'raised' : 'resolved' }];
  });
}

async function eventsFrom({ log, codec }: LogAccess, from: readonly Place[]) {
  const places = from.filter(({ topic }) => topic === alertsTopic);
  const records = await readFrom(log, places);
  for (const { value } of records) {
    const unknown = codec.needs(value);
    if (unknown !== null) await codec.learn(unknown);
  }
  return records.map((record) => ({
    record,
    // The catalogue ties the topic to this union, and the codec checks it.
    event: codec.decode(alertsTopic, record.value) as AlertsEvent,
  }));
}

/**
 * Sets Rule A's grace on every partition by a record each, and waits until every task has taken it.
 * A task takes its inputs in the order of broker time: once it has answered, it has also judged every
 * order and payment event that was in the log before.
 *
 * Errors: when a task does not answer within `timeoutMs`.
 */
export async function setGrace(
  access: LogAccess,
  options: {
    readonly graceMs: number;
    readonly reason: string;
    readonly timeoutMs: number;
    readonly from: readonly Place[];
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { log, codec } = access;
  const { timeoutMs, signal } = options;
  await codec.prepare([commandsTopic]);
  const [described] = await log.describeTopics([commandsTopic]);
  const keys = keysOfPartitions(described?.partitions ?? 0);
  const waiting = new Set<string>(keys.map(() => randomUUID()));
  const ids = [...waiting];
  const producer = await log.openEdgeProducer();
  try {
    for (const [partition, key] of keys.entries())
      await producer.send({
        topic: commandsTopic,
        partition,
        key: Buffer.from(key, 'utf8'),
        value: codec.encode(commandsTopic, {
          type: 'ActivateRules',
          data: {
            rules: [{ rule: 'A', version: 1, enabled: true, graceMs: options.graceMs }],
            reason: options.reason,
          },
        }),
        headers: headersOf(ids[partition] ?? ''),
      });
  } finally {
    await producer.close();
  }
  const until = performance.now() + timeoutMs;
  for (;;) {
    for (const { record, event } of await eventsFrom(access, options.from))
      if (event.type === 'RulesActivated') waiting.delete(causeOf(record));
    if (waiting.size === 0) return;
    if (performance.now() > until)
      throw new Error(
        `${waiting.size} of ${keys.length} alert tasks have not taken the rules after ${timeoutMs} ms`,
      );
    await sleep(200, undefined, { signal });
  }
}

const headersOf = (id: string) =>
  encodeEnvelope({
    ...{ id, type: 'ActivateRules', source: '/plumbline/demo', subject: 'rules' },
    ...{ timeMs: Date.now(), correlationId: id, causationId: null, actor: 'operator:demo' },
    ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
  });

const causeOf = (record: LogRecord): string => decodeEnvelope(record.headers).causationId ?? '';

/** One key for each partition: a record must stand where its key belongs. */
function keysOfPartitions(partitions: number): readonly string[] {
  const keys: string[] = [];
  for (let n = 0; keys.filter(Boolean).length < partitions; n += 1) {
    const key = `rules/${n}`;
    keys[partitionOfRecordKey(key, partitions)] ??= key;
  }
  return keys;
}
