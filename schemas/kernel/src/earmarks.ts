import type { Rejection } from './decider.ts';
import { unreachable } from './invariant.ts';
import type { Memory, MemoryLimits } from './remembered.ts';
import { jsonBytesOf, nothingRemembered, recall, remember } from './remembered.ts';

/**
 * Something put aside for somebody until a time: pieces of stock that are reserved, money of an
 * account that is held. Whoever asks for it chooses its id, and may ask for everything twice.
 *
 *              make             take
 *   (unknown) ──────► open ───────────────────► taken ◄──┐
 *       │              ├── release ──► released          │ take, while there is enough
 *       │              └── its time ─► expired ──────────┘
 *       └── release ──► barred
 *
 * A release that overtook its making bars the id, so that the late making is refused and nothing is
 * left put aside until its time. Of Try-Confirm-Cancel these are known as "empty rollback" and
 * "suspension" (Apache Seata, "Alibaba Seata Resolves Idempotence, Dangling, and Empty Rollback
 * Issues in TCC Mode", which remembers them in a fence table).
 */
export interface Earmark<Stake> {
  readonly id: string;
  /** The order that it is for. */
  readonly orderNo: string | null;
  /** Broker time at which it ends by itself. */
  readonly untilMs: number;
  readonly stake: Stake;
}

/** What is remembered of an earmark. One that expired may still be taken, and then names its order. */
export type EndedEarmark<Stake> =
  | { readonly status: 'taken' | 'released'; readonly stake: Stake }
  | { readonly status: 'expired'; readonly stake: Stake; readonly orderNo: string | null }
  | { readonly status: 'barred' };

/** Plain data, a part of an aggregate's state. `openBytes` is the sum of the JSON of `open`. */
export interface Earmarks<Stake> {
  readonly open: readonly Earmark<Stake>[];
  readonly openBytes: number;
  readonly ended: Memory<EndedEarmark<Stake>>;
}

export interface EarmarkLimits {
  readonly openMax: number;
  readonly openBytesMax: number;
  /** How far away the end of one may be, ms. */
  readonly durationMsMax: number;
  readonly ended: MemoryLimits;
}

export const noEarmarks: Earmarks<never> = { open: [], openBytes: 0, ended: nothingRemembered };

export type KnownEarmark<Stake> =
  { readonly status: 'open'; readonly earmark: Earmark<Stake> } | EndedEarmark<Stake>;

/** What is known of the id; `null` for nothing, or nothing any more. */
export function earmarkOf<Stake>(marks: Earmarks<Stake>, id: string): KnownEarmark<Stake> | null {
  const earmark = marks.open.find((each) => each.id === id);
  return earmark === undefined ? recall(marks.ended, id) : { status: 'open', earmark };
}

export type EarmarkRefusal =
  'ID_REUSED' | 'ENDED' | 'TIME_OVER' | 'TIME_TOO_LONG' | 'TOO_MANY' | 'NOT_FOUND' | 'TAKEN';

/** How a context words a refusal. */
export type Refuse<R extends Rejection> = (why: EarmarkRefusal) => R;

/** A decision of which nothing follows: it can be given as it is. */
export type Settled<R extends Rejection> =
  { readonly kind: 'unchanged' } | { readonly kind: 'rejected'; readonly rejection: R };

const settled: Settled<never> = { kind: 'unchanged' };
const refused = <R extends Rejection>(rejection: R): Settled<R> => ({
  kind: 'rejected',
  rejection,
});

/** Whether it may be made; that there is enough to make it of is the caller's to see. */
export function judgeMake<Stake, R extends Rejection>(
  marks: Earmarks<Stake>,
  asked: Earmark<Stake>,
  of: {
    readonly atMs: number;
    readonly limits: EarmarkLimits;
    readonly same: (one: Stake, other: Stake) => boolean;
    readonly refuse: Refuse<R>;
  },
): { readonly kind: 'make' } | Settled<R> {
  const { atMs, limits, refuse } = of;
  const known = earmarkOf(marks, asked.id);
  if (known?.status === 'barred') return refused(refuse('ENDED'));
  if (known !== null) {
    const stake = known.status === 'open' ? known.earmark.stake : known.stake;
    if (!of.same(stake, asked.stake)) return refused(refuse('ID_REUSED'));
    const stands = known.status === 'open' || known.status === 'taken';
    return stands ? settled : refused(refuse('ENDED'));
  }
  if (asked.untilMs <= atMs) return refused(refuse('TIME_OVER'));
  if (asked.untilMs - atMs > limits.durationMsMax) return refused(refuse('TIME_TOO_LONG'));
  const bytes = marks.openBytes + bytesOf(asked);
  const fits = marks.open.length < limits.openMax && bytes <= limits.openBytesMax;
  return fits ? { kind: 'make' } : refused(refuse('TOO_MANY'));
}

export interface Take<Stake> {
  readonly kind: 'take';
  readonly orderNo: string | null;
  readonly stake: Stake;
  /** It had ended by time: there may be too little left of what it was made of. */
  readonly afterExpiry: boolean;
}

export function judgeTake<Stake, R extends Rejection>(
  marks: Earmarks<Stake>,
  id: string,
  refuse: Refuse<R>,
): Take<Stake> | Settled<R> {
  const known = earmarkOf(marks, id);
  if (known === null) return refused(refuse('NOT_FOUND'));
  switch (known.status) {
    case 'open': {
      const { orderNo, stake } = known.earmark;
      return { kind: 'take', orderNo, stake, afterExpiry: false };
    }
    case 'expired':
      return { kind: 'take', orderNo: known.orderNo, stake: known.stake, afterExpiry: true };
    case 'taken':
      return settled;
    case 'released':
    case 'barred':
      return refused(refuse('ENDED'));
    default:
      return unreachable(known);
  }
}

export type Release<Stake> =
  { readonly kind: 'release'; readonly earmark: Earmark<Stake> } | { readonly kind: 'bar' };

export function judgeRelease<Stake, R extends Rejection>(
  marks: Earmarks<Stake>,
  id: string,
  refuse: Refuse<R>,
): Release<Stake> | Settled<R> {
  const known = earmarkOf(marks, id);
  if (known === null) return { kind: 'bar' };
  switch (known.status) {
    case 'open':
      return { kind: 'release', earmark: known.earmark };
    case 'taken':
      return refused(refuse('TAKEN'));
    case 'released':
    case 'expired':
    case 'barred':
      return settled;
    default:
      return unreachable(known);
  }
}

/** One byte more for the comma. */
const bytesOf = (earmark: Earmark<unknown>): number => jsonBytesOf(earmark) + 1;

export const makeEarmark = <Stake>(
  marks: Earmarks<Stake>,
  earmark: Earmark<Stake>,
): Earmarks<Stake> => ({
  ...marks,
  open: [...marks.open, earmark],
  openBytes: marks.openBytes + bytesOf(earmark),
});

/** Ends the earmark of the id, open or expired, and remembers how. */
export function endEarmark<Stake>(
  marks: Earmarks<Stake>,
  end: { readonly id: string; readonly atMs: number; readonly fact: EndedEarmark<Stake> },
  limits: EarmarkLimits,
): Earmarks<Stake> {
  const ended = remember(marks.ended, end, limits.ended);
  const earmark = marks.open.find(({ id }) => id === end.id);
  if (earmark === undefined) return { ...marks, ended };
  const open = marks.open.filter((each) => each !== earmark);
  return { open, openBytes: marks.openBytes - bytesOf(earmark), ended };
}

/** Remembers that an id was released before it was made. */
export const barEarmark = <Stake>(
  marks: Earmarks<Stake>,
  { id, atMs }: { readonly id: string; readonly atMs: number },
  limits: EarmarkLimits,
): Earmarks<Stake> => endEarmark(marks, { id, atMs, fact: { status: 'barred' } }, limits);

/** When the next one ends by itself; `null` while none is open. */
export const firstDueMs = (marks: Earmarks<unknown>): number | null =>
  marks.open.reduce<number | null>(
    (first, { untilMs }) => (first === null || untilMs < first ? untilMs : first),
    null,
  );

/** Those whose time is over, in the order in which they were made. */
export const dueEarmarks = <Stake>(
  marks: Earmarks<Stake>,
  atMs: number,
): readonly Earmark<Stake>[] => marks.open.filter(({ untilMs }) => untilMs <= atMs);
