import type { Clock } from '@plumbline/kafka';
import type { Dispatcher } from '../lanes/dispatcher.ts';
import type { Lane } from '../lanes/lane.ts';
import type { LaneLimits } from '../lanes/limits.ts';
import type { Attempts, HeldEntry } from './attempts.ts';
import { attemptIdOf } from './attempts.ts';
import { behindKey, readLane } from './due-store.ts';
import type { DueTask } from './due-task.ts';
import { rangeEntriesMax } from './limits.ts';
import type { DueDelivery } from './port.ts';

export type DeliveryLane = Lane<HeldEntry>;

/**
 * Which entries of the stores are queued. There may be a million of them; in memory are a few of each
 * lane, and of the rest only the lowest key of each lane and task:
 *
 *   beyond ──refill, at a quarter of its room──► queued ──► under way
 *      └──◄── no room, or nothing may begin for long ──┘
 */
export interface Backlog {
  /** What stands under a key of a task. */
  see(task: DueTask, key: string, due: DueDelivery): void;
  /** Nothing stands there any more. */
  forget(task: DueTask, key: string): void;
  /** An entry was taken out of its queue. */
  taken(lane: DeliveryLane): void;
  /** Less than a quarter of its room is used, and there is more. */
  runsLow(lane: DeliveryLane): boolean;
  /** They were not sent after all. */
  putBack(entries: readonly HeldEntry[]): void;
  /** Reads what is beyond; true when something is queued. Errors: LocalStoreError. */
  refill(lane: DeliveryLane): boolean;
  hasMore(lane: DeliveryLane): boolean;
  /** Nothing of the lane begins for long: what is queued goes back to the store. */
  park(lane: DeliveryLane): void;
  /** The task goes to somebody else. */
  leave(task: DueTask): void;
  queued(): number;
}

export function createBacklog(options: {
  readonly clock: Clock;
  readonly limits: LaneLimits;
  readonly attempts: Attempts;
  /** Late, since it asks for refills itself. */
  readonly dispatcher: () => Dispatcher<HeldEntry>;
}): Backlog {
  const { clock, limits, attempts, dispatcher } = options;
  const beyond = new Map<DeliveryLane, Map<DueTask, string>>();
  /** Lanes that found all memory taken, the longest waiting first. */
  const hungry = new Set<DeliveryLane>();
  const filled = new Set<DeliveryLane>();
  let queued = 0;

  /** What each lane may hold while all of them want to. */
  function share(): number {
    const wanting = Math.max(1, filled.size + hungry.size);
    const fair = Math.max(1, Math.floor(limits.queuedMax / wanting));
    return Math.min(limits.queuedPerLaneMax, fair);
  }

  /** The entry is in its store only. */
  function remember(lane: DeliveryLane, task: DueTask, key: string): void {
    const keys = beyond.get(lane) ?? new Map<DueTask, string>();
    beyond.set(lane, keys);
    const lowest = keys.get(task);
    if (lowest === undefined || key < lowest) keys.set(task, key);
  }

  /** Out of its queue; who waited for the room may have it. */
  function dropped(lane: DeliveryLane): void {
    queued -= 1;
    if (lane.queued() === 0) filled.delete(lane);
    let room = limits.queuedMax - queued;
    for (const waiting of hungry) {
      if (room <= 0) return;
      room -= 1;
      hungry.delete(waiting);
      dispatcher().offer(waiting);
    }
  }

  function evict(lane: DeliveryLane, entry: HeldEntry): void {
    lane.remove(entry);
    entry.task.held.delete(entry.key);
    remember(lane, entry.task, entry.key);
    dropped(lane);
  }

  /** Everybody down to his share: some have more since there were fewer lanes. */
  function trim(): void {
    const most = share();
    for (const lane of [...filled]) {
      const items = lane.queued() > most ? lane.items() : [];
      // Retries go first, the latest first of all.
      for (const entry of items.slice(most)) evict(lane, entry);
    }
  }

  /** False when there is no room for it. */
  function enqueue(lane: DeliveryLane, entry: HeldEntry): boolean {
    const isParked = lane.status(clock.nowMs()) !== 'open';
    const most = Math.min(share(), lane.wants());
    if (isParked || most === 0) return false;
    if (lane.queued() >= most) {
      const later = lane.behind(entry, most);
      if (later === undefined) return false;
      evict(lane, later);
    }
    if (queued >= limits.queuedMax && filled.size < limits.queuedMax) trim();
    if (queued >= limits.queuedMax) {
      hungry.add(lane);
      return false;
    }
    lane.add(entry);
    entry.task.held.set(entry.key, entry);
    filled.add(lane);
    queued += 1;
    return true;
  }

  /** False when the entry stays in its store only. */
  function take(lane: DeliveryLane, task: DueTask, key: string, due: DueDelivery): boolean {
    const { dueMs, isFirst } = due;
    const id = attemptIdOf(due);
    if (task.held.get(key)?.id === id) return true;
    forgetHeld(task, key);
    const entry = { ...{ task, key, id, due, dueMs, isFirst }, laneKey: lane.key };
    if (attempts.join(entry)) {
      task.held.set(key, entry);
      return true;
    }
    return enqueue(lane, entry);
  }

  function forgetHeld(task: DueTask, key: string): void {
    const entry = task.held.get(key);
    if (entry === undefined) return;
    task.held.delete(key);
    attempts.leave(entry);
    const lane = dispatcher().known(entry.laneKey);
    if (lane?.remove(entry) !== true) return;
    dropped(lane);
    dispatcher().offer(lane);
  }

  /** One look into the store; what could not be read stays beyond. */
  function look(lane: DeliveryLane, task: DueTask, fromKey: string, limit: number) {
    try {
      return readLane(task.source, { laneKey: lane.key, fromKey, limit });
    } catch (error) {
      remember(lane, task, fromKey);
      throw error;
    }
  }

  /** Reads on from the lowest key that is beyond, until so many are queued. */
  function refillFrom(lane: DeliveryLane, task: DueTask, queuedMax: number): void {
    let fromKey = beyond.get(lane)?.get(task);
    beyond.get(lane)?.delete(task);
    // One entry for a probe is not worth a page.
    const limit = Math.min(rangeEntriesMax, queuedMax * 10);
    for (let scanned = 0; fromKey !== undefined; scanned += limit) {
      const isFull = lane.queued() >= queuedMax;
      // What is reported and not folded yet stands before the rest: it is passed over.
      const goesOn = !isFull || (looksAhead(lane, queuedMax) && scanned < limits.refillScanMax);
      if (!goesOn || hungry.has(lane)) {
        remember(lane, task, fromKey);
        return;
      }
      const page = look(lane, task, fromKey, limit);
      for (const [key, due] of page) {
        const isWanted = due.isFirst || lane.queued() < queuedMax;
        const isHeld = isWanted && !hungry.has(lane) && take(lane, task, key, due);
        if (!isHeld && !task.held.has(key)) remember(lane, task, key);
      }
      const last = page.at(-1);
      fromKey = last === undefined || page.length < limit ? undefined : behindKey(last[0]);
    }
  }

  /** Behind a queue of retries there may be first attempts, which go before them. */
  const looksAhead = (lane: DeliveryLane, queuedMax: number): boolean =>
    queuedMax > 1 && lane.queuedFirsts() * 2 < queuedMax;

  function refill(lane: DeliveryLane): boolean {
    hungry.delete(lane);
    const tasks = [...(beyond.get(lane)?.keys() ?? [])];
    const isParked = lane.status(clock.nowMs()) !== 'open';
    const before = lane.queued();
    const room = Math.min(share(), lane.wants()) - before;
    if (isParked || room <= 0) return before > 0;
    for (const [index, task] of tasks.entries()) {
      // Each task a part of the room, and what others leave of theirs.
      refillFrom(lane, task, before + Math.ceil((room * (index + 1)) / tasks.length));
    }
    if (beyond.get(lane)?.size === 0) beyond.delete(lane);
    return lane.queued() > 0;
  }

  function see(task: DueTask, key: string, due: DueDelivery): void {
    const lane = dispatcher().lane(due.laneKey);
    if (!take(lane, task, key, due)) remember(lane, task, key);
    dispatcher().offer(lane);
  }

  return {
    see,
    putBack(entries) {
      for (const { task, key, due } of entries) {
        task.held.delete(key);
        if (task.isOpen) see(task, key, due);
      }
    },
    forget: forgetHeld,
    taken: dropped,
    runsLow: (lane) => lane.queued() * 4 < share() && beyond.has(lane),
    refill,
    hasMore: (lane) => beyond.has(lane),
    park(lane) {
      for (const entry of lane.items()) evict(lane, entry);
      hungry.delete(lane);
    },
    leave(task) {
      task.isOpen = false;
      for (const key of [...task.held.keys()]) forgetHeld(task, key);
      for (const [lane, keys] of [...beyond]) {
        if (keys.delete(task) && keys.size === 0) beyond.delete(lane);
        dispatcher().offer(lane);
      }
    },
    queued: () => queued,
  };
}
