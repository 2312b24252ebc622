import type { RemediesEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { InputRecord, KeyValueStore, Topology } from '@plumbline/runtime';
import { redrives } from '@plumbline/runtime';

/** A remedy that has started and has not heard yet what lingers at its channel. */
export interface WaitingSweep {
  /** Record key of the remedy: `platform/channel.<CHANNEL>`. */
  readonly key: string;
  readonly channel: string;
  readonly correlationId: string;
  readonly traceparent: string | null;
}

/** By the id of the remedy. */
export const waitingSweepsStore = 'sweeps';

const keyPrefix = 'channel.';

/**
 * Which sweeps wait for a word of what lingers: those that started less those that ended. Who gives
 * it follows the store. Like that of the gateways' calls it owns no topic and emits nothing.
 */
export const channelSweepsTopology: Topology = {
  name: 'channel-sweeps',
  ordering: 'arrival',
  paceMs: 25,
  inputs: [{ kind: 'events', topic: topics.remediesEvents.name }, redrives],
  outputs: [],
  changelog: topics.channelSweepsChangelog.name,
  deadLetters: topics.channelSweepsDeadLetters.name,
  stores: [{ name: waitingSweepsStore }],
  owns: [],
  createProcessor: () => ({
    onRecord: (record, context) => fold(record, context.store<WaitingSweep>(waitingSweepsStore)),
    onTimer: ({ name }) => {
      throw new Error(`channel-sweeps sets no timers, and yet ${name} fired`);
    },
  }),
};

function fold({ payload, key, envelope }: InputRecord, sweeps: KeyValueStore<WaitingSweep>): void {
  // The topic holds nothing but these; the codec has checked it.
  const event = payload as RemediesEvent;
  if (event.type === 'RemedyEnded') {
    sweeps.delete(event.data.remedyId);
    return;
  }
  if (event.type !== 'RemedyStarted' || event.data.kind !== 'SWEEP_CHANNEL') return;
  const { correlationId, traceparent } = envelope;
  const { remedyId, orderNo } = event.data;
  const channel = orderNo.slice(keyPrefix.length);
  sweeps.set(remedyId, { key, channel, correlationId, traceparent });
}
