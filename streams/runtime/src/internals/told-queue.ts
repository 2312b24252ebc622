import type { Clock } from '@plumbline/kafka';
import type { ToldAnswer, ToldCommand } from '../topology.ts';
import { NotTold } from '../topology.ts';

/** One command of a follower, and who waits for its answer. */
export interface Telling {
  readonly command: ToldCommand;
  /** It is in the batch at hand; the follower hears of it when that is committed. */
  decided(answer: ToldAnswer): void;
  /** It is not, and changed nothing. */
  failed(error: unknown): void;
}

/**
 * What a follower has said to its task, until it is committed.
 *
 *   said ──next──► decided, in the batch at hand ──committed──► answered
 *     └────────────────┴──────── the task ends ──► NotTold
 */
export interface ToldQueue {
  say(command: ToldCommand): Promise<ToldAnswer>;
  /** The longest waiting of those that no batch has. */
  next(): Telling | undefined;
  /** All that were decided stand in the log. */
  committed(): void;
  /**
   * Calls back once, when something has waited long enough: nobody is in a hurry for a report, and
   * those of some milliseconds share a transaction.
   */
  whenDue(listener: () => void): void;
  close(): void;
}

interface Waiting {
  readonly command: ToldCommand;
  readonly resolve: (answer: ToldAnswer) => void;
  readonly reject: (error: Error) => void;
}

export function createToldQueue(options: {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly waitMs: number;
}): ToldQueue {
  const { clock, waitMs } = options;
  const closing = new AbortController();
  let said: Waiting[] = [];
  let taken = 0;
  let decided: { readonly of: Waiting; readonly answer: ToldAnswer }[] = [];
  let isDue = false;
  let isSleeping = false;
  let listener: (() => void) | null = null;

  function due(): void {
    const heard = listener;
    listener = null;
    isDue = heard === null;
    heard?.();
  }

  function wakeLater(): void {
    if (isSleeping) return;
    isSleeping = true;
    void clock.sleep(waitMs, closing.signal).then(() => {
      isSleeping = false;
      if (!closing.signal.aborted) due();
    });
  }

  return {
    say: (command) =>
      new Promise((resolve, reject) => {
        if (closing.signal.aborted) {
          reject(new NotTold('the task has ended'));
          return;
        }
        said.push({ command, resolve, reject });
        wakeLater();
      }),
    next() {
      const of = said[taken];
      if (of === undefined) {
        said = [];
        taken = 0;
        return undefined;
      }
      taken += 1;
      return {
        command: of.command,
        decided: (answer) => void decided.push({ of, answer }),
        failed: (cause) => of.reject(new NotTold('the task could not take it', { cause })),
      };
    },
    committed() {
      const done = decided;
      decided = [];
      for (const { of, answer } of done) of.resolve(answer);
    },
    whenDue(heard) {
      listener = heard;
      if (isDue) due();
    },
    close() {
      closing.abort();
      const error = new NotTold('the task ended before it was committed');
      for (const { of } of decided) of.reject(error);
      for (const of of said.slice(taken)) of.reject(error);
      said = [];
      decided = [];
    },
  };
}
