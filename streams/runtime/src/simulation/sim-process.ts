import type { Clock } from '@plumbline/kafka';
import { Unavailable } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import type { LocalStores } from '../state/local-store.ts';
import { createSimClock } from './sim-clock.ts';
import { SimDisk } from './sim-disk.ts';
import { createSimLog, type SimLog } from './sim-log.ts';
import { Life, type World } from './world.ts';

/** What a process may know of the world. Anything else it uses is outside the simulation. */
export interface SimHost {
  readonly name: string;
  /** 1, 2, …: which time this process was started. */
  readonly incarnationOfProcess: number;
  /** What was asked of it when the process dies never settles. */
  readonly log: SimLog;
  readonly clock: Clock;
  readonly localStores: LocalStores;
  /** Lines go into the trace. */
  readonly logger: Logger;
}

export type ProcessState = 'down' | 'starting' | 'running' | 'frozen' | 'stopping';

export interface SimProcess {
  readonly name: string;
  readonly state: ProcessState;
  /** Nothing when it is up. */
  start(): void;
  /**
   * kill -9: nothing of it ever runs again, and nobody is told. What it sent is still on its way, its
   * disk stays, and of a write under way either all is on the disk or nothing.
   */
  crash(): void;
  /** SIGSTOP, then SIGCONT: it goes on exactly where it stood. Its requests are still on their way. */
  freeze(forMs: number): void;
  /** SIGTERM: closes; killed when that takes more than 15 s. Resolves when it is down. */
  stop(): Promise<void>;
}

interface Running {
  close(): Promise<void>;
}

/** A process that does not close is killed after this, as by any supervisor. */
const killAfterMs = 15_000;
/** A process that could not start is started again after this. */
const startAgainMs = { from: 500, to: 3_000 };

/**
 *   down ──start──► starting ──► running ──stop──► stopping ──► down
 *     ▲                 └── crash, or the start failed ──┘
 *     └──────────────────────────┘         frozen: over any of them, for a time
 */
export class SimulatedProcess implements SimProcess {
  readonly name: string;
  readonly disk: SimDisk;
  /** Ended by a crash, so that healing starts it again; not when it was told to stop. */
  isCrashed = false;
  readonly #world: World;
  readonly #begin: (host: SimHost) => Promise<Running>;
  #life: Life | null = null;
  #incarnation = 0;
  #state: Exclude<ProcessState, 'frozen'> = 'down';
  #running: Running | null = null;
  #whenDown: (() => void)[] = [];

  constructor(world: World, name: string, begin: (host: SimHost) => Promise<Running>) {
    this.name = name;
    this.disk = new SimDisk(world, name);
    this.#world = world;
    this.#begin = begin;
  }

  get state(): ProcessState {
    return this.#life?.isFrozen === true ? 'frozen' : this.#state;
  }

  get life(): Life | null {
    return this.#life;
  }

  start(): void {
    if (this.#state !== 'down') return;
    const { scheduler } = this.#world;
    this.#incarnation += 1;
    const life = new Life({ name: this.name, incarnation: this.#incarnation, scheduler });
    this.#life = life;
    this.#state = 'starting';
    this.isCrashed = false;
    this.#line(`starts, incarnation ${life.incarnation}`);
    life.after(0, () => {
      this.#begin(this.#hostFor(life)).then(
        (running) => this.#started(life, running),
        (error: unknown) => this.#notStarted(life, error),
      );
    });
  }

  crash(): void {
    if (this.#life === null) return;
    this.#line('is killed');
    this.#end();
    this.disk.crash();
    this.isCrashed = true;
  }

  freeze(forMs: number): void {
    const life = this.#life;
    if (life === null || life.isFrozen) return;
    this.#line(`is frozen for ${Math.round(forMs)} ms`);
    life.freeze();
    this.#world.scheduler.after(forMs, () => this.#thaw(life));
  }

  thaw(): void {
    if (this.#life !== null) this.#thaw(this.#life);
  }

  stop(): Promise<void> {
    const life = this.#life;
    if (life === null) return Promise.resolve();
    const down = new Promise<void>((resolve) => this.#whenDown.push(resolve));
    if (this.#state === 'stopping') return down;
    const isStarting = this.#state === 'starting';
    this.#state = 'stopping';
    this.#line('is told to stop');
    this.#world.scheduler.after(killAfterMs, () => {
      if (this.#life !== life) return;
      this.#line('does not stop and is killed');
      this.#world.history.reached('a process that did not stop was killed');
      this.#end();
      this.disk.crash();
    });
    if (!isStarting) life.after(0, () => this.#close(life));
    return down;
  }

  #started(life: Life, running: Running): void {
    if (this.#life !== life) return;
    this.#running = running;
    if (this.#state === 'stopping') this.#close(life);
    else this.#state = 'running';
  }

  #notStarted(life: Life, error: unknown): void {
    if (this.#life !== life) return;
    const wasStopping = this.#state === 'stopping';
    this.#line(`could not start: ${String(error)}`);
    this.#end();
    this.disk.crash();
    if (!(error instanceof Unavailable)) {
      this.#world.scheduler.fail(error);
      return;
    }
    this.isCrashed = !wasStopping;
    if (wasStopping) return;
    const { scheduler, random } = this.#world;
    const draw = random.fork(`start/${this.name}/${life.incarnation}`);
    scheduler.after(draw.between(startAgainMs.from, startAgainMs.to), () => {
      if (this.isCrashed) this.start();
    });
  }

  #close(life: Life): void {
    const running = this.#running;
    if (running === null) return;
    running.close().then(
      () => {
        if (this.#life !== life) return;
        this.#line('has stopped');
        this.#end();
        this.disk.crash();
      },
      (error: unknown) => this.#world.scheduler.fail(error),
    );
  }

  #end(): void {
    this.#life?.end();
    this.#life = null;
    this.#running = null;
    this.#state = 'down';
    for (const resolve of this.#whenDown.splice(0)) resolve();
  }

  #thaw(life: Life): void {
    if (!life.isFrozen) return;
    this.#line('goes on');
    life.thaw();
  }

  #line(what: string): void {
    this.#world.history.line(this.name, what);
  }

  #hostFor(life: Life): SimHost {
    const clock = createSimClock(this.#world, life);
    return {
      name: this.name,
      incarnationOfProcess: life.incarnation,
      clock,
      log: createSimLog(this.#world, life, clock),
      localStores: this.disk.storesFor(life),
      logger: loggerInto((line) => this.#line(line)),
    };
  }
}

function loggerInto(write: (line: string) => void, about = ''): Logger {
  const at =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      const error = fields['error'];
      const why = error instanceof Error ? error.message : fields['why'];
      write(`${level}${about} ${message}${typeof why === 'string' ? ` (${why})` : ''}`);
    };
  return {
    debug: () => undefined,
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => {
      const { topology, partition } = fields;
      const text = [topology, partition]
        .filter((each) => typeof each === 'string' || typeof each === 'number')
        .join('-');
      return loggerInto(write, text === '' ? about : ` ${text}`);
    },
  };
}
