import type { Clock } from '@plumbline/kafka';
import { unreachable } from '@plumbline/kernel';
import type { BreakerChange } from './breaker.ts';
import type { LaneItem } from './due-queue.ts';
import type { Lane, Pace, Run, RunEnd } from './lane.ts';
import { createLane } from './lane.ts';
import type { LaneSettings } from './lane-settings.ts';
import type { LaneLimits } from './limits.ts';
import { createWakeHeap } from './wake-heap.ts';

export interface DispatcherOptions<I extends LaneItem> {
  readonly clock: Clock;
  readonly limits: LaneLimits;
  /** What the log says of a lane that has work for the first time. */
  readonly settingsOf: (laneKey: string) => LaneSettings | null;
  /** Does it. Calls {@link Dispatcher.ended} when the request has ended, not before it returns. */
  readonly begin: (lane: Lane<I>, item: I, run: Run) => void;
  /** Brings entries from the stores into a queue that runs low; true when something is queued. */
  readonly refill: (lane: Lane<I>) => boolean;
  /** Whether stores hold entries of the lane that are not queued. */
  readonly hasMore: (lane: Lane<I>) => boolean;
  /** Whether there is no room for what follows a request: then none begins. */
  readonly isBehind: () => boolean;
}

/**
 * Whose turn it is among the lanes of a process: each in turn one request, as long as there are
 * slots, and only so many for those that are slow or have not answered yet. One timer for all.
 */
export interface Dispatcher<I extends LaneItem> {
  /** Made when there is none. */
  lane(key: string): Lane<I>;
  known(key: string): Lane<I> | undefined;
  lanes(): Iterable<Lane<I>>;
  /** Something about the lane has changed: perhaps it can begin. Soon, never at once. */
  offer(lane: Lane<I>): void;
  /** There may be room again. */
  wake(): void;
  ended(lane: Lane<I>, run: Run, end: RunEnd): BreakerChange | null;
  underWay(): number;
  /** Nothing begins any more. */
  stop(): void;
}

export function createDispatcher<I extends LaneItem>(options: DispatcherOptions<I>): Dispatcher<I> {
  const { clock, limits } = options;
  const lanes = new Map<string, Lane<I>>();
  /** Lanes without any work, the longest idle first. */
  const idle = new Set<Lane<I>>();
  const ready = new Set<Lane<I>>();
  /** Lanes that could begin, but for the slots of their pace. */
  const held = { unproven: new Set<Lane<I>>(), slow: new Set<Lane<I>>() };
  const active = new Set<Lane<I>>();
  const wakes = createAlarm(clock, (lane: Lane<I>) => offer(lane));
  let underWay = 0;
  let isPumpDue = false;
  let isStopped = false;

  function offer(lane: Lane<I>): void {
    // A lane that was forgotten has no work, and another may have its key.
    if (lanes.get(lane.key) !== lane) return;
    idle.delete(lane);
    held.unproven.delete(lane);
    held.slow.delete(lane);
    ready.add(lane);
    wake();
  }

  function wake(): void {
    if (isPumpDue || isStopped) return;
    isPumpDue = true;
    queueMicrotask(pump);
  }

  /** Remembered while it has work, and for a while afterwards. */
  function settle(lane: Lane<I>): void {
    if (lane.underWay() + lane.queued() > 0 || options.hasMore(lane)) return;
    idle.add(lane);
    if (idle.size <= limits.idleLanesMax) return;
    for (const longest of idle) {
      idle.delete(longest);
      lanes.delete(longest.key);
      return;
    }
  }

  function pump(): void {
    isPumpDue = false;
    if (isStopped) return;
    const nowMs = clock.nowMs();
    const slots = slotsOf(active, nowMs);
    release(slots);
    for (const lane of ready) {
      if (underWay >= limits.underWayMax || options.isBehind()) break;
      ready.delete(lane);
      const pace = lane.pace(nowMs);
      if (pace !== 'quick' && !hasRoom(pace, slots)) held[pace].add(lane);
      else if (step(lane, nowMs)) slots[pace] += 1;
    }
    wakes.arm();
  }

  function hasRoom(pace: 'unproven' | 'slow', { slow, unproven }: Slots): boolean {
    const fits = slow + unproven < limits.underWayUnprovenMax;
    return pace === 'slow' ? fits && slow < limits.underWaySlowMax : fits;
  }

  /** As many of those held back as there are slots now; the rest stays, so that this costs little. */
  function release(slots: Slots): void {
    for (const pace of ['unproven', 'slow'] as const) {
      let most = hasRoom(pace, slots)
        ? limits.underWayUnprovenMax - slots.slow - slots.unproven
        : 0;
      for (const lane of held[pace]) {
        if (most <= 0) break;
        most -= 1;
        held[pace].delete(lane);
        ready.add(lane);
      }
    }
  }

  /** True when a request of the lane has begun. */
  function step(lane: Lane<I>, nowMs: number): boolean {
    const verdict = lane.next(nowMs);
    switch (verdict.kind) {
      case 'begin':
        underWay += 1;
        active.add(lane);
        // Behind all others that are ready: each its turn.
        ready.add(lane);
        options.begin(lane, verdict.item, verdict.run);
        return true;
      case 'wait':
        wakes.set(lane, verdict.untilMs);
        settle(lane);
        return false;
      case 'empty':
        if (options.refill(lane)) ready.add(lane);
        else settle(lane);
        return false;
      case 'busy':
        return false;
      case 'closed':
        settle(lane);
        return false;
      default:
        return unreachable(verdict);
    }
  }

  return {
    lane(key) {
      const known = lanes.get(key);
      if (known !== undefined) {
        idle.delete(known);
        return known;
      }
      const settings = options.settingsOf(key);
      const lane = createLane<I>({ key, limits, settings, nowMs: clock.nowMs() });
      lanes.set(key, lane);
      return lane;
    },
    known: (key) => lanes.get(key),
    lanes: () => lanes.values(),
    offer,
    wake,
    ended(lane, run, end) {
      underWay -= 1;
      const change = lane.ended(run, end, clock.nowMs());
      if (lane.underWay() === 0) active.delete(lane);
      offer(lane);
      return change;
    },
    underWay: () => underWay,
    stop() {
      isStopped = true;
      wakes.stop();
    },
  };
}

type Slots = Record<Pace, number>;

/** Slots by the pace of who has them. At most as many lanes as there are slots. */
function slotsOf<I extends LaneItem>(active: Iterable<Lane<I>>, nowMs: number): Slots {
  const slots = { quick: 0, unproven: 0, slow: 0 };
  for (const lane of active) slots[lane.pace(nowMs)] += lane.underWay();
  return slots;
}

/** A timer for the earliest of all who wait. */
function createAlarm<T>(clock: Clock, ring: (who: T) => void) {
  const heap = createWakeHeap<T>();
  let armed: { readonly atMs: number; readonly over: AbortController } | null = null;
  let isStopped = false;

  function arm(): void {
    const nextMs = heap.nextMs();
    if (isStopped || nextMs === null || (armed !== null && armed.atMs <= nextMs)) return;
    armed?.over.abort('armed anew');
    const mine = { atMs: nextMs, over: new AbortController() };
    armed = mine;
    const waitMs = Math.min(sleepMsMax, Math.max(1, nextMs - clock.nowMs()));
    void clock.sleep(waitMs, mine.over.signal).then(() => {
      if (mine.over.signal.aborted) return;
      armed = null;
      const nowMs = clock.nowMs();
      for (let who = heap.take(nowMs); who !== undefined; who = heap.take(nowMs)) ring(who);
      arm();
    });
  }

  return {
    set: (who: T, atMs: number) => heap.set(who, atMs),
    arm,
    stop() {
      isStopped = true;
      armed?.over.abort('armed anew');
    },
  };
}

/** Node's timers end at 2^31 ms; nobody rests longer than an hour. */
const sleepMsMax = 3_600_000;
