import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingRecord } from '@plumbline/kafka';
import { partitionOfRecordKey, routingKey } from '@plumbline/kernel';
import { probeEveryMs } from '../limits.ts';
import type { Shelf } from './encode.ts';
import { orderNoOf, recordOf } from './encode.ts';
import { stepsPerHistory } from './histories.ts';
import type { LogWriter } from './write.ts';

/** When each probe was written, epoch ms, by record key. */
export type Probes = Map<string, number>;

/**
 * An order of rule C in each partition, again and again until the signal: what answers them is there.
 * All events of a probe are in one transaction, and in whatever order they are taken, the rule fires.
 */
export async function writeProbes(
  writer: LogWriter,
  probes: Probes,
  until: AbortSignal,
): Promise<void> {
  const { codec, producer, shelf } = writer;
  const keysOf = keysByPartition(shelf);
  while (!until.aborted) {
    const records: OutgoingRecord[] = [];
    for (const keys of keysOf) {
      const keyIndex = keys.next().value;
      const course = { index: keyIndex, kind: 'late', keyIndex, round: 0 } as const;
      for (let step = 0; step < stepsPerHistory; step += 1)
        records.push(recordOf(codec, shelf, course, step));
      probes.set(routingKey('main', orderNoOf(shelf, keyIndex)), Date.now());
    }
    await producer.transact(records);
    await sleep(probeEveryMs);
  }
}

/** For each partition the numbers of the keys that lead there, without end. */
function keysByPartition(shelf: Shelf): readonly Iterator<number, never>[] {
  return Array.from({ length: shelf.partitions }, (_, partition) => {
    let next = 0;
    return {
      next() {
        for (; ; next += 1) {
          const key = routingKey('main', orderNoOf(shelf, next));
          if (partitionOfRecordKey(key, shelf.partitions) !== partition) continue;
          next += 1;
          return { done: false as const, value: next - 1 };
        }
      },
    };
  });
}
