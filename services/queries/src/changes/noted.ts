import type { ChangeKind } from '@plumbline/events';
import * as limits from '../limits.ts';

/** An event that changed an order, by where it stands. */
export interface SourceEvent {
  readonly kind: ChangeKind;
  readonly type: string;
  readonly id: string;
  readonly topic: string;
  readonly offset: bigint;
}

/**
 * What is known of whose order it is. Events of other topics can overtake the order's first one:
 *
 *   nothing ──another event──► unknown ──OrderCreated──► known
 *      │                        │    └─a day──► nothing
 *      └──────OrderCreated──────┴─────────────► known
 */
export type Entry =
  | { readonly status: 'unknown'; readonly told: readonly SourceEvent[] }
  | { readonly status: 'known'; readonly buyer: string | null };

/** One more event that was noted while nobody knew whose order it is; the oldest go first. */
export const withTold = (entry: Entry | undefined, event: SourceEvent): Entry => ({
  status: 'unknown',
  told: [...toldOf(entry), event].slice(-limits.overtakingMax),
});

export const toldOf = (entry: Entry | undefined): readonly SourceEvent[] =>
  entry?.status === 'unknown' ? entry.told : [];
