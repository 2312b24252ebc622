import type { Contender, ContenderName, Restore, RunningContender } from './contender.ts';
import type { ProcessFigures } from './process-figures.ts';

/**
 * Several processes of one contender as one: they share the partitions, and their figures are added
 * up. A process of ours has one thread; Kafka Streams has several in one process.
 */
export function sharedBy(one: Contender, name: ContenderName, processes: number): Contender {
  return {
    name,
    processes,
    begin: () => one.begin(),
    async start({ instance = 0, fresh = true } = {}) {
      const each = Array.from({ length: processes }, (_, n) =>
        one.start({ instance: instance * processes + n, fresh }),
      );
      const started = await Promise.allSettled(each);
      const running = started.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []));
      const failed = started.find((s) => s.status === 'rejected');
      if (failed !== undefined) {
        await Promise.all(running.map((process) => process.kill()));
        throw failed.reason;
      }
      return together(running);
    },
  };
}

function together(running: readonly RunningContender[]): RunningContender {
  const [first] = running;
  if (first === undefined) throw new TypeError('none is not several');
  const all = <T>(of: (process: RunningContender) => Promise<T>): Promise<T[]> =>
    Promise.all(running.map(of));
  return {
    logFile: first.logFile,
    isAlive: () => running.every((process) => process.isAlive()),
    figures: async () => (await all((process) => process.figures())).reduce(figuresTogether),
    ready: async () => (await all((process) => process.ready())).reduce(restoredTogether),
    async stop() {
      await all((process) => process.stop());
    },
    async kill() {
      await all((process) => process.kill());
    },
  };
}

const sum = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a + b;

export const figuresTogether = (a: ProcessFigures, b: ProcessFigures): ProcessFigures => ({
  // Each has its peak when it likes: together they never have more than this.
  peakRssMiB: sum(a.peakRssMiB, b.peakRssMiB),
  cpuSeconds: sum(a.cpuSeconds, b.cpuSeconds),
});

const restoredTogether = (a: Restore, b: Restore): Restore => ({
  records: a.records + b.records,
  elapsedMs: Math.max(a.elapsedMs, b.elapsedMs),
});
