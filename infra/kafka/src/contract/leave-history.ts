import type { TopicPartition } from '../log.ts';
import { untilEnd, type LogHarness } from './harness.ts';
import type { Step } from './histories.ts';
import { play, type Outcome } from './play.ts';

/** Long enough for the steps before the time-out, short enough to wait for. */
const shortTransactionTimeoutMs = 400;

/** A history on a partition of its own, with the account of what it left there. */
export interface Left extends TopicPartition {
  readonly outcome: Outcome;
}

/** Plays a history on a new topic. */
export async function leaveHistory(
  harness: LogHarness,
  steps: readonly Step[],
  how: { readonly settled: boolean },
): Promise<Left> {
  const at = { topic: await harness.createTopic(1), partition: 0 };
  const edge = await harness.log.openEdgeProducer();
  const id = harness.uniqueName('history');
  const outcome = await play(steps, {
    ...at,
    ...how,
    edge,
    openProducer: (producer, { timesOut }) =>
      harness.openTransactionSession(
        `${id}-${producer}`,
        timesOut ? { transactionTimeoutMs: shortTransactionTimeoutMs } : {},
      ),
    untilEnd: (offset) => untilEnd(harness, at, { highWatermark: offset }),
  });
  await edge.close();
  return { ...at, outcome };
}
