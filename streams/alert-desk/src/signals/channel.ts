import type { ChannelCounted, ChannelCounts, SignalKind, SignalsEvent } from '@plumbline/events';
import { endedIn, noCounts, plus } from './counts.ts';
import type { SignalLimits } from './limits.ts';
import { signalLimits } from './limits.ts';

/**
 * How a channel is.
 *
 *            ┌──none succeeds where 20 were to──────► SILENT ────one succeeds──────────────┐
 *   SPEAKS ──┤                                                                             ├─► SPEAKS
 *            └──less than half the usual share──────► COLLAPSED ─three quarters of it──────┘
 */
export interface Channel {
  /** By partition of the payments: until when it has counted, and whether it says no more. */
  readonly counted: Readonly<Record<string, Teller>>;
  /** Minutes of which not everybody has told, by when they begin. */
  readonly open: readonly Minute[];
  /** Minutes that are judged, the newest last. */
  readonly window: readonly Minute[];
  readonly usual: Usual;
  /** What is the matter; null while it speaks. */
  readonly signal: SignalKind | null;
}

interface Teller {
  readonly untilMs: number;
  readonly isGone: boolean;
}

interface Minute {
  readonly atMs: number;
  readonly counts: ChannelCounts;
}

/** What a minute brings as a rule, from the minutes before the window: an average that forgets. */
interface Usual {
  readonly minutes: number;
  readonly succeeded: number;
  readonly ended: number;
}

export const unheard: Channel = {
  ...{ counted: {}, open: [], window: [], signal: null },
  usual: { minutes: 0, succeeded: 0, ended: 0 },
};

export interface Changed {
  readonly channel: Channel;
  readonly events: readonly SignalsEvent[];
}

/**
 * Takes what a partition saw in a minute; what it has said before changes nothing. A minute is judged
 * once all have told of it, so that one that is behind delays a signal and invents none.
 */
export function withCounted(
  channel: Channel,
  said: ChannelCounted,
  limits: SignalLimits = signalLimits,
): Changed {
  const { partition, minuteAt, counts, isLast } = said;
  const untilMs = minuteAt + limits.minuteMs;
  if (untilMs <= (channel.counted[partition]?.untilMs ?? 0)) return { channel, events: [] };
  const counted = { ...channel.counted, [partition]: { untilMs, isGone: isLast } };
  const lastMs = channel.window.at(-1)?.atMs ?? 0;
  // Whoever begins late is counted with the next minute.
  const atMs = Math.max(minuteAt, lastMs + limits.minuteMs);
  const known = channel.open.find((each) => each.atMs === atMs);
  const minute = { atMs, counts: plus(known?.counts ?? noCounts, counts) };
  const open = [...channel.open.filter((each) => each !== known), minute].sort(
    (a, b) => a.atMs - b.atMs,
  );
  return judged({ ...channel, counted, open }, said.channel, limits);
}

function judged(before: Channel, name: string, limits: SignalLimits): Changed {
  const events: SignalsEvent[] = [];
  let channel = before;
  for (;;) {
    const [minute, ...open] = channel.open;
    if (minute === undefined || !isToldByAll(minute, channel, limits)) return { channel, events };
    channel = withMinute({ ...channel, open }, minute, limits);
    const event =
      channel.signal === null ? signalOf(channel, name, limits) : endOf(channel, name, limits);
    if (event === null) continue;
    events.push(event);
    // What was wrong is not usual, and is not judged again.
    const isOver = event.type === 'ChannelSpeaks';
    channel = {
      ...channel,
      signal: isOver ? null : event.data.kind,
      window: isOver ? channel.window.slice(-1) : channel.window,
    };
  }
}

/** Who says no more is not waited for. */
const isToldByAll = (
  { atMs }: Minute,
  { counted }: Channel,
  limits: Pick<SignalLimits, 'minuteMs'>,
): boolean =>
  Object.values(counted).every(
    ({ untilMs, isGone }) => isGone || untilMs >= atMs + limits.minuteMs,
  );

/** The minute that leaves the window becomes usual, unless something is the matter. */
function withMinute(channel: Channel, minute: Minute, limits: SignalLimits): Channel {
  const last = channel.window.at(-1);
  // What came before a time in which nobody said anything is not the minute before.
  const isNext = last === undefined || minute.atMs === last.atMs + limits.minuteMs;
  const all = isNext ? [...channel.window, minute] : [minute];
  const left = all.length > limits.windowMinutes ? all[0] : undefined;
  const window = all.slice(-limits.windowMinutes);
  if (left === undefined || channel.signal !== null) return { ...channel, window };
  const { minutes, succeeded, ended } = channel.usual;
  // The mean while there are few, and forgetting once there are enough.
  const weight = 1 / Math.min(minutes + 1, limits.usualMinutes);
  return {
    ...{ ...channel, window },
    usual: {
      minutes: minutes + 1,
      succeeded: succeeded + weight * (left.counts.succeeded - succeeded),
      ended: ended + weight * (endedIn(left.counts) - ended),
    },
  };
}

const summed = (window: readonly Minute[]): ChannelCounts =>
  window.reduce((sum, { counts }) => plus(sum, counts), noCounts);

/** How many of 1,000 that ended succeeded; none where none ended. */
const perMille = (succeeded: number, ended: number): number =>
  ended === 0 ? 0 : Math.round((1_000 * succeeded) / ended);

const spanOf = (window: readonly Minute[], limits: Pick<SignalLimits, 'minuteMs'>) => ({
  since: window[0]?.atMs ?? 0,
  until: (window.at(-1)?.atMs ?? 0) + limits.minuteMs,
});

function signalOf(
  { window, usual }: Channel,
  channel: string,
  limits: SignalLimits,
): SignalsEvent | null {
  if (window.length < limits.windowMinutes || usual.minutes < limits.learntMinutes) return null;
  const counts = summed(window);
  const expected = Math.round(usual.succeeded * window.length);
  const usualPerMille = perMille(usual.succeeded, usual.ended);
  const kind = kindOf(counts, { expected, usualPerMille }, limits);
  if (kind === null) return null;
  const data = { channel, kind, ...spanOf(window, limits), counts, expected, usualPerMille };
  return { type: 'ChannelSilent', data };
}

function kindOf(
  counts: ChannelCounts,
  { expected, usualPerMille }: { readonly expected: number; readonly usualPerMille: number },
  limits: SignalLimits,
): SignalKind | null {
  if (counts.succeeded === 0 && expected >= limits.expectedMin) return 'SILENT';
  const ended = endedIn(counts);
  if (ended < limits.endedMin || usualPerMille < limits.usualPerMilleMin) return null;
  return 2 * perMille(counts.succeeded, ended) < usualPerMille ? 'COLLAPSED' : null;
}

/** By the newest minute; of a share, by the newest three. */
function endOf(
  { window, usual, signal }: Channel,
  channel: string,
  limits: SignalLimits,
): SignalsEvent | null {
  const newest = window.slice(signal === 'SILENT' ? -1 : -3);
  const counts = summed(newest);
  const isOver =
    signal === 'SILENT'
      ? counts.succeeded > 0
      : endedIn(counts) >= limits.endedToSpeakMin &&
        4 * perMille(counts.succeeded, endedIn(counts)) >=
          3 * perMille(usual.succeeded, usual.ended);
  if (!isOver || signal === null) return null;
  return {
    type: 'ChannelSpeaks',
    data: { channel, kind: signal, ...spanOf(newest, limits), counts },
  };
}
