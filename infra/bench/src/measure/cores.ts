import type { Platform, Stack } from '@plumbline/local';
import { cpuSecondsWithChildren } from '../contenders/process-figures.ts';

/** Processor time of every process and server from now on, in cores. */
export async function coresOf(
  stack: Stack,
  platform: Platform,
): Promise<{ since(): Promise<Readonly<Record<string, number>>> }> {
  const pids = {
    ...Object.fromEntries(platform.names.map((name) => [name, platform.process(name).pid() ?? 0])),
    ...{ kafka: stack.pid('kafka'), postgres: stack.pid('postgres'), redis: stack.pid('redis') },
  };
  const beganMs = performance.now();
  const before = await cpuOf(pids);
  return {
    async since() {
      const after = await cpuOf(pids);
      const seconds = (performance.now() - beganMs) / 1_000;
      return Object.fromEntries(
        Object.keys(pids).map((name) => [
          name,
          ((after[name] ?? 0) - (before[name] ?? 0)) / seconds,
        ]),
      );
    },
  };
}

/** Processor time of each so far, s. */
export async function cpuOf(
  pids: Readonly<Record<string, number>>,
): Promise<Readonly<Record<string, number>>> {
  const all = Object.entries(pids).map(
    async ([name, pid]) => [name, await cpuSecondsWithChildren(pid)] as const,
  );
  return Object.fromEntries(await Promise.all(all));
}
