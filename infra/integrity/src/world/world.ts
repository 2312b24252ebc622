import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import { createCodec, topics } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import { createKafkaLog } from '@plumbline/kafka';
import type {
  OpenPlatformOptions,
  PartName,
  Platform,
  PlatformPorts,
  PlatformServers,
  ProcessName,
  Stack,
} from '@plumbline/local';
import { ensureTopics, freePlatformPorts, openPlatform, openStack } from '@plumbline/local';
import { createRegistrySchemaIds } from '@plumbline/registry';
import type { KillPlan } from '../faults/kill-plan.ts';
import { openKillPlan } from '../faults/kill-plan.ts';
import type { Gateways } from './gateways.ts';
import { openGateways } from './gateways.ts';

export const partitions = 4;

/** Of a world in a test: half a minute on two cores, and ten times that where all of it is busy. */
export const startTimeoutMs = 300_000;

/** A stack and a platform of their own, and a view of their log. */
export interface World {
  readonly stack: Stack;
  /** The first instance of every process. */
  readonly platform: Platform;
  /** Each with the processes that it was asked for; the first one has them all. */
  readonly platforms: readonly Platform[];
  /** Those that payments go through, if there are any. */
  readonly gateways: Gateways | null;
  readonly kills: KillPlan;
  readonly log: Log;
  readonly codec: Codec;
  /** Starts another instance of some processes, on the same servers; stopped with the world. */
  addPlatform(options?: Partial<OpenPlatformOptions>): Promise<Platform>;
  /** What the processes wrote goes to that folder first, if one is given. */
  close(logsTo?: string): Promise<void>;
}

export interface WorldOptions {
  /** All if unset. */
  readonly processes?: readonly ProcessName[];
  /** Processes that run a second time. */
  readonly twice?: readonly ProcessName[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether payments go through simulated gateways; by hand if unset. */
  readonly gateways?: boolean;
  /** Another version's folder, for the first instances. */
  readonly root?: string;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-integrity-'));
  const { servers: located, stack: opening } = startStack();
  const platforms: Platform[] = [];
  let gateways: Gateways | null = null;
  const kills = await openKillPlan(join(folder, 'kills'));
  const env = (): Readonly<Record<string, string>> => ({ ...gateways?.env, ...options.env });
  const addPlatform: World['addPlatform'] = async (own = {}) => {
    const servers = await located;
    const logsFolder = join(folder, `instance-${platforms.length + 1}`);
    const added = await openPlatform({
      ...{ stack: servers, ports: 'free', logsFolder, env: env() },
      ...own,
    });
    platforms.push(added);
    return added;
  };
  const stop = async () => {
    await Promise.all(platforms.map(discard));
    await gateways?.stop();
    await opening.then(
      (stack) => stack.stop(),
      () => undefined,
    );
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const servers = await located;
    await ensureTopics({ brokers: [servers.kafka], partitions });
    if (options.gateways === true)
      gateways = await openGateways({ stack: servers, folder: join(folder, 'gateways') });
    const platform = await addPlatform({
      ports: await portsOf(gateways),
      // Of an instance alone, so that it is clear which one dies.
      env: (name) => ({ ...env(), ...kills.env(name) }),
      ...(options.root === undefined ? {} : { root: options.root }),
      ...(options.processes === undefined ? {} : { processes: options.processes }),
    });
    if (options.twice !== undefined) await addPlatform({ processes: options.twice });
    const stack = await opening;
    await Promise.all(platforms.map((each) => each.ready()));
    const codec = createCodec(createRegistrySchemaIds({ url: stack.registryUrl }));
    const clockTopic = topics.platformClock.name;
    const log = await createKafkaLog({ brokers: [stack.kafka], clientId: 'integrity', clockTopic });
    return {
      ...{ stack, platform, platforms, gateways, kills, log, codec, addPlatform },
      async close(logsTo) {
        await log.close();
        if (logsTo !== undefined) await cp(folder, logsTo, { recursive: true });
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the platform's processes do not wait for by themselves. */
const neededFirst: readonly PartName[] = ['redis', 'postgres', 'kafka'];

/** The registry takes longest to start: meanwhile the processes load, and find it when it is there. */
function startStack() {
  const missing = new Set(neededFirst);
  let locate: (servers: PlatformServers) => void = () => undefined;
  const rest = new Promise<PlatformServers>((resolve) => {
    locate = resolve;
  });
  const stack = openStack({
    ...{ ports: 'free', purpose: 'the integrity suite' },
    onPartReady: (name, servers) => {
      missing.delete(name);
      if (missing.size === 0) locate(servers);
    },
  });
  // Whoever waits for the servers hears of it when they do not start.
  return { stack, servers: Promise.race([rest, stack]) };
}

/** Nobody looks at what these have yet to say: to stop politely, one after the other, takes seconds. */
async function discard(platform: Platform): Promise<void> {
  for (const name of platform.names) {
    platform.process(name).setAutoRestart(false);
    platform.kill(name);
  }
  await platform.stop();
}

/** Gateways were told where they report to before there was anybody. */
async function portsOf(gateways: Gateways | null): Promise<PlatformPorts | 'free'> {
  if (gateways === null) return 'free';
  return { ...(await freePlatformPorts()), payments: gateways.paymentsPort };
}

/** What two instances of are run where one stops and another is to take over. */
export const runTwice: readonly ProcessName[] = [
  'orders',
  'payments',
  'checkout',
  'consistency-alerts',
];

/** The second instances; started when they are not there yet. */
export const secondInstances = async (world: World): Promise<Platform> =>
  world.platforms[1] ?? (await world.addPlatform({ processes: runTwice }));

/** Errors: a world in which everything is paid by hand. */
export function gatewaysOf({ gateways }: World): Gateways {
  if (gateways === null) throw new Error('this world has no gateways');
  return gateways;
}

export async function until(
  what: string,
  check: () => Promise<boolean> | boolean,
  withinMs: number,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(100);
  }
}

export interface Answer {
  readonly status: number;
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One attempt; null when nobody answered. */
export async function call(
  url: string,
  method: 'GET' | 'POST' | 'PUT',
  body?: object,
): Promise<Answer | null> {
  try {
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(15_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const parsed = (await response.json()) as { code?: string; data?: Answer['data'] };
    return { status: response.status, code: parsed.code ?? '', data: parsed.data ?? {} };
  } catch {
    return null;
  }
}

/** As a careful client does: the same idempotent call again until it is answered with a decision. */
export async function callUntilDecided(
  url: string | (() => string),
  method: 'GET' | 'POST' | 'PUT',
  body?: object,
  withinMs = 60_000,
): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const to = addressOf(url);
    const answer = to === null ? null : await call(to, method, body);
    if (answer !== null && answer.status < 500) return answer;
    if (performance.now() > deadline) {
      const what = `${method} ${to ?? 'nobody'}`;
      throw new Error(`${what}: ${answer?.code ?? 'no answer'} for ${withinMs} ms`);
    }
    await sleep(200);
  }
}

/** Null when no instance is ready: then there is nobody to call. */
function addressOf(url: string | (() => string)): string | null {
  try {
    return typeof url === 'string' ? url : url();
  } catch {
    return null;
  }
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex').toUpperCase();

/** Contract 1's signed callback, by its rule and not by our code. */
export function callback(payNo: string, callbackStatus: 'SUCCESS' | 'FAILED', nonce: string) {
  const timestamp = '1700000000000';
  const signature = md5(`${callbackStatus}${nonce}${payNo}${timestamp}local-callback-secret`);
  return { payNo, callbackStatus, channelTradeNo: `MOCK_${nonce}`, timestamp, nonce, signature };
}

export const newOrder = (orderNo: string) => ({
  orderNo,
  items: [{ sku: 'BOOK-1', quantity: 2, unitAmount: '49.95' }],
  amount: '99.90',
});
