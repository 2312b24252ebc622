import type { Envelope } from '@plumbline/events';
import type { Payload } from '@plumbline/kernel';
import type { Place } from './finding.ts';

/** An event of one partition, in its order. */
export interface FoldedEvent {
  readonly place: Place;
  readonly key: string;
  readonly envelope: Envelope;
  readonly value: Buffer;
  /** Null where the fold does not want it. */
  readonly payload: Payload | null;
  /** Whether the beginning of the partition is deleted. */
  readonly beginsLate: boolean;
}

/** What one part makes of one partition of one topic. */
export interface Fold {
  /** Whether it wants the values decoded, and is not given those that cannot be. */
  readonly decodes: boolean;
  take(event: FoldedEvent): void;
  /** After the last event; `nowMs` is broker time before the first was read. */
  end(nowMs: number): Promise<void> | void;
  /** What was looked at, by its name, to be summed over all partitions. */
  looked(): Readonly<Record<string, number>>;
}
