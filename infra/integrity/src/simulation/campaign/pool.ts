import { Worker } from 'node:worker_threads';
import type { SeedResult } from '../run-seed.ts';
import type { SeedAnswer, SeedOrder } from './worker.ts';

/** Threads that run seeds, each one at a time. */
export interface Pool {
  readonly size: number;
  /** Waits for a free thread. Rejects when the run itself broke, or the pool is closed. */
  run(order: SeedOrder): Promise<SeedResult>;
  close(): Promise<void>;
}

interface Waiting {
  readonly order: SeedOrder;
  resolve(result: SeedResult): void;
  reject(error: Error): void;
}

/** `entry`: the script that calls `serveSeeds` when it runs as a worker. */
export function openPool(entry: string, size: number): Pool {
  const waiting: Waiting[] = [];
  const busy = new Map<Worker, Waiting>();
  let isClosed = false;
  const idle = Array.from({ length: size }, start);

  function start(): Worker {
    const worker = new Worker(entry);
    worker.on('message', (answer: SeedAnswer) => {
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
