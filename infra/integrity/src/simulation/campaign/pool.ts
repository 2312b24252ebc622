import { Worker } from 'node:worker_threads';
import type { SeedResult } from '../run-seed.ts';
import type { Answer } from './serve.ts';
import type { SeedOrder } from './worker.ts';

/** Threads that do what they are ordered, each one thing at a time: seeds, unless said otherwise. */
export interface Pool<Order = SeedOrder, Result = SeedResult> {
  readonly size: number;
  /** Waits for a free thread. Rejects when the run itself broke, or the pool is closed. */
  run(order: Order): Promise<Result>;
  close(): Promise<void>;
}

interface Waiting<Order, Result> {
  readonly order: Order;
  resolve(result: Result): void;
  reject(error: Error): void;
}

/** `entry`: the script that calls `serve` with the same types when it runs as a worker. */
export function openPool<Order = SeedOrder, Result = SeedResult>(
  entry: string,
  size: number,
): Pool<Order, Result> {
  const waiting: Waiting<Order, Result>[] = [];
  const busy = new Map<Worker, Waiting<Order, Result>>();
  let isClosed = false;
  const idle = Array.from({ length: size }, start);

  function start(): Worker {
    const worker = new Worker(entry);
    worker.on('message', (answer: Answer<Result>) => {
      const job = busy.get(worker);
      busy.delete(worker);
      idle.push(worker);
      if (answer.ok) job?.resolve(answer.result);
      else job?.reject(new Error(answer.error));
      next();
    });
    worker.on('error', (error: unknown) => {
      const job = busy.get(worker);
      busy.delete(worker);
      job?.reject(error instanceof Error ? error : new Error(String(error)));
      if (!isClosed) idle.push(start());
      next();
    });
    return worker;
  }

  function next(): void {
    while (!isClosed && idle.length > 0 && waiting.length > 0) {
      const worker = idle.pop();
      const job = waiting.shift();
      if (worker === undefined || job === undefined) return;
      busy.set(worker, job);
      worker.postMessage(job.order);
    }
  }

  return {
    size,
    run: (order) =>
      new Promise((resolve, reject) => {
        if (isClosed) reject(new Error('the pool is closed'));
        waiting.push({ order, resolve, reject });
        next();
      }),
    async close() {
      isClosed = true;
      const all = [...idle, ...busy.keys()];
      for (const job of [...waiting.splice(0), ...busy.values()]) {
        job.reject(new Error('the pool is closed'));
      }
      await Promise.all(all.map((worker) => worker.terminate()));
    },
  };
}
