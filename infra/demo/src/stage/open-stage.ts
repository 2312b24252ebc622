import { join } from 'node:path';
import type { Platform, Report, StackAddresses } from '@plumbline/local';
import {
  ensureRegistry,
  coreProcesses,
  ensureTopics,
  foldersOf,
  furnishServers,
  localConfig,
  openPlatform,
  openServers,
  openStack,
  processNames,
} from '@plumbline/local';

/** The servers and the processes of a run. */
export interface OpenStage {
  readonly addresses: StackAddresses;
  readonly platform: Platform;
  readonly logsFolder: string;
  /** Whether there is a shop to buy in, which needs gateways and an issuer of the local stack. */
  readonly hasShop: boolean;
  /** Stops what this opened, and nothing else. */
  close(): Promise<void>;
}

export interface OpenStageOptions {
  /** On free ports, in a temporary folder: cold, and beside anything that runs. */
  readonly ownStack: boolean;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Errors: LocalStackError, ConfigError; then nothing is left running. */
export async function openStage(options: OpenStageOptions): Promise<OpenStage> {
  const { ownStack, report, signal } = options;
  const servers = ownStack
    ? await openOwnStack(report, signal)
    : await openUsualServers(report, signal);
  try {
    signal.throwIfAborted();
    const platform = await openPlatform({
      stack: servers.addresses,
      ports: ownStack ? 'free' : 'default',
      logsFolder: servers.logsFolder,
      localStack: servers.local,
      processes: servers.local ? processNames : coreProcesses,
      report,
    });
    const close = async () => {
      await platform.stop();
      await servers.close();
    };
    try {
      await untilReady(platform, signal);
    } catch (error) {
      await platform.stop();
      throw error;
    }
    const { addresses, logsFolder, local: hasShop } = servers;
    return { addresses, platform, logsFolder, hasShop, close };
  } catch (error) {
    await servers.close();
    throw error;
  }
}

async function untilReady(platform: Platform, signal: AbortSignal): Promise<void> {
  const ready = platform.ready();
  // When it is stopped first, the processes end before they are ready, which is no news.
  ready.catch(() => undefined);
  await Promise.race([
    ready,
    new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true }),
    ),
  ]);
}

interface OpenedServers {
  readonly addresses: StackAddresses;
  readonly local: boolean;
  readonly logsFolder: string;
  close(): Promise<void>;
}

async function openOwnStack(report: Report, signal: AbortSignal): Promise<OpenedServers> {
  const purpose = 'npm run demo -- --once';
  const stack = await openStack({ ports: 'free', report, purpose, signal });
  try {
    await ensureRegistry({ registryUrl: stack.registryUrl });
    await ensureTopics({ brokers: [stack.kafka], partitions: 4 });
  } catch (error) {
    await stack.stop();
    throw error;
  }
  const logsFolder = join(stack.home, 'logs');
  return { addresses: stack, local: true, logsFolder, close: () => stack.stop() };
}

async function openUsualServers(report: Report, signal: AbortSignal): Promise<OpenedServers> {
  const config = localConfig(process.env);
  const servers = await openServers({ config, report, signal, purpose: 'npm run demo' });
  try {
    await furnishServers(servers.env, report);
  } catch (error) {
    await servers.close();
    throw error;
  }
  const { addresses, local } = servers;
  const logsFolder = foldersOf(config.home).logs;
  return { addresses, local, logsFolder, close: () => servers.close() };
}
