import type { Evidence, SignalsEvent } from '@plumbline/events';

/** What stands under the key of a channel. */
export interface ChannelView {
  readonly channel: string;
  /** What is the matter; null while it speaks. */
  readonly signal: ChannelSignal | null;
}

export interface ChannelSignal {
  readonly kind: string;
  readonly minutes: number;
  /** Payments that were created and that succeeded in those minutes, and that were to succeed. */
  readonly created: number;
  readonly succeeded: number;
  readonly expected: number;
  /** Of 1,000 payments that ended: as a rule, and now. */
  readonly usualPerMille: number;
  readonly perMille: number;
  /** The event that told of it. */
  readonly seen: Evidence;
}

const minuteMs = 60_000;

export function afterSignalEvent({ type, data }: SignalsEvent, seen: Evidence): ChannelView {
  const { channel } = data;
  if (type === 'ChannelSpeaks') return { channel, signal: null };
  const { kind, counts, expected, usualPerMille, since, until } = data;
  const { created, succeeded, failed, closed, unknown } = counts;
  const ended = succeeded + failed + closed + unknown;
  return {
    channel,
    signal: {
      ...{ kind, minutes: Math.round((until - since) / minuteMs), created, succeeded, expected },
      ...{ usualPerMille, perMille: ended === 0 ? 0 : Math.round((1_000 * succeeded) / ended) },
      seen,
    },
  };
}
