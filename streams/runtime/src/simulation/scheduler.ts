import type { History } from './history.ts';
import type { Random } from './random.ts';

interface Step {
  readonly atMs: number;
  /** Drawn: decides between steps of one moment, which is what tries the interleavings. */
  readonly tie: number;
  readonly sequence: number;
  run(): void;
}

export interface RunOptions {
  /** Until this moment of virtual time, epoch ms. */
  readonly untilMs?: number;
  /** Until this holds; asked whenever a millisecond of virtual time has passed. */
  readonly until?: () => boolean;
  /** Virtual ms, from now, after which it is a failure that neither came. */
  readonly limitMs: number;
}

/**
 * One queue of things to come. The earliest is taken, virtual time moves to it, it runs, and
 * everything that it set off runs to its end before the next is taken. Time never moves otherwise.
 */
export class Scheduler {
  readonly #ties: Random;
  readonly #history: History;
  readonly #heap: Step[] = [];
  #nowMs: number;
  #sequence = 0;
  #taken = 0;
  #failure: Error | null = null;

  constructor(options: {
    readonly startMs: number;
    readonly ties: Random;
    readonly history: (nowMs: () => number) => History;
  }) {
    this.#nowMs = options.startMs;
    this.#ties = options.ties;
    this.#history = options.history(() => this.#nowMs);
  }

  get history(): History {
    return this.#history;
  }

  /** Virtual ms in eighths; whole ms of it are the broker's clock. */
  nowMs(): number {
    return this.#nowMs;
  }

  /** How many steps were run. */
  get steps(): number {
    return this.#taken;
  }

  after(ms: number, run: () => void): void {
    this.at(this.#nowMs + Math.max(0, ms), run);
  }

  at(ms: number, run: () => void): void {
    const sequence = (this.#sequence += 1);
    // Eighths of a millisecond, so that sums are exact.
    const atMs = Math.max(this.#nowMs, Math.ceil(ms * 8) / 8);
    this.#push({ atMs, tie: this.#ties.real(), sequence, run });
  }

  /** Ends the run with this error. */
  fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
  }

  async run({ untilMs = Infinity, until, limitMs }: RunOptions): Promise<void> {
    const limit = this.#nowMs + limitMs;
    let askedMs = -1;
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      const next = this.#heap[0];
      const hasMoved = next === undefined || Math.floor(this.#nowMs) !== askedMs;
      if (until !== undefined && hasMoved) {
        askedMs = Math.floor(this.#nowMs);
        if (until()) return;
      }
      if (next === undefined || next.atMs > untilMs) {
        if (untilMs !== Infinity) {
          this.#nowMs = Math.max(this.#nowMs, untilMs);
          return;
        }
        if (until === undefined) return;
        throw new Error('Everything waits and nothing is to come: a deadlock');
      }
      if (next.atMs > limit) {
        throw new Error(`Not reached within ${limitMs} ms of virtual time`);
      }
      this.#take(next);
      await drained();
    }
  }

  #take(next: Step): void {
    this.#pop();
    this.#taken += 1;
    this.#nowMs = next.atMs;
    this.#history.step(next.sequence);
    try {
      next.run();
    } catch (error) {
      this.fail(error);
    }
  }

  #push(step: Step): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(step);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(step, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = step;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      let below = left;
      if (right !== undefined && isBefore(right, left)) {
        below = right;
        child += 1;
      }
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Step, b: Step): boolean =>
  a.atMs !== b.atMs ? a.atMs < b.atMs : a.tie !== b.tie ? a.tie < b.tie : a.sequence < b.sequence;

/** All microtasks have run: the event loop came round once. */
const drained = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
