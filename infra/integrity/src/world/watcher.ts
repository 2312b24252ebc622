import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Log, LogReader, TopicPartition } from '@plumbline/kafka';
import { PositionOutOfRange } from '@plumbline/kafka';
import type { Violation } from '../checks/violation.ts';
import type { LogWatch, WatchedContext } from '../checks/log-watch.ts';
import { createLogWatch } from '../checks/log-watch.ts';
import type { MoneyWatch } from '../checks/money-watch.ts';
import { createMoneyWatch } from '../checks/money-watch.ts';
import { learnAll } from '../checks/read-log.ts';

/** A committed reader that goes on from the beginning of a run to its end. */
export interface Watcher {
  readonly watch: LogWatch;
  readonly money: MoneyWatch;
  violations(): readonly Violation[];
  /** Reads on to what is the end now, and ends. Errors: when it does not get there. */
  finish(): Promise<readonly Violation[]>;
  close(): Promise<void>;
}

const contexts: readonly WatchedContext[] = [
  { events: topics.ordersEvents.name, outcomes: topics.ordersOutcomes.name },
  { events: topics.paymentsEvents.name, outcomes: topics.paymentsOutcomes.name },
  { events: topics.alertsEvents.name, outcomes: null },
  { events: topics.resultsEvents.name, outcomes: null },
  { events: topics.transactionsEvents.name, outcomes: null },
  { events: topics.callbacksEvents.name, outcomes: null },
];

/**
 * A commit whose coordinator dies between two markers is finished when it is back: a broker takes 5
 * to 15 s to start again on a busy machine, and twice that is still torn.
 */
const tornAfterMs = 30_000;
const finishWithinMs = 60_000;

export function openWatcher(options: {
  readonly log: Log;
  readonly codec: Codec;
  readonly partitions: number;
}): Watcher {
  const { log, codec } = options;
  const watch = createLogWatch({ contexts, codec, tornAfterMs });
  const money = createMoneyWatch(codec);
  const positions = new Map<string, TopicPartition & { readonly offset: bigint }>();
  const nameOf = (at: TopicPartition): string => `${at.topic}-${at.partition}`;
  for (const topic of contexts.flatMap((c) => [c.events, c.outcomes ?? []].flat()))
    for (let partition = 0; partition < options.partitions; partition += 1)
      positions.set(nameOf({ topic, partition }), { topic, partition, offset: 0n });
  const closing = new AbortController();
  let jumped: Violation | null = null;

  async function readOn(reader: LogReader): Promise<void> {
    while (!closing.signal.aborted) {
      const now = performance.now();
      for (const { records, topic, partition, nextOffset } of await reader.fetch({
        maxWaitMs: 200,
      })) {
        await learnAll(codec, records);
        for (const record of records) {
          watch.take(record, now);
          money.take(record);
        }
        positions.set(nameOf({ topic, partition }), { topic, partition, offset: nextOffset });
      }
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted && jumped === null) {
      let reader: LogReader | null = null;
      try {
        const from = [...positions.values()];
        reader = await log.openReader({ from, isolation: 'read_committed' });
        await readOn(reader);
      } catch (error) {
        // The broker is away, or the registry is: both are faults of these runs.
        if (error instanceof PositionOutOfRange)
          jumped = { invariant: 'I6', what: `records were lost: ${error.message}` };
      } finally {
        await reader?.close().catch(() => undefined);
      }
      await sleep(200);
    }
  }

  const running = run();
  const close = async () => {
    closing.abort();
    await running;
  };
  const all = (nowMs: number) => [...watch.violations(nowMs), ...(jumped ? [jumped] : [])];
  return {
    watch,
    money,
    violations: () => all(performance.now()),
    async finish() {
      const ends = await Promise.all(
        [...positions.values()].map(async (at) => {
          const { lastStableOffset } = await log.ends(at);
          return { name: nameOf(at), end: lastStableOffset };
        }),
      );
      const deadline = performance.now() + finishWithinMs;
      const behind = () =>
        ends.filter(({ name, end }) => (positions.get(name)?.offset ?? 0n) < end);
      while (behind().length > 0 && jumped === null) {
        if (performance.now() > deadline) {
          throw new Error(`the reader does not reach the end of ${behind()[0]?.name ?? '?'}`);
        }
        await sleep(100);
      }
      await close();
      // Nothing more will come: what is half now stays half.
      return all(Infinity);
    },
    close,
  };
}
