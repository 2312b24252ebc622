import type { Clock, MemoryLog, TopicPartition } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { FaultDriver } from './fault-driver.ts';
import type { FaultPlan } from './fault-plan.ts';
import { GroupCoordinator } from './group-coordinator.ts';
import { History } from './history.ts';
import { createRandom, type Random } from './random.ts';
import { Scheduler, type RunOptions } from './scheduler.ts';
import { compactOnce } from './sim-disk.ts';
import { SimulatedProcess, type SimHost, type SimProcess } from './sim-process.ts';
import type { World } from './world.ts';

export interface SimulatedTopic {
  readonly name: string;
  readonly partitions: number;
  /** The log cleaner may run on it; by default on what is called a changelog. */
  readonly isCompacted?: boolean;
}

export interface SimulationOptions {
  /** A whole number; with the same code the same seed gives the same run. */
  readonly seed: number;
  readonly topics: readonly SimulatedTopic[];
  readonly faults: FaultPlan;
  /** The broker's clock at the start, epoch ms. */
  readonly startMs?: number;
}

/** A world of its own: one broker, a bad network, processes, and time that moves only in `run`. */
export interface Simulation {
  /** The broker's log itself, for checkers and for what comes from outside the simulation. */
  readonly broker: MemoryLog;
  /** Fork it, so that your draws shift nobody else's. */
  readonly random: Random;
  /** Virtual, and of no process: for the workload. */
  readonly clock: Clock;
  /** Virtual broker time, whole epoch ms. */
  nowMs(): number;
  /**
   * A process that is down until it is started. `begin` is called with each start and resolves when
   * it is up. It fails with an `Unavailable`: started again by and by; with anything else: the run fails.
   */
  process(name: string, begin: (host: SimHost) => Promise<{ close(): Promise<void> }>): SimProcess;
  /** At a virtual moment, epoch ms. What it throws or rejects with ends the run. */
  at(ms: number, run: () => void | Promise<void>): void;
  after(ms: number, run: () => void | Promise<void>): void;
  /**
   * Moves virtual time on. Throws, with the last lines of the trace, when the limit is reached, when
   * nothing is left to happen, or when something failed that nobody handles. One at a time.
   */
  run(options: RunOptions): Promise<void>;
  /** Faults of the broker by hand, besides those of the plan. */
  takeBrokerDown(forMs: number): void;
  /** The log cleaner runs on one partition now, up to a drawn offset. */
  compact(at: TopicPartition): Promise<void>;
  /**
   * Nothing goes wrong from now on: frozen processes go on, killed ones start, cuts end. Requests that
   * are late already still arrive late.
   */
  heal(): void;
  /** Goes into the hash and into the trace. */
  note(what: string): void;
  /** A rare state was reached; see `sometimes`. */
  reached(name: string): void;
  /** How often each rare state was reached. */
  readonly sometimes: ReadonlyMap<string, number>;
  /** The last 2,000 lines of what happened, oldest first. */
  readonly trace: readonly string[];
  /** Over every step taken, every line of the trace and every record appended; 16 hex digits. */
  hash(): string;
  /** Steps taken so far. */
  readonly steps: number;
}

const defaultStartMs = Date.UTC(2026, 0, 1);
/** A marker that is slow is written within this. */
const slowMarkerMs = { from: 1, to: 300 };
const linesInError = 60;

export function createSimulation(options: SimulationOptions): Simulation {
  const { world, scheduler, history, random, broker } = createWorld(options);
  const processes: SimulatedProcess[] = [];
  const compacted = options.topics
    .filter(({ name, isCompacted }) => isCompacted ?? name.includes('changelog'))
    .flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })),
    );
  const faults = new FaultDriver({ world, processes, compacted });

  const guarded = (run: () => void | Promise<void>) => (): void => {
    const running = run();
    if (running instanceof Promise) running.catch((error: unknown) => scheduler.fail(error));
  };

  return {
    broker,
    random,
    clock: workloadClock(scheduler),
    nowMs: () => Math.floor(scheduler.nowMs()),
    process(name, begin) {
      if (processes.some((each) => each.name === name)) throw new Error(`There is a ${name}`);
      const created = new SimulatedProcess(world, name, begin);
      processes.push(created);
      return created;
    },
    at: (ms, run) => scheduler.at(ms, guarded(run)),
    after: (ms, run) => scheduler.after(ms, guarded(run)),
    async run(until) {
      try {
        await scheduler.run(until);
      } catch (error) {
        throw inContext(error, {
          seed: options.seed,
          plan: options.faults.name,
          history,
          processes,
        });
      }
    },
    takeBrokerDown: (forMs) => faults.takeBrokerDown(forMs),
    compact: (at) =>
      compactOnce(
        world,
        at,
        processes.map(({ disk }) => disk),
      ),
    heal: () => faults.heal(),
    note: (what) => history.line('note', what),
    reached: (name) => history.reached(name),
    sometimes: history.sometimes,
    get trace() {
      return history.trace();
    },
    hash: () => history.hash(),
    get steps() {
      return scheduler.steps;
    },
  };
}

function createWorld(options: SimulationOptions) {
  const random = createRandom(options.seed);
  const startMs = options.startMs ?? defaultStartMs;
  const scheduler = new Scheduler({
    startMs,
    ties: random.fork('ties'),
    history: (nowMs) => new History({ startMs, nowMs }),
  });
  const { history } = scheduler;
  const markers = random.fork('markers');
  const broker = createMemoryLog({
    topics: options.topics,
    clock: { nowMs: () => Math.floor(scheduler.nowMs()) },
    onAppend: (record) => history.appended(record),
    writeMarker(write) {
      if (!markers.chance(world.plan.markerSlow)) write();
      else scheduler.after(markers.skewed(slowMarkerMs.from, slowMarkerMs.to), write);
    },
  });
  const world: World = {
    ...{ scheduler, history, random, broker, plan: options.faults },
    groups: new GroupCoordinator(scheduler, history),
    brokerState: { isUp: true, held: new Set() },
    readers: new Set(),
  };
  return { world, scheduler, history, random, broker };
}

function workloadClock(scheduler: Scheduler): Clock {
  return {
    nowMs: () => scheduler.nowMs(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) resolve();
        signal?.addEventListener('abort', () => resolve(), { once: true });
        scheduler.after(ms, resolve);
      }),
    turn: () => Promise.resolve(),
    busy: () => 0,
  };
}

function inContext(
  cause: unknown,
  of: { seed: number; plan: string; history: History; processes: readonly SimulatedProcess[] },
): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  const states = of.processes.map(({ name, state }) => `${name} ${state}`).join(', ');
  const lines = of.history.trace().slice(-linesInError).join('\n');
  const text = `${message}\nseed ${of.seed}, faults ${of.plan}; ${states}\n${lines}`;
  return new Error(text, { cause });
}
