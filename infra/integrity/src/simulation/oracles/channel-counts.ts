import type { ChannelCounts, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { History } from '../history/history.ts';
import { isReadable, placeOf } from '../history/history.ts';
import type { SilenceNumbers } from './channel-model.ts';
import { lettersByOrigin } from './parking.ts';

/** What a partition must have told of a channel, and when. */
export interface ExpectedCounts {
  readonly channel: string;
  readonly partition: number;
  /** Beginning of the minute, and when it is told, broker time, epoch ms. */
  readonly minuteAt: number;
  readonly dueMs: number;
  readonly counts: ChannelCounts;
  readonly isLast: boolean;
}

const counted: Readonly<Partial<Record<PaymentsEvent['type'], keyof ChannelCounts>>> = {
  ...{ PaymentCreated: 'created', PaymentSucceeded: 'succeeded', PaymentFailed: 'failed' },
  ...{ PaymentClosed: 'closed', PaymentUnknown: 'unknown' },
  ...{ PaymentCallbackRecorded: 'callbacks', GatewayCallbackRecorded: 'callbacks' },
};

function nameOf({ type, data }: PaymentsEvent): keyof ChannelCounts | undefined {
  if (type === 'GatewayCallReported') return data.kind === 'QUERY' ? 'answers' : undefined;
  return counted[type];
}

const none: ChannelCounts = {
  ...{ created: 0, succeeded: 0, failed: 0, closed: 0, unknown: 0, callbacks: 0, answers: 0 },
};

interface Running {
  beganMs: number;
  counts: ChannelCounts;
  idle: number;
}

/** A loop over the payments of a partition in broker time; tells every minute, until long nothing came. */
export function expectedCounts(
  history: History,
  partition: number,
  { minuteMs, idleMinutesMax }: SilenceNumbers,
): readonly ExpectedCounts[] {
  const found: ExpectedCounts[] = [];
  const running = new Map<string, Running>();
  /** Of payments that have not ended: few of their events name it. */
  const channels = new Map<string, string>();

  function passTime(beforeMs: number): void {
    for (const [channel, minute] of running) {
      while (running.has(channel) && minute.beganMs + minuteMs < beforeMs) {
        const isEmpty = Object.values(minute.counts).every((count) => count === 0);
        minute.idle = isEmpty ? minute.idle + 1 : 0;
        const isLast = minute.idle === idleMinutesMax;
        const { counts, beganMs: minuteAt } = minute;
        found.push({ channel, partition, minuteAt, dueMs: minuteAt + minuteMs, counts, isLast });
        minute.beganMs += minuteMs;
        minute.counts = none;
        if (isLast) running.delete(channel);
      }
    }
  }

  for (const { event, timeMs } of timed(history, partition)) {
    passTime(timeMs);
    const { data, type } = event;
    const channel = 'channel' in data ? data.channel : channels.get(data.payNo);
    if (type === 'PaymentCreated') channels.set(data.payNo, data.channel);
    if (type === 'PaymentSucceeded' || type === 'PaymentFailed' || type === 'PaymentClosed')
      channels.delete(data.payNo);
    const name = nameOf(event);
    if (name === undefined || channel === undefined) continue;
    const beganMs = timeMs - (timeMs % minuteMs);
    const minute = running.get(channel) ?? { beganMs, counts: none, idle: 0 };
    minute.counts = { ...minute.counts, [name]: minute.counts[name] + 1 };
    running.set(channel, minute);
  }
  passTime(history.endedMs);
  return found;
}

/** Broker time never goes back within a partition; what cannot be read passes time as well. */
function timed(
  history: History,
  partition: number,
): readonly { readonly event: PaymentsEvent; readonly timeMs: number }[] {
  const topic = topics.paymentsEvents.name;
  // What cannot be read, and what waits behind it; of what says nothing of channels not even that.
  const buried = lettersByOrigin(history, topics.channelCountsDeadLetters.name);
  let timeMs = 0;
  return history
    .committed(topic)
    .filter(({ record }) => record.partition === partition)
    .flatMap((entry) => {
      timeMs = Math.max(timeMs, entry.record.timestampMs);
      const isBuried = buried.has(`${topic} ${placeOf(entry.record)}`);
      if (isBuried || !isReadable(entry)) return [];
      return [{ event: entry.payload as PaymentsEvent, timeMs }];
    });
}
