import type { TopicPartition } from '../log.ts';
import { untilEnd, type LogHarness } from './harness.ts';
import type { Step } from './histories.ts';
import { play, type Outcome, type Stage } from './play.ts';

/** Long enough for the steps before the time-out, short enough to wait for. */
const shortTransactionTimeoutMs = 400;

/** Of all others, so that a machine that stalls for seconds does not end them as well. */
const longTransactionTimeoutMs = 60_000;

/** A history on a partition of its own, with the account of what it left there. */
export interface Left extends TopicPartition {
  readonly outcome: Outcome;
}

/** Plays a history on a new topic. */
export async function leaveHistory(
  harness: LogHarness,
  steps: readonly Step[],
  how: Pick<Stage, 'settled' | 'keyOf'> & {
    /** Of the topic. */
    readonly settings?: Readonly<Record<string, string>>;
  },
): Promise<Left> {
  const at = { topic: await harness.createTopic(1, how.settings), partition: 0 };
  const edge = await harness.log.openEdgeProducer();
  const id = harness.uniqueName('history');
  const outcome = await play(steps, {
    ...at,
    ...how,
    edge,
    openProducer: (producer, { timesOut }) =>
      harness.openTransactionSession(`${id}-${producer}`, {
        transactionTimeoutMs: timesOut ? shortTransactionTimeoutMs : longTransactionTimeoutMs,
      }),
    untilEnd: (offset) => untilEnd(harness, at, { highWatermark: offset }),
  });
  await edge.close();
  return { ...at, outcome };
}
