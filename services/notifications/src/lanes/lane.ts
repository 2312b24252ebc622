import { isDeepStrictEqual } from 'node:util';
import type { BreakerChange, Contact, Pass } from './breaker.ts';
import { createBreaker } from './breaker.ts';
import type { LaneItem } from './due-queue.ts';
import { createDueQueue, isBefore } from './due-queue.ts';
import type { LaneSettings } from './lane-settings.ts';
import type { LaneLimits } from './limits.ts';
import type { TokenBucket } from './token-bucket.ts';
import { createTokenBucket } from './token-bucket.ts';

/** A request of a lane that is under way. */
export interface Run {
  readonly startedMs: number;
  readonly isFirst: boolean;
  readonly pass: Pass;
}

export interface RunEnd {
  readonly contact: Contact;
  /** How long the request took; `null` when there was none. */
  readonly tookMs: number | null;
}

/** What a lane could do next. */
export type Verdict<I> =
  | { readonly kind: 'begin'; readonly item: I; readonly run: Run }
  /** Nothing before then. */
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** Nothing before one of its own has ended. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'empty' }
  /** Nothing before its settings change. */
  | { readonly kind: 'closed' };

/**
 * How quickly an endpoint answers: `slow` from the moment that a request is old, until one has been
 * quick again; `unproven` while none has been answered.
 */
export type Pace = 'quick' | 'unproven' | 'slow';

export type LaneStatus = 'open' | 'closed' | 'failing' | 'resting';

/**
 * The requests to one endpoint: so many at once and a second, none while it is away or asks to be
 * left alone, first attempts never held up by retries. It starts nothing itself. Times are of a
 * monotonic clock, ms.
 */
export interface Lane<I extends LaneItem> {
  readonly key: string;
  /** Takes the next out of the queue, if it may begin. */
  next(nowMs: number): Verdict<I>;
  ended(run: Run, end: RunEnd, nowMs: number): BreakerChange | null;
  settings(): LaneSettings | null;
  /** What the log says of it now. */
  configure(settings: LaneSettings | null, nowMs: number): void;
  /**
   * The endpoint said that it is no more: nothing begins until its settings change. Nothing of that
   * when they have changed since the request began.
   */
  gone(settings: LaneSettings | null): void;
  /** Nobody will hear that it is no more: its settings stay, and it has to say so again. */
  goneUnheard(): void;
  /** The endpoint asks to be left alone. */
  rest(untilMs: number): void;
  /** Nothing begins before then, for a reason of ours; the queue stays. */
  pause(untilMs: number): void;
  /** Open, closed by its settings, left alone after failures, or at its own wish. */
  status(nowMs: number): LaneStatus;
  pace(nowMs: number): Pace;
  underWay(): number;
  queued(): number;
  queuedFirsts(): number;
  /** How many it is worth to queue: one for a probe, none while it is under way. */
  wants(): number;
  add(item: I): void;
  /** False when it is not queued. */
  remove(item: I): boolean;
  /** Who gives way to this one when the queue is full: somebody later of its kind, or a retry. */
  behind(item: I, queuedMax: number): I | undefined;
  items(): readonly I[];
}

const wanted = { closed: Infinity, ramp: Infinity, open: 1, probing: 0 } as const;

/** Of so many at once a quarter is kept for first attempts, and at least one where there are two. */
export const reservedOf = (concurrency: number): number =>
  concurrency < 2 ? 0 : Math.max(1, Math.ceil(concurrency / 4));

export function createLane<I extends LaneItem>(of: {
  readonly key: string;
  readonly limits: LaneLimits;
  readonly settings: LaneSettings | null;
  readonly nowMs: number;
}): Lane<I> {
  const { key, limits } = of;
  const breaker = createBreaker(limits);
  const firsts = createDueQueue<I>();
  const retries = createDueQueue<I>();
  const runs = new Set<Run>();
  let retriesUnderWay = 0;
  let retriesInRow = 0;
  let settings: LaneSettings | null = null;
  let bucket: TokenBucket | null = null;
  let isGone = false;
  let restUntilMs = -Infinity;
  let pauseUntilMs = -Infinity;
  let lastTookMs: number | null = null;

  const concurrencyMax = (): number =>
    Math.max(1, settings?.concurrencyMax ?? limits.concurrencyMax);
  const isClosed = (): boolean => isGone || (settings !== null && settings.status !== 'ACTIVE');
  const queueOf = ({ isFirst }: LaneItem) => (isFirst ? firsts : retries);

  function configure(to: LaneSettings | null, nowMs: number): void {
    settings = to;
    const rate = to?.ratePerSecond ?? null;
    if (rate === (bucket?.ratePerSecond ?? null)) return;
    bucket = rate === null ? null : createTokenBucket({ ratePerSecond: rate, nowMs });
  }

  /** How many may be under way at this moment, as far as the breaker and the pace go. */
  function allowance(): number {
    const most = breaker.allowance(concurrencyMax());
    return lastTookMs === null ? Math.min(most, limits.unprovenConcurrencyMax) : most;
  }

  /** Whose turn it is; undefined when only retries wait and theirs are taken. */
  function choose(most: number, isProbe: boolean): I | undefined {
    const [first, retry] = [firsts.first(), retries.first()];
    // Nothing is kept free of a probe: it is alone, and whoever is due does.
    const mayRetry = isProbe || retriesUnderWay < most - reservedOf(most);
    if (retry === undefined || !mayRetry) return first;
    if (first === undefined) return retry;
    if (retriesInRow >= limits.firstOfEvery - 1) return first;
    return isBefore(retry, first) ? retry : first;
  }

  function start(item: I, nowMs: number): Verdict<I> {
    queueOf(item).remove(item);
    bucket?.take(nowMs);
    const run = { startedMs: nowMs, isFirst: item.isFirst, pass: breaker.begun() };
    runs.add(run);
    if (!item.isFirst) retriesUnderWay += 1;
    retriesInRow = item.isFirst ? 0 : retriesInRow + 1;
    return { kind: 'begin', item, run };
  }

  function next(nowMs: number): Verdict<I> {
    if (isClosed()) return { kind: 'closed' };
    const openUntilMs = breaker.openUntilMs();
    const quietUntilMs = Math.max(restUntilMs, pauseUntilMs, openUntilMs ?? -Infinity);
    if (quietUntilMs > nowMs) return { kind: 'wait', untilMs: quietUntilMs };
    if (firsts.size() + retries.size() === 0) return { kind: 'empty' };
    if (breaker.stage() === 'probing') return { kind: 'busy' };
    const isProbe = openUntilMs !== null;
    const most = isProbe ? concurrencyMax() : allowance();
    if (runs.size >= most) return { kind: 'busy' };
    const item = choose(most, isProbe);
    if (item === undefined) return { kind: 'busy' };
    const freeAtMs = bucket?.freeAtMs(nowMs) ?? nowMs;
    if (freeAtMs > nowMs) return { kind: 'wait', untilMs: freeAtMs };
    return start(item, nowMs);
  }

  function pace(nowMs: number): Pace {
    const [oldest] = runs;
    if (oldest !== undefined && nowMs - oldest.startedMs > limits.slowAfterMs) return 'slow';
    if (lastTookMs === null) return 'unproven';
    return lastTookMs > limits.slowAfterMs ? 'slow' : 'quick';
  }

  function behind(item: I, queuedMax: number): I | undefined {
    const retry = retries.last();
    if (item.isFirst && retry !== undefined && firsts.size() * 2 < queuedMax) return retry;
    const last = queueOf(item).last();
    return last !== undefined && isBefore(item, last) ? last : undefined;
  }

  configure(of.settings, of.nowMs);
  return {
    ...{ key, next, pace, behind },
    ended(run, { contact, tookMs }, nowMs) {
      runs.delete(run);
      if (!run.isFirst) retriesUnderWay -= 1;
      lastTookMs = tookMs ?? lastTookMs;
      return breaker.ended({
        ...{ pass: run.pass, contact, nowMs },
        concurrencyMax: concurrencyMax(),
      });
    },
    settings: () => settings,
    configure(to, nowMs) {
      // Every task says the same once more: only a change can mean that it is there again.
      if (!isDeepStrictEqual(to, settings)) isGone = false;
      configure(to, nowMs);
    },
    // Nobody could say that a URL without settings is there again.
    gone: (asked) => void (isGone ||= asked !== null && isDeepStrictEqual(asked, settings)),
    goneUnheard: () => void (isGone = false),
    rest: (untilMs) => void (restUntilMs = Math.max(restUntilMs, untilMs)),
    pause: (untilMs) => void (pauseUntilMs = Math.max(pauseUntilMs, untilMs)),
    status(nowMs) {
      if (isClosed()) return 'closed';
      if ((breaker.openUntilMs() ?? nowMs) > nowMs) return 'failing';
      return restUntilMs > nowMs ? 'resting' : 'open';
    },
    underWay: () => runs.size,
    queued: () => firsts.size() + retries.size(),
    queuedFirsts: () => firsts.size(),
    wants: () => wanted[breaker.stage()],
    add: (item) => queueOf(item).add(item),
    remove: (item) => queueOf(item).remove(item),
    items: () => [...firsts.items(), ...retries.items()],
  };
}
