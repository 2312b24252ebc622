import type { ChannelCounted, ChannelCounts } from '@plumbline/events';

/** Numbers of docs/silence.md; minutes are as long as the world has them. */
export interface SilenceNumbers {
  readonly minuteMs: number;
  readonly idleMinutesMax: number;
  readonly windowMinutes: number;
  readonly usualMinutes: number;
  readonly learntMinutes: number;
  readonly expectedMin: number;
  readonly endedMin: number;
  readonly usualPerMilleMin: number;
  readonly endedToSpeakMin: number;
}

/** What must be said of a channel. */
export interface ExpectedSignal {
  readonly type: 'ChannelSilent' | 'ChannelSpeaks';
  readonly kind: string;
  /** The minutes that it is judged by, broker time, epoch ms. */
  readonly since: number;
  readonly until: number;
  readonly succeeded: number;
  readonly expected: number | null;
  readonly usualPerMille: number | null;
}

interface Minute {
  readonly atMs: number;
  readonly succeeded: number;
  readonly ended: number;
}

const endedOf = ({ succeeded, failed, closed, unknown }: ChannelCounts): number =>
  succeeded + failed + closed + unknown;

const sumOf = (minutes: readonly Minute[], name: 'succeeded' | 'ended'): number =>
  minutes.reduce((sum, minute) => sum + minute[name], 0);

const perMilleOf = (succeeded: number, ended: number): number =>
  ended === 0 ? 0 : Math.round((1_000 * succeeded) / ended);

/**
 * What docs/silence.md says of one channel, by what partitions told of it, in the order of their
 * telling. Shares no code with alert-desk: where the two differ, one is wrong.
 */
export function expectedSignals(
  told: readonly ChannelCounted[],
  numbers: SilenceNumbers,
): readonly ExpectedSignal[] {
  const signals: ExpectedSignal[] = [];
  const open = new Map<number, Minute>();
  let judged: readonly Minute[] = [];
  let learnt: readonly Minute[] = [];
  let wrong: string | null = null;
  /** By partition: what it told last. */
  const last = new Map<number, ChannelCounted>();

  function say(type: ExpectedSignal['type'], kind: string, by: readonly Minute[]): void {
    const usual = usualOf(learnt, numbers);
    const isSilent = type === 'ChannelSilent';
    signals.push({
      ...{ type, kind, since: by[0]?.atMs ?? 0, succeeded: sumOf(by, 'succeeded') },
      until: (by.at(-1)?.atMs ?? 0) + numbers.minuteMs,
      expected: isSilent ? Math.round(usual.succeeded * by.length) : null,
      usualPerMille: isSilent ? perMilleOf(usual.succeeded, usual.ended) : null,
    });
    wrong = isSilent ? kind : null;
    if (!isSilent) judged = judged.slice(-1);
  }

  function judge(minute: Minute): void {
    const before = judged.at(-1);
    const follows = before === undefined || minute.atMs === before.atMs + numbers.minuteMs;
    judged = follows ? [...judged, minute] : [minute];
    // While something is the matter nothing is learnt.
    const gone = judged.slice(0, -numbers.windowMinutes);
    judged = judged.slice(-numbers.windowMinutes);
    if (wrong === null) learnt = [...learnt, ...gone];
    if (wrong !== null) {
      const by = judged.slice(wrong === 'SILENT' ? -1 : -3);
      if (isBack(wrong, by, usualOf(learnt, numbers), numbers)) say('ChannelSpeaks', wrong, by);
      return;
    }
    if (judged.length < numbers.windowMinutes || learnt.length < numbers.learntMinutes) return;
    const kind = wrongIn(judged, usualOf(learnt, numbers), numbers);
    if (kind !== null) say('ChannelSilent', kind, judged);
  }

  for (const each of told) {
    const known = last.get(each.partition);
    if (known !== undefined && each.minuteAt <= known.minuteAt) continue;
    last.set(each.partition, each);
    // Of a minute that was judged without it: it counts with the next.
    const newest = judged.at(-1);
    const atMs = newest === undefined ? each.minuteAt : later(each.minuteAt, newest, numbers);
    const { succeeded, ended } = open.get(atMs) ?? { succeeded: 0, ended: 0 };
    open.set(atMs, {
      atMs,
      succeeded: succeeded + each.counts.succeeded,
      ended: ended + endedOf(each.counts),
    });
    for (const minute of [...open.values()].sort((a, b) => a.atMs - b.atMs)) {
      const isAwaited = [...last.values()].some(
        ({ isLast, minuteAt }) => !isLast && minuteAt < minute.atMs,
      );
      if (isAwaited) break;
      open.delete(minute.atMs);
      judge(minute);
    }
  }
  return signals;
}

const later = (minuteAt: number, newest: Minute, { minuteMs }: SilenceNumbers): number =>
  Math.max(minuteAt, newest.atMs + minuteMs);

interface Usual {
  readonly succeeded: number;
  readonly ended: number;
}

/** The mean of what was learnt; once there is enough, each newer minute weighs the same part of it. */
function usualOf(learnt: readonly Minute[], { usualMinutes }: SilenceNumbers): Usual {
  let usual: Usual = { succeeded: 0, ended: 0 };
  learnt.forEach(({ succeeded, ended }, index) => {
    const weight = 1 / Math.min(index + 1, usualMinutes);
    usual = {
      succeeded: usual.succeeded + weight * (succeeded - usual.succeeded),
      ended: usual.ended + weight * (ended - usual.ended),
    };
  });
  return usual;
}

function wrongIn(window: readonly Minute[], usual: Usual, numbers: SilenceNumbers): string | null {
  const succeeded = sumOf(window, 'succeeded');
  const expected = Math.round(usual.succeeded * window.length);
  if (succeeded === 0 && expected >= numbers.expectedMin) return 'SILENT';
  const ended = sumOf(window, 'ended');
  const usualShare = perMilleOf(usual.succeeded, usual.ended);
  if (ended < numbers.endedMin || usualShare < numbers.usualPerMilleMin) return null;
  return perMilleOf(succeeded, ended) * 2 < usualShare ? 'COLLAPSED' : null;
}

function isBack(
  wrong: string,
  newest: readonly Minute[],
  usual: Usual,
  { endedToSpeakMin }: SilenceNumbers,
): boolean {
  const succeeded = sumOf(newest, 'succeeded');
  if (wrong === 'SILENT') return succeeded > 0;
  const ended = sumOf(newest, 'ended');
  const share = perMilleOf(succeeded, ended);
  return ended >= endedToSpeakMin && share * 4 >= perMilleOf(usual.succeeded, usual.ended) * 3;
}
