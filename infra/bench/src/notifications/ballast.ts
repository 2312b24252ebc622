import { randomUUID } from 'node:crypto';
import { defaultDelayPrefix, delayTopicName, encodeEnvelope } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import { partitionOfRecordKey, routingKey } from '@plumbline/kernel';
import type { Report } from '@plumbline/local';
import { partitions, progressEveryMs } from '../limits.ts';
import { ballastPerTransaction } from './limits.ts';
import type { Notified } from './open-notified.ts';

export interface Ballast {
  readonly records: number;
  /** Keys, values and headers, bytes. */
  readonly bytes: number;
  readonly elapsedMs: number;
}

/**
 * Lets commands wait in the topic of a level: second attempts, as a decision asks for them, of
 * notifications that there are not. What reads them before they are due takes them for real.
 */
export async function writeBallast(
  { codec, producer }: Pick<Notified, 'codec' | 'producer'>,
  of: {
    readonly levelMs: number;
    readonly records: number;
    readonly report: Report;
    readonly signal: AbortSignal;
  },
): Promise<Ballast> {
  const { levelMs, records, report, signal } = of;
  const topic = delayTopicName({ prefix: defaultDelayPrefix, delayMs: levelMs });
  const dueAt = Date.now() + levelMs;
  const begin = performance.now();
  let [bytes, toldMs] = [0, begin];

  function ballastOf(index: number): OutgoingRecord {
    const key = routingKey('bench-ballast', `waiting-${String(index).padStart(8, '0')}`);
    const [id, notificationId] = [randomUUID(), randomUUID()];
    const data = { notificationId, attempt: 2, dueAt, trigger: 'SCHEDULE' };
    const value = codec.encode(topic, { type: 'StartAttempt', data });
    const headers = encodeEnvelope({
      ...{ id, type: 'StartAttempt', source: '/plumbline/notifications', timeMs: dueAt },
      ...{ subject: notificationId, correlationId: id, causationId: id, actor: 'api:bench' },
      ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
    });
    bytes += key.length + value.length;
    for (const [name, text] of Object.entries(headers)) bytes += name.length + text.length;
    const partition = partitionOfRecordKey(key, partitions);
    return { topic, partition, key: Buffer.from(key), value, headers };
  }

  for (let from = 0; from < records; from += ballastPerTransaction) {
    signal.throwIfAborted();
    const size = Math.min(ballastPerTransaction, records - from);
    await producer.transact(Array.from({ length: size }, (_, n) => ballastOf(from + n)));
    if (performance.now() - toldMs < progressEveryMs) continue;
    toldMs = performance.now();
    report(`  ${from + size} of ${records} records wait`);
  }
  return { records, bytes, elapsedMs: performance.now() - begin };
}
