import { topics } from '@plumbline/events';
import type { LogReader, TopicPartition } from '@plumbline/kafka';
import type { SimHost, SimLog } from '@plumbline/runtime/simulation';
import { hashOfRecord } from '../checkers/reads.ts';
import { contexts, redriving } from '../oracles/parking.ts';
import type { Journal } from './journal.ts';

/** What a committed reader follows: all that topologies write for others. */
export const watchedTopics: readonly string[] = [
  topics.transactionsEvents.name,
  topics.callbacksEvents.name,
  topics.resultsEvents.name,
  redriving.outcomes,
  ...contexts.flatMap(({ events, outcomes, deadLetters }) => [events, outcomes, deadLetters]),
];

/**
 * A reader that follows everything while it happens. Its positions are kept outside, so that it goes
 * on where it stood, however often its process ends.
 */
export function createWatcher(options: { readonly partitions: number; readonly journal: Journal }) {
  const { partitions, journal } = options;
  const at = new Map<string, TopicPartition & { offset: bigint }>();
  for (const topic of watchedTopics) {
    for (let partition = 0; partition < partitions; partition += 1) {
      at.set(`${topic}-${partition}`, { topic, partition, offset: 0n });
    }
  }

  async function follow(reader: LogReader): Promise<never> {
    for (;;) {
      for (const fetched of await reader.fetch({ maxWaitMs: 500 })) {
        const { topic, partition } = fetched;
        for (const record of fetched.records) {
          const { offset } = record;
          const hash = hashOfRecord(record);
          journal.sightings.push({ reader: 'watcher', topic, partition, offset, hash });
        }
        const place = at.get(`${topic}-${partition}`);
        if (place !== undefined) place.offset = fetched.nextOffset;
      }
    }
  }

  async function run(log: SimLog, { clock }: SimHost): Promise<never> {
    for (;;) {
      let reader: LogReader | null = null;
      try {
        const from = [...at.values()].map((place) => ({ ...place }));
        reader = await log.openReader({ from, isolation: 'read_committed' });
        await follow(reader);
      } catch {
        await reader?.close();
        await clock.sleep(200);
      }
    }
  }

  return {
    /** Everything committed up to an offset was seen. */
    position: (topic: string, partition: number) => at.get(`${topic}-${partition}`)?.offset ?? 0n,
    start(log: SimLog, host: SimHost): Promise<{ close(): Promise<void> }> {
      void run(log, host);
      return Promise.resolve({ close: () => Promise.resolve() });
    },
  };
}
