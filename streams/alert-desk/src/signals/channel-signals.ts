import type { ChannelCounted } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ChainLink, Topology } from '@plumbline/runtime';
import { emitChained, firstLink, redrives } from '@plumbline/runtime';
import type { Channel } from './channel.ts';
import { unheard, withCounted } from './channel.ts';
import type { SignalLimits } from './limits.ts';
import { signalLimits } from './limits.ts';

interface Entry {
  readonly channel: Channel;
  readonly chain: ChainLink;
}

const store = 'channels';

/** Judges each channel by what all partitions counted, against what is usual of it. */
export const channelSignalsTopologyOf = (limits: SignalLimits): Topology => ({
  name: 'channel-signals',
  ordering: 'arrival',
  paceMs: 25,
  inputs: [{ kind: 'events', topic: topics.signalsCounts.name }, redrives],
  outputs: [topics.signalsEvents.name],
  changelog: topics.channelSignalsChangelog.name,
  deadLetters: topics.channelSignalsDeadLetters.name,
  stores: [{ name: store }],
  owns: [topics.signalsEvents.name],
  createProcessor: () => ({
    onRecord({ key, payload, envelope }, context) {
      const entries = context.store<Entry>(store);
      const before = entries.get(key) ?? { channel: unheard, chain: firstLink };
      // The topic holds nothing but these; the codec has checked it.
      const said = payload.data as ChannelCounted;
      const { channel, events } = withCounted(before.channel, said, limits);
      if (channel === before.channel) return;
      const { id, correlationId, traceparent } = envelope;
      const cause = { id, correlationId, traceparent, actor: `system:${context.task.topology}` };
      let { chain } = before;
      for (const event of events) {
        const { link } = emitChained({
          ...{ context, topic: topics.signalsEvents.name, key, subject: event.data.channel },
          ...{ payload: event, after: chain, cause },
        });
        chain = link;
      }
      entries.set(key, { channel, chain });
    },
    onTimer: ({ name }) => {
      throw new Error(`channel-signals sets no timers, and yet ${name} fired`);
    },
  }),
});

export const channelSignalsTopology = channelSignalsTopologyOf(signalLimits);
