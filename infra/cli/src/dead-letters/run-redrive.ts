import { setTimeout as sleep } from 'node:timers/promises';
import { interruptedWaitMs, keysAtOnce, redriveRoundsMax } from '../limits.ts';
import type { Session } from '../session/session.ts';
import type { AskedMode, Redriver, RedriveStep } from './ask-redrive.ts';
import { createRedriver, KeyRefused } from './ask-redrive.ts';
import type { First, Item, Run } from './plan-redrive.ts';
import { firstOf, nextIdOf } from './plan-redrive.ts';

/** What became of one key. */
export interface KeyDone {
  readonly item: Item;
  /**
   * `done`: nothing waits. `stopped`: at a record that failed again. `refused`: not taken, see `why`.
   * `held`: it came back too often. `over`: this run had its answer before it was interrupted.
   */
  readonly kind: 'done' | 'stopped' | 'refused' | 'held' | 'over';
  readonly steps: readonly RedriveStep[];
  readonly why: string | null;
}

export interface RunOptions extends Run {
  /** Records a second; null for as many as there come. */
  readonly rate: number | null;
  onKey(done: KeyDone): void;
  /** After each transaction. */
  onStep(step: RedriveStep): void;
}

/**
 * Lets keys go on, begun in the order given, each in the order of its records: what one transaction
 * left is asked for again. Keys do not depend on one another, so that several are under way at once;
 * with a rate, one. At Ctrl-C nothing more is begun, and what is under way is waited for, though not
 * long for a task that is away. Where it was interrupted stands in the log and nowhere else.
 *
 * Errors: CliFailure when nobody decides, {@link Unavailable}, PostgresDown: the rest is not asked.
 */
export async function runRedrive(
  session: Session,
  items: readonly Item[],
  options: RunOptions,
): Promise<void> {
  const redriver = createRedriver(session);
  const pace = createPace(options.rate, session.signal);
  const queue = items.values();
  const giveUp = (): void => void setTimeout(() => redriver.giveUp(), interruptedWaitMs).unref();
  session.signal.addEventListener('abort', giveUp, { once: true });
  let isStopped = false;
  const work = async (): Promise<void> => {
    try {
      for (const item of queue) {
        if (isStopped) return;
        session.signal.throwIfAborted();
        options.onKey(await redriveKey(session, item, { redriver, pace, ...options }));
      }
    } catch (error) {
      isStopped = true;
      throw error;
    }
  };
  try {
    const workers = options.rate === null ? keysAtOnce : 1;
    const ended = await Promise.allSettled(Array.from({ length: workers }, work));
    const failed = ended.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    session.signal.removeEventListener('abort', giveUp);
    await redriver.close();
  }
}

interface KeyOptions extends RunOptions {
  readonly redriver: Redriver;
  readonly pace: Pace;
}

async function redriveKey(session: Session, item: Item, options: KeyOptions): Promise<KeyDone> {
  const first = firstOf(item, options);
  switch (first.kind) {
    case 'held':
      return { item, kind: 'held', steps: [], why: `came back ${first.cameBack} times` };
    case 'over':
      return { item, kind: 'over', steps: [], why: 'this run has had its answer' };
    case 'ask':
      return untilDone(session, item, { ...options, first });
  }
}

async function untilDone(
  { signal }: Session,
  item: Item,
  options: KeyOptions & { readonly first: First & { readonly kind: 'ask' } },
): Promise<KeyDone> {
  const { redriver, pace, first } = options;
  const { target, waiting } = item;
  const { topic, key } = waiting;
  const steps: RedriveStep[] = [];
  let order = { ...first, target, topic, key };
  try {
    for (let round = 0; round < redriveRoundsMax; round += 1) {
      await pace.wait();
      signal.throwIfAborted();
      const step = await redriver.ask(order);
      steps.push(step);
      options.onStep(step);
      pace.took(step.redriven);
      if (step.stoppedAt !== null) {
        const why = `stopped at ${topic} offset ${step.stoppedAt}: ${step.stoppedBy ?? 'unknown'}`;
        return { item, kind: 'stopped', steps, why };
      }
      if (step.remaining === 0) return { item, kind: 'done', steps, why: null };
      // What was to be left out is left out once.
      const mode: AskedMode = first.mode === 'DISCARD' ? 'DISCARD' : 'REDRIVE';
      order = { ...order, mode, id: nextIdOf(item, mode, steps.length) };
    }
    return { item, kind: 'stopped', steps, why: `${redriveRoundsMax} transactions did not end it` };
  } catch (error) {
    if (!(error instanceof KeyRefused)) throw error;
    return { item, kind: 'refused', steps, why: error.message };
  }
}

interface Pace {
  /** Until the records before had the time that is theirs, or Ctrl-C. */
  wait(): Promise<void>;
  took(records: number): void;
}

function createPace(rate: number | null, signal: AbortSignal): Pace {
  let freeAtMs = 0;
  return {
    async wait() {
      const waitMs = freeAtMs - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    },
    took(records) {
      if (rate !== null) freeAtMs = performance.now() + (records / rate) * 1_000;
    },
  };
}
