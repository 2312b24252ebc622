import type { ChannelCounted, ChannelCounts, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, invariant, slotOf } from '@plumbline/kernel';
import type { ProcessorContext, Topology } from '@plumbline/runtime';
import { redrives } from '@plumbline/runtime';
import { countOf, isCounted, noCounts } from './counts.ts';
import type { SignalLimits } from './limits.ts';
import { signalLimits } from './limits.ts';

/** A minute of a channel that is not over. */
interface Minute {
  readonly minuteMs: number;
  readonly counts: ChannelCounts;
  /** Minutes before it without anything. */
  readonly idle: number;
}

/** By channel: {@link Minute}. */
const minutesStore = 'minutes';
/** By payment number: the channel, until the payment ends. */
const channelsStore = 'channels';
const timer = 'minute';

/** Where what all partitions saw of a channel meets. Channels are nobody's: the platform's. */
export const channelKeyOf = (channel: string): string => `platform/channel.${channel}`;

/**
 * Counts what happens to the payments of each channel, and says every minute how much it was, none
 * included, under the key of the channel. In broker time: a task that was away says what it would have
 * said, later.
 *
 * It owns no topic, since its counts go to the partitions of others. Folded again from nothing it
 * repeats them, and each names its partition and minute, by which the task that judges knows it.
 */
export const channelCountsTopologyOf = (limits: SignalLimits): Topology => ({
  name: 'channel-counts',
  ordering: 'time',
  paceMs: 25,
  inputs: [
    {
      ...{ kind: 'events', topic: topics.paymentsEvents.name },
      concerns: ({ type }) => isCounted(type),
    },
    redrives,
  ],
  outputs: [topics.signalsCounts.name],
  changelog: topics.channelCountsChangelog.name,
  deadLetters: topics.channelCountsDeadLetters.name,
  stores: [{ name: minutesStore }, { name: channelsStore }],
  owns: [],
  createProcessor: () => ({
    // The topic holds nothing but these; the codec has checked it.
    onRecord: ({ payload }, context) => count(payload as PaymentsEvent, context, limits),
    onTimer: ({ key: channel }, context) => endMinute(channel, context, limits),
  }),
});

export const channelCountsTopology = channelCountsTopologyOf(signalLimits);

function count(event: PaymentsEvent, context: ProcessorContext, { minuteMs }: SignalLimits): void {
  const counted = countOf(event);
  const channel = channelOf(event, context);
  if (counted === null || channel === null) return;
  const minutes = context.store<Minute>(minutesStore);
  const known = minutes.get(channel);
  const beganMs = Math.floor(context.nowMs / minuteMs) * minuteMs;
  if (known === undefined) setTimer(channel, beganMs + minuteMs, context);
  const { counts, ...minute } = known ?? { minuteMs: beganMs, counts: noCounts, idle: 0 };
  minutes.set(channel, { ...minute, counts: { ...counts, [counted]: counts[counted] + 1 } });
}

/** Most events name no channel: the payment did when it was created. */
function channelOf(event: PaymentsEvent, context: ProcessorContext): string | null {
  const channels = context.store<string>(channelsStore);
  const { type, data } = event;
  const channel = 'channel' in data ? data.channel : (channels.get(data.payNo) ?? null);
  if (type === 'PaymentCreated') channels.set(data.payNo, data.channel);
  if (endings.has(type)) channels.delete(data.payNo);
  return channel;
}

const endings: ReadonlySet<PaymentsEvent['type']> = new Set([
  ...(['PaymentSucceeded', 'PaymentFailed', 'PaymentClosed'] as const),
]);

function endMinute(channel: string, context: ProcessorContext, limits: SignalLimits): void {
  const minutes = context.store<Minute>(minutesStore);
  const minute = minutes.get(channel);
  invariant(minute !== undefined, `no minute of ${channel} runs`);
  const isEmpty = Object.values(minute.counts).every((each) => each === 0);
  const idle = isEmpty ? minute.idle + 1 : 0;
  const isLast = idle >= limits.idleMinutesMax;
  const endedMs = minute.minuteMs + limits.minuteMs;
  emitCounted(
    {
      ...{ channel, partition: context.task.partition, minuteAt: minute.minuteMs },
      ...{ counts: minute.counts, isLast },
    },
    endedMs,
    context,
  );
  if (isLast) {
    minutes.delete(channel);
    return;
  }
  minutes.set(channel, { minuteMs: endedMs, counts: noCounts, idle });
  setTimer(channel, endedMs + limits.minuteMs, context);
}

const setTimer = (channel: string, dueMs: number, context: ProcessorContext): void =>
  context.timers.set({ key: channel, name: timer, dueMs });

function emitCounted(data: ChannelCounted, dueMs: number, context: ProcessorContext): void {
  const { channel, partition, minuteAt } = data;
  const key = channelKeyOf(channel);
  const { topology } = context.task;
  const id = derivedUuid(slotOf(key), 'counted', key, `${partition}`, `${minuteAt}`);
  context.emit({
    ...{ topic: topics.signalsCounts.name, key },
    payload: { type: 'ChannelCounted', data },
    envelope: {
      ...{ id, type: 'ChannelCounted', source: `/plumbline/${topology}`, subject: channel },
      ...{ timeMs: context.nowMs, correlationId: id, actor: `system:${topology}` },
      causationId: `timer:${timer}:${dueMs}`,
      // Counts of one channel come from several tasks: there is no version to count.
      ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
    },
  });
}
