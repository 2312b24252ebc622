import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig, type Environment } from '@plumbline/config';
import { LocalStackError } from '../errors.ts';
import { foldersOf, repositoryFolder, type HomeFolders } from '../paths.ts';
import { freePorts, orFree, portProblem } from '../ports.ts';
import { silent, type Report } from '../report.ts';
import { loopback } from '../stack-definition.ts';
import type { StackAddresses } from '../stack/addresses.ts';
import {
  coreProcesses,
  platformPortsSchema,
  processes,
  processNames,
  type PlatformPorts,
  type ProcessName,
} from './platform-definition.ts';
import { startPlatformProcess, type PlatformProcess } from './platform-process.ts';
import { ensureSimulatorKeys, localIssuerKey } from './local-keys.ts';

type ProcessEnv = Readonly<Record<string, string>>;

export interface OpenPlatformOptions {
  /** The servers; the topics must be there (`ensureTopics`). */
  readonly stack: PlatformServers;
  /** `free` for tests, `default` for the well-known ports as the environment changes them. */
  readonly ports: 'free' | 'default' | PlatformPorts;
  /** `<name>.log` of each process goes there. */
  readonly logsFolder: string;
  /**
   * {@link coreProcesses} if unset. A second instance of one is a second platform with only
   * that one.
   */
  readonly processes?: readonly ProcessName[];
  /** For every process, or for each, on top of the environment of this one. */
  readonly env?: ProcessEnv | ((name: ProcessName) => ProcessEnv);
  /** Where the built processes are: another version's folder. This repository if unset. */
  readonly root?: string;
  /** Whether local credentials are taken. True if unset. */
  readonly localStack?: boolean;
  /** Whether a process that ends is started again. True if unset. */
  readonly autoRestart?: boolean;
  readonly report?: Report;
}

/** With a home the processes keep the copies of their state there, and share them. */
export type PlatformServers = StackAddresses & { readonly home?: string };

/** The running processes. They end with this process, however it ends. */
export interface Platform {
  readonly names: readonly ProcessName[];
  process(name: ProcessName): PlatformProcess;
  url(name: ProcessName): string;
  /** Waits for one, or for all. Errors: LocalStackError with the end of a log. */
  ready(name?: ProcessName): Promise<void>;
  kill(name: ProcessName, signal?: NodeJS.Signals): void;
  restart(name: ProcessName): Promise<void>;
  /** In reverse order; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts the processes of the platform. It does not wait until they are ready: `ready()` does.
 *
 * Errors: LocalStackError that names a taken port with its variable, or a process that is not built.
 */
export async function openPlatform(options: OpenPlatformOptions): Promise<Platform> {
  const wanted = options.processes ?? coreProcesses;
  const names = processNames.filter((name) => wanted.includes(name));
  const ports = await portsOf(options.ports, process.env);
  const root = options.root ?? repositoryFolder;
  requireBuilt(names, root);
  await requireFree(names, ports);
  const host = process.env['PLUMBLINE_HTTP_HOST'] ?? loopback;
  const of = { host, home: options.stack.home };
  const shared = {
    ...(names.includes('gateway-simulator') ? await simulatedGateways(ports, of) : {}),
    ...(names.includes('bff') ? await shopEnv(ports, of) : {}),
    ...(names.includes('channel-monitor') ? monitoredAccount(ports, host) : {}),
    ...processEnv(options, process.env),
  };
  const ownEnv = (name: ProcessName): ProcessEnv =>
    (typeof options.env === 'function' ? options.env(name) : options.env) ?? {};
  const running = new Map<ProcessName, PlatformProcess>();
  const stop = async () => {
    for (const name of [...running.keys()].reverse()) await running.get(name)?.stop();
  };
  try {
    for (const name of names)
      running.set(
        name,
        await startPlatformProcess({
          name,
          main: join(root, processes[name].main),
          host,
          port: ports[name],
          env: { ...shared, ...ownEnv(name) },
          logFile: join(options.logsFolder, `${name}.log`),
          autoRestart: options.autoRestart ?? true,
          report: options.report ?? silent,
        }),
      );
  } catch (error) {
    await stop();
    throw error;
  }
  const get = (name: ProcessName): PlatformProcess => {
    const found = running.get(name);
    if (!found) throw new LocalStackError(`${name} was not started`);
    return found;
  };
  return {
    names,
    process: get,
    url: (name) => get(name).url,
    ready: async (name) => {
      await Promise.all((name ? [name] : names).map((each) => get(each).ready()));
    },
    kill: (name, signal) => get(name).kill(signal),
    restart: (name) => get(name).restart(),
    stop,
  };
}

/**
 * Where the payments find the simulated gateways, and as whom; what `env` says comes first. With a
 * home merchants' payments go to Lakala, as contract 4's examples have it.
 */
async function simulatedGateways(
  ports: PlatformPorts,
  of: { readonly host: string; readonly home: string | undefined },
): Promise<ProcessEnv> {
  const { host, home } = of;
  const reach = reachable(host);
  const notifyUrl = `http://${reach}:${ports.payments}`;
  const simulatorUrl = `http://${reach}:${ports['gateway-simulator']}`;
  return {
    PLUMBLINE_NOTIFY_URL: notifyUrl,
    PLUMBLINE_PAYPAY_URL: `${simulatorUrl}/paypay`,
    PLUMBLINE_PAYPAY_API_KEY: 'local-paypay-key',
    PLUMBLINE_PAYPAY_API_SECRET: 'local-paypay-secret',
    PLUMBLINE_PAYPAY_MERCHANT_ID: '100000000000000001',
    PLUMBLINE_SIMULATOR_PAYPAY_NOTIFY_URL: `${notifyUrl}/gateways/paypay`,
    ...(home === undefined ? {} : await simulatedLakala(simulatorUrl, foldersOf(home))),
  };
}

/** An address that listens everywhere is reached here. */
const reachable = (host: string): string => (host === '0.0.0.0' || host === '::' ? loopback : host);

/**
 * Where the shop finds the services behind it, and who says who its users are: without an issuer in
 * the environment the local one, whose key lives with the log that knows the same people.
 */
async function shopEnv(
  ports: PlatformPorts,
  of: { readonly host: string; readonly home: string | undefined },
): Promise<ProcessEnv> {
  const url = (name: ProcessName): string => `http://${reachable(of.host)}:${ports[name]}`;
  const hasIssuer = issuerVariables.some((name) => process.env[name] !== undefined);
  return {
    PLUMBLINE_PUBLIC_URL: url('bff'),
    // Webhooks come in at the front, and are passed on.
    PLUMBLINE_SIMULATOR_PAYPAY_NOTIFY_URL: `${url('bff')}/webhooks/paypay`,
    PLUMBLINE_ORDERS_URL: url('orders'),
    PLUMBLINE_PAYMENTS_URL: url('payments'),
    PLUMBLINE_INVENTORY_URL: url('inventory'),
    PLUMBLINE_ACCOUNTS_URL: url('accounts'),
    PLUMBLINE_QUERIES_URL: url('queries'),
    ...(hasIssuer
      ? {}
      : {
          PLUMBLINE_LOCAL_ISSUER_KEY: await localIssuerKey(
            of.home === undefined ? undefined : foldersOf(of.home),
          ),
        }),
  };
}

/** Who pays into the local account, which the monitor registers, and where its money is matched. */
const monitoredAccount = (ports: PlatformPorts, host: string): ProcessEnv => ({
  PLUMBLINE_PAYMENTS_URL: `http://${reachable(host)}:${ports.payments}`,
  PLUMBLINE_PERSONAL_ACCOUNT: '1000.1',
});

const issuerVariables: readonly string[] = [
  ...['PLUMBLINE_OIDC_ISSUER', 'PLUMBLINE_FIREBASE_PROJECT_ID', 'PLUMBLINE_LOCAL_ISSUER_KEY'],
];

async function simulatedLakala(simulatorUrl: string, folders: HomeFolders): Promise<ProcessEnv> {
  const { simulatorKeys, simulatorBooks } = folders;
  const { merchantPrivatePem, platformPublicPem } = await ensureSimulatorKeys(simulatorKeys);
  return {
    PLUMBLINE_SIMULATOR_KEY_FOLDER: simulatorKeys,
    // The books live as long as the log that tells of the same money.
    PLUMBLINE_SIMULATOR_JOURNAL: simulatorBooks,
    PLUMBLINE_LAKALA_URL: `${simulatorUrl}/lakala`,
    PLUMBLINE_LAKALA_APP_ID: 'OP00000003',
    PLUMBLINE_LAKALA_SERIAL_NO: '00dfba8194c41b84cf',
    PLUMBLINE_LAKALA_PRIVATE_KEY: merchantPrivatePem,
    PLUMBLINE_LAKALA_PLATFORM_SERIAL_NO: '0172f1e1a7b8c9d0e1',
    PLUMBLINE_LAKALA_PLATFORM_KEY: platformPublicPem,
    PLUMBLINE_LAKALA_MERCHANT_NO: '82229007392000A',
    PLUMBLINE_LAKALA_TERM_NO: 'D9296400',
    // Codes of the simulator's own: which code Lakala says it with is not published.
    PLUMBLINE_LAKALA_NOT_FOUND_CODES: 'SIM10001',
    PLUMBLINE_LAKALA_REFUND_NOT_FOUND_CODES: 'SIM10001',
    PLUMBLINE_MERCHANT_CHANNEL: 'LAKALA',
  };
}

/** What every process is told, on top of `env`; docs/generated/configuration.md describes each. */
export function processEnv(
  { stack, localStack }: Pick<OpenPlatformOptions, 'stack' | 'localStack'>,
  env: Environment,
): Environment {
  const stateFolder = stack.home === undefined ? undefined : foldersOf(stack.home).state;
  return {
    ...env,
    PLUMBLINE_KAFKA_BROKERS: stack.kafka,
    PLUMBLINE_REGISTRY_URL: stack.registryUrl,
    PLUMBLINE_POSTGRES_URL: stack.postgresUrl,
    PLUMBLINE_REDIS_URL: stack.redisUrl,
    PLUMBLINE_LOCAL_STACK: String(localStack ?? true),
    PLUMBLINE_PARTITIONS: env['PLUMBLINE_PARTITIONS'] ?? '4',
    // Nothing stands in front of a local process, so nothing needs time to notice that it stops.
    PLUMBLINE_DRAIN_MS: env['PLUMBLINE_DRAIN_MS'] ?? '0',
    // Whoever tries things out has a server on this machine.
    PLUMBLINE_NOTIFICATION_ALLOW_LOOPBACK:
      env['PLUMBLINE_NOTIFICATION_ALLOW_LOOPBACK'] ?? String(localStack ?? true),
    // One folder for all: instances on one machine hand over without a restore.
    PLUMBLINE_STATE_FOLDER: env['PLUMBLINE_STATE_FOLDER'] ?? stateFolder,
  };
}

async function portsOf(
  wanted: OpenPlatformOptions['ports'],
  env: Environment,
): Promise<PlatformPorts> {
  if (typeof wanted === 'object') return wanted;
  if (wanted === 'free') return freePlatformPorts();
  const config: Readonly<Record<string, number>> = parseConfig(platformPortsSchema, env);
  return portRecord((name) => config[processes[name].portVariable] ?? 0);
}

/** A free port for every process there is. */
export async function freePlatformPorts(): Promise<PlatformPorts> {
  const found = await freePorts(processNames.length);
  return portRecord((_, at) => found[at] ?? 0);
}

/** One value for every process there is. */
export function portRecord(portOf: (name: ProcessName, at: number) => number): PlatformPorts {
  const ports: Partial<Record<ProcessName, number>> = {};
  for (const [at, name] of processNames.entries()) ports[name] = portOf(name, at);
  return ports as PlatformPorts;
}

function requireBuilt(names: readonly ProcessName[], root: string): void {
  const missing = names
    .map((name) => processes[name].main)
    .filter((main) => !existsSync(join(root, main)));
  if (missing.length > 0)
    throw new LocalStackError(`not built: ${missing.join(', ')}. Build with: npm run build`);
}

async function requireFree(names: readonly ProcessName[], ports: PlatformPorts): Promise<void> {
  const problems: string[] = [];
  for (const name of names) {
    const problem = await portProblem(ports[name]);
    if (problem === null) continue;
    problems.push(
      `Port ${ports[name]}, which ${name} needs, ${problem}: ${orFree(problem)}set ${processes[name].portVariable} to another port.`,
    );
  }
  if (problems.length > 0) throw new LocalStackError(problems.join('\n'));
}
