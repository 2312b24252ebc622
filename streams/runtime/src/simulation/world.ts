import type { LogReader, MemoryLog, TopicPartition } from '@plumbline/kafka';
import type { FaultPlan } from './fault-plan.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import type { History } from './history.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** What all simulated processes share: time, the broker, and what is wrong with both right now. */
export interface World {
  readonly scheduler: Scheduler;
  readonly history: History;
  readonly random: Random;
  readonly broker: MemoryLog;
  readonly groups: GroupCoordinator;
  /** What goes wrong from now on. */
  plan: FaultPlan;
  readonly brokerState: BrokerState;
  /** Open readers of living processes; what they are about to read is not forgotten under them. */
  readonly readers: Set<OpenReader>;
}

export interface OpenReader {
  readonly at: readonly TopicPartition[];
  readonly reader: LogReader;
  readonly life: Life;
}

/** Whether the broker answers, and the requests that it holds. */
export interface BrokerState {
  isUp: boolean;
  /** Requests under way; each is told when the broker goes down before it has answered. */
  readonly held: Set<() => void>;
}

/**
 * One incarnation of a process. Everything that reaches it comes through `deliver`: nothing does
 * once it is dead, and while it is frozen everything waits.
 */
export class Life {
  readonly name: string;
  readonly incarnation: number;
  /** Until when, epoch ms of virtual time, its requests or its answers do not get through. */
  requestsCutUntilMs = 0;
  repliesCutUntilMs = 0;
  readonly #scheduler: Scheduler;
  #state: 'alive' | 'frozen' | 'dead' = 'alive';
  #waiting: (() => void)[] = [];
  #onAct: (() => void) | null = null;

  constructor(options: { name: string; incarnation: number; scheduler: Scheduler }) {
    this.name = options.name;
    this.incarnation = options.incarnation;
    this.#scheduler = options.scheduler;
  }

  get isAlive(): boolean {
    return this.#state !== 'dead';
  }

  get isFrozen(): boolean {
    return this.#state === 'frozen';
  }

  deliver(run: () => void): void {
    if (this.#state === 'alive') run();
    else if (this.#state === 'frozen') this.#waiting.push(run);
  }

  after(ms: number, run: () => void): void {
    this.#scheduler.after(ms, () => this.deliver(run));
  }

  /** Calls back, once, when this process next writes something to the broker or to its disk. */
  whenItActs(act: () => void): void {
    this.#onAct = act;
  }

  /** It writes something. */
  acts(): void {
    const act = this.#onAct;
    this.#onAct = null;
    act?.();
  }

  freeze(): void {
    if (this.#state === 'alive') this.#state = 'frozen';
  }

  /** Goes on where it stood; what came meanwhile comes now, in an order that is drawn. */
  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'alive';
    for (const run of this.#waiting.splice(0)) this.after(0, run);
  }

  end(): void {
    this.#state = 'dead';
    this.#waiting = [];
  }
}
