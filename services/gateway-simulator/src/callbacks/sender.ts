import type { CallbackAttempt, CallbackRecord } from '../books/records.ts';
import type { Dialect } from '../dialects/dialect.ts';
import * as limits from '../limits.ts';
import type { Poster } from './post.ts';

export interface SenderOptions {
  readonly poster: Poster;
  dialectOf(callback: CallbackRecord): Dialect;
  readonly nowMs: () => number;
  /** How much faster than in the world the gateways' schedules run. */
  readonly timeFactor: number;
  /** Written down before the next attempt. */
  onAttempt(callback: CallbackRecord, attempt: CallbackAttempt): Promise<void>;
  onEnd(callback: CallbackRecord, state: 'acknowledged' | 'given-up'): Promise<void>;
  onFailure(error: unknown): void;
}

export interface Sender {
  /** Sends it by its gateway's schedule until it is acknowledged or has been given up. */
  enqueue(callback: CallbackRecord): void;
  /** Waiting, and under way. */
  pending(): number;
  /** Forgets all that waits. What is under way ends unheard. */
  clear(): void;
  close(): Promise<void>;
}

interface Job {
  readonly callback: CallbackRecord;
  attempts: number;
  timer: NodeJS.Timeout | null;
}

/**
 *     waiting for its time ──► ready ──► under way ──► acknowledged
 *          ▲                                 │
 *          └── next delay of the schedule ───┴──────► given up, after the last
 */
export function createSender(options: SenderOptions): Sender {
  const { poster, timeFactor, nowMs } = options;
  const jobs = new Set<Job>();
  /** Those that let another of their payment go first. */
  const held = new Map<string, Job[]>();
  let ready: Job[] = [];
  const underWay = new Set<Promise<void>>();

  const wait = (job: Job, ms: number): void => {
    job.timer = setTimeout(
      () => {
        job.timer = null;
        ready.push(job);
        pump();
      },
      Math.min(Math.max(0, Math.round(ms)), limits.setTimeoutMsMax),
    );
  };

  function pump(): void {
    while (underWay.size < limits.callbacksInFlightMax) {
      const job = ready.shift();
      if (!job) return;
      const work = attempt(job)
        .catch((error: unknown) => options.onFailure(error))
        .finally(() => {
          underWay.delete(work);
          pump();
        });
      underWay.add(work);
    }
  }

  async function attempt(job: Job): Promise<void> {
    const { callback } = job;
    const dialect = options.dialectOf(callback);
    release(callback);
    let acknowledged = false;
    // Copies go out whatever is answered: that is the misbehaviour.
    const copies = job.attempts === 0 ? callback.copies : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const atMs = nowMs();
      const { status, answer, body } = await poster.post(callback, dialect.callbackTimeoutMs);
      if (!jobs.has(job)) return;
      job.attempts += 1;
      const tookMs = nowMs() - atMs;
      await options.onAttempt(callback, { attempt: job.attempts, atMs, tookMs, status, answer });
      acknowledged ||= status !== null && dialect.acknowledged(status, body);
    }
    if (acknowledged) return end(job, 'acknowledged');
    const scheduled = Math.max(1, job.attempts - (callback.copies - 1));
    const delayMs = dialect.callbackDelaysMs[scheduled];
    if (delayMs === undefined) return end(job, 'given-up');
    wait(job, delayMs / timeFactor);
  }

  async function end(job: Job, state: 'acknowledged' | 'given-up'): Promise<void> {
    jobs.delete(job);
    await options.onEnd(job.callback, state);
  }

  /** Another of the payment goes now: those that waited for it go next. */
  function release({ gateway, reference, id }: CallbackRecord): void {
    const key = `${gateway} ${reference}`;
    const waiting = held.get(key) ?? [];
    held.delete(key);
    for (const job of waiting) {
      if (job.callback.id === id || job.timer === null) continue;
      clearTimeout(job.timer);
      wait(job, 0);
    }
  }

  return {
    enqueue: (callback) => {
      const dialect = options.dialectOf(callback);
      const job: Job = { callback, attempts: callback.attempts.length, timer: null };
      if (jobs.size >= limits.callbacksPendingMax) {
        void options
          .onEnd(callback, 'given-up')
          .catch((error: unknown) => options.onFailure(error));
        return;
      }
      jobs.add(job);
      const [firstMs = 0] = dialect.callbackDelaysMs;
      const delayMs = dialect.callbackDelaysMs[job.attempts] ?? firstMs;
      wait(job, delayMs / timeFactor + (job.attempts === 0 ? callback.delayMs : 0));
      if (!callback.afterNext || job.attempts > 0) return;
      const key = `${callback.gateway} ${callback.reference}`;
      held.set(key, [...(held.get(key) ?? []), job]);
    },
    pending: () => jobs.size,
    clear: () => {
      for (const job of jobs) if (job.timer) clearTimeout(job.timer);
      jobs.clear();
      held.clear();
      ready = [];
    },
    close: async () => {
      for (const job of jobs) if (job.timer) clearTimeout(job.timer);
      jobs.clear();
      held.clear();
      ready = [];
      await poster.close();
      await Promise.all(underWay);
    },
  };
}
