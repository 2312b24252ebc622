import { join } from 'node:path';
import type { Platform, PlatformPorts, ProcessName, Report, Stack } from '@plumbline/local';
import { ensureRegistry, ensureTopics, openPlatform, openStack } from '@plumbline/local';

export interface BenchPlatform {
  readonly stack: Stack;
  readonly platform: Platform;
  close(): Promise<void>;
}

/** The whole platform on free ports, in the given folder. Errors: LocalStackError; nothing is left. */
export async function openBenchPlatform(options: {
  readonly home: string;
  readonly cacheFolder?: string;
  /** What orders and payments need if unset. */
  readonly processes?: readonly ProcessName[];
  /** Free ones if unset. */
  readonly ports?: PlatformPorts;
  readonly env?: Readonly<Record<string, string>>;
  readonly report: Report;
  readonly signal: AbortSignal;
}): Promise<BenchPlatform> {
  const { home, cacheFolder, processes, ports = 'free', env = {}, report, signal } = options;
  const stack = await openStack({
    ...{ home, report, signal, ports: 'free', purpose: 'npm run bench' },
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
  });
  try {
    await ensureRegistry({ registryUrl: stack.registryUrl });
    await ensureTopics({ brokers: [stack.kafka], partitions: 4 });
    const platform = await openPlatform({
      ...{ stack, report, ports, env, logsFolder: join(home, 'logs') },
      ...(processes === undefined ? {} : { processes }),
    });
    const close = async () => {
      await platform.stop();
      await stack.stop();
    };
    try {
      signal.throwIfAborted();
      await platform.ready();
    } catch (error) {
      await platform.stop();
      throw error;
    }
    return { stack, platform, close };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
