import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { localConfig, type LocalConfig } from '../config.ts';
import { LocalStackError, messageOf } from '../errors.ts';
import { restartsInARowMax } from '../limits.ts';
import { foldersOf } from '../paths.ts';
import { partLine, secondsSince, toStdout, type Report } from '../report.ts';
import type { PartName } from '../stack-definition.ts';
import { stackUp } from '../stack/detached-stack.ts';
import { furnishServers } from '../stack/furnish-stack.ts';
import { openStack, type Stack } from '../stack/open-stack.ts';
import { livingParts, readRunState, waitForOrphans } from '../stack/run-state.ts';
import { openPlatform, type Platform, type PlatformServers } from './open-platform.ts';
import { processes, processNames } from './platform-definition.ts';
import { restartDelay } from './platform-process.ts';

const portHelp = Object.values(processes)
  .map(({ portVariable, port }) => `  ${portVariable.padEnd(34)}${port}\n`)
  .join('');

export const startHelp = `Usage: npm start

Starts the local stack, the topics and the processes of the platform, and stays until Ctrl-C.
A stack that runs already (npm run stack -- up) is used and left running. Logs: .plumbline/logs

To use servers of your own instead, set PLUMBLINE_KAFKA_BROKERS, PLUMBLINE_REGISTRY_URL and
PLUMBLINE_POSTGRES_URL; then neither Java nor Maven is needed.

Ports, and the variables that change them:
${portHelp}`;

/** Runs `start`. Returns the exit code. Errors: LocalStackError, ConfigError. */
export async function startCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  if (wantsHelp(args)) {
    process.stdout.write(startHelp);
    return 0;
  }
  const report = toStdout;
  const begin = performance.now();
  const config = localConfig(process.env);
  const servers = await openServers({ config, report, signal, purpose: 'npm start' });
  let platform: Platform | null = null;
  try {
    await furnishServers(servers.env, report);
    report('Starting the platform');
    platform = await openPlatform({
      stack: servers.addresses,
      ports: 'default',
      logsFolder: foldersOf(config.home).logs,
      // Outside a local stack a simulator would let anybody mark payments as paid.
      ...(servers.local ? { processes: processNames } : {}),
      localStack: servers.local,
      report,
    });
    await untilReady(platform, report, signal);
    report(`Plumbline is up (${secondsSince(begin)}). Ctrl-C stops it.`);
    if (!signal.aborted) await once(signal, 'abort');
    report('Stopping');
    return 0;
  } finally {
    await platform?.stop();
    await servers.close();
  }
}

function wantsHelp(args: readonly string[]): boolean {
  try {
    return (
      parseArgs({ args: [...args], options: { help: { type: 'boolean' } } }).values.help ?? false
    );
  } catch (error) {
    throw new LocalStackError(`${messageOf(error)}\n\n${startHelp}`);
  }
}

async function untilReady(platform: Platform, report: Report, signal: AbortSignal): Promise<void> {
  const begin = performance.now();
  const ready = Promise.all(
    platform.names.map(async (name) => {
      await platform.ready(name);
      const { description } = processes[name];
      report(partLine(name, ` ${platform.url(name)}  ${description} (${secondsSince(begin)})`));
    }),
  );
  const aborted = signal.aborted ? Promise.resolve() : once(signal, 'abort');
  await Promise.race([ready, aborted]);
  // When it is stopped first, the processes end before they are ready, which is no news.
  ready.catch(() => undefined);
}

export interface Servers {
  /** Processes keep the copies of their state in the home, whosever the servers are. */
  readonly addresses: PlatformServers;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly local: boolean;
  close(): Promise<void>;
}

/**
 * The servers that the environment names, else the local stack: the one that runs already, which is
 * left running, or one that ends with `close`. Errors: LocalStackError.
 */
export async function openServers(options: {
  readonly config: LocalConfig;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Shown to others who want the same home. */
  readonly purpose: string;
}): Promise<Servers> {
  const { config, report, signal, purpose } = options;
  if (process.env['PLUMBLINE_KAFKA_BROKERS']) return ownServers(config.home, report);
  const { runFile } = foldersOf(config.home);
  const state = await readRunState(runFile);
  await waitForOrphans(state);
  report(`Starting the local stack (${config.home})`);
  if (livingParts(state).size > 0) {
    const addresses = await stackUp({ config, report, signal });
    report('  The stack ran already: it is left running at the end.');
    return localServers({ ...addresses, home: config.home }, () => Promise.resolve());
  }
  const lost = restartLost(report);
  const stack = await openStack({
    home: config.home,
    ports: config.ports,
    cacheFolder: config.cacheFolder,
    purpose,
    report,
    signal,
    onPartLost: (name) => void lost.restart(name),
  });
  lost.of(stack);
  return localServers(stack, () => stack.stop());
}

const localServers = (addresses: PlatformServers, close: () => Promise<void>): Servers => ({
  addresses,
  env: {
    ...process.env,
    PLUMBLINE_KAFKA_BROKERS: addresses.kafka,
    PLUMBLINE_REGISTRY_URL: addresses.registryUrl,
  },
  local: true,
  close,
});

function ownServers(home: string, report: Report): Servers {
  const env = process.env;
  const missing = ['PLUMBLINE_REGISTRY_URL', 'PLUMBLINE_POSTGRES_URL'].filter((name) => !env[name]);
  if (missing.length > 0)
    throw new LocalStackError(
      `PLUMBLINE_KAFKA_BROKERS names servers of your own: set ${missing.join(' and ')} as well`,
    );
  report(`Using Kafka at ${env['PLUMBLINE_KAFKA_BROKERS'] ?? ''}`);
  return {
    addresses: {
      home,
      kafka: env['PLUMBLINE_KAFKA_BROKERS'] ?? '',
      registryUrl: env['PLUMBLINE_REGISTRY_URL'] ?? '',
      postgresUrl: env['PLUMBLINE_POSTGRES_URL'] ?? '',
      redisUrl: env['PLUMBLINE_REDIS_URL'] ?? '',
    },
    env,
    local: env['PLUMBLINE_LOCAL_STACK'] === 'true',
    close: () => Promise.resolve(),
  };
}

/** Starts a server again that died while the platform runs; longer waits each time it dies. */
function restartLost(report: Report) {
  const deaths = new Map<PartName, number>();
  let stack: Stack | null = null;
  return {
    of: (opened: Stack) => {
      stack = opened;
    },
    restart: async (name: PartName): Promise<void> => {
      if (stack === null) return;
      const count = deaths.get(name) ?? 0;
      deaths.set(name, count + 1);
      if (count >= restartsInARowMax) {
        report(partLine(name, `given up; log: ${stack.logFile(name)}`));
        return;
      }
      report(partLine(name, `ended; log: ${stack.logFile(name)}`));
      await sleep(restartDelay(count));
      try {
        await stack.restartPart(name);
        report(partLine(name, 'started again'));
      } catch (error) {
        report(partLine(name, `cannot be started again: ${messageOf(error)}`));
      }
    },
  };
}
