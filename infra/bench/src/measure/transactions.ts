import { topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import { percentile } from '../load/summarise.ts';
import {
  producerCounts,
  transactionSeconds,
  transactionSizes,
  transactionValueBytes,
} from '../limits.ts';
import type { BenchLog } from '../world/open-bench-log.ts';
import type { Measuring } from './measuring.ts';

export interface TransactionsResult {
  readonly part: 'transactions';
  readonly producers: number;
  /** In one transaction, half of them to each of two topics. */
  readonly records: number;
  readonly transactionsPerSecond: number;
  readonly recordsPerSecond: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** Transactions as tasks make them, to an output topic and a changelog, one partition a producer. */
export async function measureTransactions(
  options: Measuring & { readonly world: BenchLog },
): Promise<void> {
  const { world, report } = options;
  await world.renew('everything');
  for (const producers of producerCounts) {
    for (const records of transactionSizes) {
      report(`transactions of ${records} records over ${producers} producers`);
      options.onResult(await transactionsOf(options, producers, records));
    }
  }
}

async function transactionsOf(
  { world, signal }: { readonly world: BenchLog; readonly signal: AbortSignal },
  producers: number,
  records: number,
): Promise<TransactionsResult> {
  const opened = await Promise.all(
    Array.from({ length: producers }, (_, n) =>
      world.log().openTransactionalProducer({ transactionalId: `bench-transactions-${n}` }),
    ),
  );
  try {
    const times: number[] = [];
    const begin = performance.now();
    const untilMs = begin + transactionSeconds * 1_000;
    await Promise.all(
      opened.map(async (producer, partition) => {
        const batch = batchOf(records, partition);
        while (performance.now() < untilMs) {
          signal.throwIfAborted();
          const from = performance.now();
          await producer.transact(batch);
          times.push(performance.now() - from);
        }
      }),
    );
    const transactionsPerSecond = (times.length * 1_000) / (performance.now() - begin);
    times.sort((a, b) => a - b);
    return {
      part: 'transactions',
      ...{ producers, records, transactionsPerSecond },
      recordsPerSecond: transactionsPerSecond * records,
      p50Ms: percentile(times, 50),
      p99Ms: percentile(times, 99),
    };
  } finally {
    await Promise.all(opened.map((producer) => producer.close()));
  }
}

function batchOf(records: number, partition: number): readonly OutgoingRecord[] {
  const value = Buffer.alloc(transactionValueBytes, 'v');
  return Array.from({ length: records }, (_, n) => ({
    topic: n % 2 === 0 ? topics.alertsEvents.name : topics.consistencyAlertsChangelog.name,
    ...{ partition, value, key: Buffer.from(`main/B-${n}`), headers: {} },
  }));
}
