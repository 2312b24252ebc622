import type { TopicPartition } from '@plumbline/kafka';
import { calm, type FaultPlan } from './fault-plan.ts';
import type { Random } from './random.ts';
import { compactOnce } from './sim-disk.ts';
import type { SimulatedProcess } from './sim-process.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;
/** A broker takes 3 to 10 s to come back; a short pause stands for an election. */
const brokerDownMs = { from: 200, to: 10_000 };
const processDownMs = { from: 50, to: 10_000 };
const cutMs = { from: 200, to: 12_000 };
/** Of the kills and freezes so many wait for a write, and come within this after it. */
const strikesAtWrite = 0.6;
const strikeMsMax = 6;

/** Makes happen what a plan says by the minute, at times that the seed draws. */
export class FaultDriver {
  readonly #world: World;
  readonly #random: Random;
  readonly #processes: readonly SimulatedProcess[];
  readonly #compacted: readonly TopicPartition[];
  #isHealed = false;

  constructor(options: {
    readonly world: World;
    readonly processes: readonly SimulatedProcess[];
    /** Partitions of the changelogs. */
    readonly compacted: readonly TopicPartition[];
  }) {
    this.#world = options.world;
    this.#random = options.world.random.fork('faults');
    this.#processes = options.processes;
    this.#compacted = options.compacted;
    const { plan } = options.world;
    const kinds: readonly (readonly [number, () => void])[] = [
      [plan.crashesPerMinute, () => this.#crash()],
      [plan.restartsPerMinute, () => this.#restart()],
      [plan.freezesPerMinute, () => this.#freeze()],
      [plan.partitionsPerMinute, () => this.#cut()],
      [plan.brokerRestartsPerMinute, () => this.#restartBroker()],
      [plan.rebalancesPerMinute, () => this.#rebalance()],
      [plan.compactionsPerMinute, () => this.#compact()],
    ];
    kinds.forEach(([perMinute, happen], index) => {
      if (perMinute > 0) this.#again(perMinute, this.#random.fork(`times/${index}`), happen);
    });
  }

  /** The broker stops answering for so long; what was acknowledged stays, what it held is dropped. */
  takeBrokerDown(forMs: number): void {
    const { brokerState, groups, history, scheduler } = this.#world;
    if (!brokerState.isUp) return;
    history.line('broker', `is down for ${Math.round(forMs)} ms`);
    history.reached('the broker restarted');
    brokerState.isUp = false;
    for (const dropped of [...brokerState.held]) dropped();
    brokerState.held.clear();
    scheduler.after(forMs, () => this.#bringBrokerUp());
    groups.brokerRestarted();
  }

  /** Nothing goes wrong from now on. What is on the wire already still arrives. */
  heal(): void {
    this.#isHealed = true;
    const { history } = this.#world;
    history.line('faults', 'are over');
    this.#world.plan = calm;
    this.#bringBrokerUp();
    for (const process of this.#processes) {
      if (process.life !== null) {
        process.life.requestsCutUntilMs = 0;
        process.life.repliesCutUntilMs = 0;
      }
      process.thaw();
      if (process.isCrashed) process.start();
    }
  }

  #again(perMinute: number, times: Random, happen: () => void): void {
    // Exponential gaps: as likely in each moment as in any other.
    const gapMs = (-Math.log(1 - times.real()) * minuteMs) / perMinute;
    this.#world.scheduler.after(gapMs, () => {
      if (this.#isHealed) return;
      happen();
      this.#again(perMinute, times, happen);
    });
  }

  #up(): readonly SimulatedProcess[] {
    return this.#processes.filter(({ state }) => state === 'starting' || state === 'running');
  }

  #crash(): void {
    // A frozen one can be killed too.
    const up = this.#processes.filter(({ state }) => state !== 'down');
    if (up.length === 0) return;
    const process = this.#random.pick(up);
    this.#strike(process, () => this.#kill(process));
    if (up.length > 1 && this.#random.chance(0.1)) {
      this.#world.history.reached('several processes were killed together');
      this.#crash();
    }
  }

  #kill(process: SimulatedProcess): void {
    const { plan, scheduler, history } = this.#world;
    process.crash();
    history.reached('a process was killed');
    scheduler.after(this.#random.skewed(processDownMs.from, processDownMs.to), () => {
      if (!process.isCrashed) return;
      this.#spoilDisk(process, plan);
      process.start();
    });
  }

  /** Now, or, since little is at stake in most moments, shortly after it next writes something. */
  #strike(process: SimulatedProcess, act: () => void): void {
    const { life } = process;
    if (life === null || life.isFrozen || !this.#random.chance(strikesAtWrite)) {
      act();
      return;
    }
    life.whenItActs(() => {
      this.#world.scheduler.after(this.#random.between(0, strikeMsMax), () => {
        if (process.life === life && !this.#isHealed) act();
      });
    });
  }

  #spoilDisk(process: SimulatedProcess, plan: FaultPlan): void {
    const { history } = this.#world;
    if (this.#random.chance(plan.diskWiped)) {
      history.line(process.name, 'has an empty disk');
      history.reached('a disk was wiped');
      process.disk.wipe();
    } else if (this.#random.chance(plan.diskStale) && process.disk.restoreEarlier()) {
      history.line(process.name, 'has an earlier disk');
      history.reached('a disk was restored from an earlier copy');
    }
  }

  #restart(): void {
    const up = this.#up();
    if (up.length === 0) return;
    const process = this.#random.pick(up);
    this.#world.history.reached('a process was stopped and started');
    const downMs = this.#random.skewed(processDownMs.from, processDownMs.to);
    void process.stop().then(() => {
      this.#world.scheduler.after(downMs, () => process.start());
    });
  }

  #freeze(): void {
    const up = this.#up();
    if (up.length === 0) return;
    const { plan, history } = this.#world;
    const forMs = this.#random.skewed(Math.min(100, plan.freezeMsMax), plan.freezeMsMax);
    const process = this.#random.pick(up);
    this.#strike(process, () => {
      process.freeze(forMs);
      history.reached('a process was frozen');
    });
  }

  #cut(): void {
    const lives = this.#processes.flatMap(({ life }) => (life === null ? [] : [life]));
    if (lives.length === 0) return;
    const life = this.#random.pick(lives);
    const { scheduler, history } = this.#world;
    const forMs = this.#random.skewed(cutMs.from, cutMs.to);
    const untilMs = scheduler.nowMs() + forMs;
    const way = this.#random.pick(['both ways', 'requests only', 'answers only'] as const);
    if (way !== 'answers only') life.requestsCutUntilMs = untilMs;
    if (way !== 'requests only') life.repliesCutUntilMs = untilMs;
    history.line(life.name, `is cut off for ${Math.round(forMs)} ms, ${way}`);
    history.reached(`a process was cut off, ${way}`);
  }

  #restartBroker(): void {
    this.takeBrokerDown(this.#random.skewed(brokerDownMs.from, brokerDownMs.to));
  }

  #bringBrokerUp(): void {
    const { brokerState, groups, history } = this.#world;
    if (brokerState.isUp) return;
    brokerState.isUp = true;
    groups.brokerRestarted();
    history.line('broker', 'is up');
  }

  #rebalance(): void {
    const { groups, history } = this.#world;
    const names = groups.names();
    if (names.length === 0) return;
    const name = this.#random.pick(names);
    if (this.#random.chance(0.3)) {
      history.line('coordinator', `${name} forgets its members`);
      history.reached('a group forgot its members');
      groups.expire(name);
      return;
    }
    history.line('coordinator', `${name} must join again`);
    history.reached('a group had to join again');
    groups.rebalance(name);
  }

  #compact(): void {
    if (this.#compacted.length === 0) return;
    const at = this.#random.pick(this.#compacted);
    compactOnce(
      this.#world,
      at,
      this.#processes.map(({ disk }) => disk),
    ).catch((error: unknown) => this.#world.scheduler.fail(error));
  }
}
