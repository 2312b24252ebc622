import { Unavailable } from '@plumbline/kafka';
import type { Random } from './random.ts';
import type { Life, World } from './world.ts';

/** Nothing reached the broker: the request has certainly not happened. */
export class NotSent extends Unavailable {}

/** Sent, and no answer came: the request may have happened, or may still happen. */
export class ReplyLost extends Unavailable {}

export interface Request<T> {
  /** For the trace. */
  readonly kind: string;
  /** The broker gives no answer before this: the client gives up. Virtual ms. */
  readonly timeoutMs: number;
  /** The broker may hold it for good, so that the client's own time-out must run beside it. */
  readonly mayHang?: boolean;
  /** A read that comes late changes nothing, so that only writes are delayed. */
  readonly isWrite: boolean;
  /** What the broker does with it; `isLate` when nobody waits for the answer any more. */
  atBroker(isLate: boolean): T | Promise<T>;
}

/** A twentieth of the legs take ten times as long. */
const slowLeg = { chance: 0.05, times: 10 };
/** A broken connection is noticed within this; otherwise only the time-out tells. */
const resetMsMax = 50;
const resetChance = 0.7;

/** The connections of one process to the broker, over a network that is as bad as the plan says. */
export class Wire {
  readonly #world: World;
  readonly #life: Life;
  readonly #random: Random;

  constructor(world: World, life: Life) {
    this.#world = world;
    this.#life = life;
    this.#random = world.random.fork(`wire/${life.name}/${life.incarnation}`);
  }

  /** Rejects with what the broker answered, {@link NotSent} or {@link ReplyLost}. */
  call<T>(request: Request<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      new Call(this.#world, this.#life, this.#random, { request, resolve, reject }).send();
    });
  }
}

interface Caller<T> {
  readonly request: Request<T>;
  resolve(answer: T): void;
  reject(error: unknown): void;
}

/**
 *   sent ──leg──► at the broker ──(held)──► answered ──leg──► settled
 *     └── lost, late, cut off, refused ────────────┴──────────► settled with an error
 */
class Call<T> {
  readonly #world: World;
  readonly #life: Life;
  readonly #random: Random;
  readonly #caller: Caller<T>;
  readonly #sentMs: number;
  #isSettled = false;
  /** The client has been told, or will be, that there is no answer. */
  #isGivenUp = false;

  constructor(world: World, life: Life, random: Random, caller: Caller<T>) {
    this.#world = world;
    this.#life = life;
    this.#random = random;
    this.#caller = caller;
    this.#sentMs = world.scheduler.nowMs();
  }

  send(): void {
    const { plan, scheduler } = this.#world;
    const random = this.#random;
    const { isWrite, mayHang } = this.#caller.request;
    if (isWrite) this.#life.acts();
    if (mayHang === true) this.#giveUpAtTimeout();
    const cutUntilMs = this.#life.requestsCutUntilMs;
    if (cutUntilMs > scheduler.nowMs()) {
      this.#giveUpAtTimeout();
      // The bytes are sent again and again, and half of the connections live to see the end of it.
      if (random.chance(0.5)) scheduler.at(cutUntilMs + this.#leg(), () => this.#arrive());
      return;
    }
    if (random.chance(plan.requestLost)) {
      this.#giveUp('the request was lost');
      return;
    }
    if (isWrite && random.chance(plan.requestLate)) {
      this.#giveUp('the request is late');
      scheduler.after(random.skewed(1, plan.lateMsMax), () => this.#arrive());
      return;
    }
    scheduler.after(this.#leg(), () => this.#arrive());
  }

  #arrive(): void {
    const { brokerState } = this.#world;
    const { request } = this.#caller;
    if (!brokerState.isUp) {
      this.#refuse();
      return;
    }
    if (request.isWrite) this.#trace(this.#isGivenUp ? 'arrives late' : 'arrives');
    const dropped = (): void => this.#giveUp('the broker went down');
    brokerState.held.add(dropped);
    const answered = (settle: () => void): void => {
      if (brokerState.held.delete(dropped)) this.#answer(settle);
    };
    const failed = (error: unknown): void => answered(() => this.#caller.reject(error));
    try {
      const answer = request.atBroker(this.#isGivenUp);
      if (answer instanceof Promise) {
        answer.then((value) => answered(() => this.#caller.resolve(value)), failed);
      } else answered(() => this.#caller.resolve(answer));
    } catch (error) {
      failed(error);
    }
  }

  #answer(settle: () => void): void {
    const { plan, scheduler } = this.#world;
    const cutUntilMs = this.#life.repliesCutUntilMs;
    if (cutUntilMs > scheduler.nowMs()) {
      this.#giveUpAtTimeout();
      if (this.#random.chance(0.5)) this.#settleAt(cutUntilMs + this.#leg(), settle);
      return;
    }
    if (this.#random.chance(plan.replyLost)) {
      this.#giveUp('the answer was lost');
      return;
    }
    this.#settleAt(scheduler.nowMs() + this.#leg(), settle);
  }

  /** Nobody listens there: a connection is refused, or breaks while it is used. */
  #refuse(): void {
    const wasSent = this.#random.chance(0.5);
    const text = `${this.#caller.request.kind}: the broker is away`;
    const error = wasSent ? new ReplyLost(text) : new NotSent(text);
    const atMs = this.#world.scheduler.nowMs() + this.#leg();
    this.#settleAt(atMs, () => this.#caller.reject(error));
  }

  #giveUp(why: string): void {
    this.#trace(why);
    if (!this.#random.chance(resetChance)) {
      this.#giveUpAtTimeout();
      return;
    }
    this.#isGivenUp = true;
    const error = new ReplyLost(`${this.#caller.request.kind}: the connection broke`);
    const resetMs = this.#random.between(0, resetMsMax);
    const atMs = this.#world.scheduler.nowMs() + resetMs;
    this.#settleAt(atMs, () => this.#caller.reject(error));
  }

  #giveUpAtTimeout(): void {
    const { kind, timeoutMs } = this.#caller.request;
    this.#world.scheduler.at(this.#sentMs + timeoutMs, () => {
      this.#isGivenUp = true;
      this.#settle(() => {
        this.#caller.reject(new ReplyLost(`${kind}: no answer within ${timeoutMs} ms`));
      });
    });
  }

  #settleAt(atMs: number, settle: () => void): void {
    this.#world.scheduler.at(atMs, () => this.#settle(settle));
  }

  #settle(settle: () => void): void {
    this.#life.deliver(() => {
      if (this.#isSettled) return;
      this.#isSettled = true;
      settle();
    });
  }

  #trace(what: string): void {
    this.#world.history.line(this.#life.name, `${this.#caller.request.kind} ${what}`);
  }

  #leg(): number {
    const ms = this.#random.between(0, this.#world.plan.legMs);
    return this.#random.chance(slowLeg.chance) ? ms * slowLeg.times : ms;
  }
}
