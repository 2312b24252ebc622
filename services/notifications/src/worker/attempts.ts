import type { LaneItem } from '../lanes/due-queue.ts';
import type { DueDelivery } from './port.ts';
import type { DueTask } from './due-task.ts';

/** An entry of a task's store that this process holds: queued, under way or reported. */
export interface HeldEntry extends LaneItem {
  readonly task: DueTask;
  readonly laneKey: string;
  /** Notification and attempt. */
  readonly id: string;
  readonly due: DueDelivery;
}

export const attemptIdOf = ({ notificationId, attempt }: DueDelivery): string =>
  `${notificationId}#${attempt}`;

/**
 *   under way ──answered, report written──► reported ──its entries gone──► forgotten
 *       └──not sent after all──► forgotten, its entries are queued again
 *
 * What keeps a process from sending an attempt twice, also when it loses a task and gets it again
 * while the request is under way. What was reported is remembered until the store has folded it.
 */
export interface Attempts {
  /** False when it is under way or reported: then the entry is kept with it. */
  begin(entry: HeldEntry): boolean;
  /** True when it is under way or reported: then the entry is kept with it. */
  join(entry: HeldEntry): boolean;
  /** The entry stands in no store of this process any more. */
  leave(entry: HeldEntry): void;
  reported(id: string): void;
  /** It was not sent after all. Returns the entries that still wait for it. */
  giveUp(id: string): readonly HeldEntry[];
  size(): number;
}

export function createAttempts(): Attempts {
  const all = new Map<string, { isReported: boolean; readonly entries: Set<HeldEntry> }>();
  return {
    begin(entry) {
      const known = all.get(entry.id);
      if (known === undefined) {
        all.set(entry.id, { isReported: false, entries: new Set([entry]) });
        return true;
      }
      known.entries.add(entry);
      return false;
    },
    join(entry) {
      const known = all.get(entry.id);
      known?.entries.add(entry);
      return known !== undefined;
    },
    leave(entry) {
      const known = all.get(entry.id);
      if (known?.entries.delete(entry) !== true) return;
      if (known.isReported && known.entries.size === 0) all.delete(entry.id);
    },
    reported(id) {
      const known = all.get(id);
      if (known === undefined) return;
      known.isReported = true;
      if (known.entries.size === 0) all.delete(id);
    },
    giveUp(id) {
      const known = all.get(id);
      all.delete(id);
      return [...(known?.entries ?? [])];
    },
    size: () => all.size,
  };
}
