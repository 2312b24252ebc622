import { delayTopicName, topics } from '@plumbline/events';
import { InvariantViolation } from '@plumbline/kernel';
import type { InputRecord, ProcessorContext, Topology, TopologyInput } from '@plumbline/runtime';
import { emitCommand } from '@plumbline/runtime';

export interface DelaysOptions {
  /** Of the names of the topics. */
  readonly prefix: string;
  readonly levelsMs: readonly number[];
  /** The topic of commands that everything is sent on to. */
  readonly target: string;
}

/**
 * Sends on what waits in the delay topics, each record once it is due and never before, under its own
 * key and with its value as it is. It keeps nothing but its positions.
 */
export const delaysTopology = ({ prefix, levelsMs, target }: DelaysOptions): Topology => ({
  name: 'delays',
  ordering: 'arrival',
  paceMs: 0,
  inputs: levelsMs.map((delayMs): TopologyInput => {
    const topic = delayTopicName({ prefix, delayMs });
    return { kind: 'delays', topic, delayMs };
  }),
  outputs: [target],
  changelog: topics.delaysChangelog.name,
  deadLetters: topics.delaysDeadLetters.name,
  stores: [],
  owns: [],
  createProcessor: () => ({
    onRecord: (record, context) => sendOn(record, context, target),
    onTimer: ({ name }) => {
      throw new InvariantViolation(`nobody sets a timer here, and ${name} went off`);
    },
  }),
});

/** The id is that of the place where the command waited: taken again, it is the same command. */
function sendOn(record: InputRecord, context: ProcessorContext, target: string): void {
  const { topic, incarnation, partition, offset, key, payload, value, envelope } = record;
  emitCommand({
    context,
    to: { topic: target, key, subject: envelope.subject, payload, value },
    from: [topic, incarnation, String(partition), String(offset)],
    cause: envelope,
  });
}
