import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform, PlatformServers } from '@plumbline/local';
import { freePlatformPorts, openPlatform } from '@plumbline/local';
import type { BookedCallback, BookedPayment, BookedRefund, Books } from '../checks/books.ts';
import type { Json } from './gateway-world.ts';
import { controlOf, gatewayEnv } from './gateway-world.ts';
import { misbehaviour, payers } from './misbehaviour.ts';

/** The simulated gateways of a world: a process of their own, with books of their own. */
export interface Gateways {
  readonly platform: Platform;
  /** For every process of payments. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the first instance of payments, where the gateways report to. */
  readonly paymentsPort: number;
  /** A command to the simulator, repeated while nobody answers. Errors: what it refuses. */
  control(method: string, path: string, body?: object): Promise<Json>;
  /** Does everything wrong from now on that gateways do wrong, drawn from the seed. */
  misbehave(seed: number): Promise<void>;
  /** What the gateways do from now on has no fault. */
  behave(): Promise<void>;
  /** Everything that they know. */
  books(): Promise<Books>;
  stop(): Promise<void>;
}

/** Where merchants' payments and refunds go: contract 4 speaks of Lakala. */
const merchantChannel = 'LAKALA';

/** Longer than the simulator needs to be started again. */
const answeredWithinMs = 30_000;

export async function openGateways(of: {
  readonly stack: PlatformServers;
  readonly folder: string;
}): Promise<Gateways> {
  const keyFolder = join(of.folder, 'keys');
  await mkdir(keyFolder, { recursive: true });
  // Nobody listens at that of the payments here: their own process will.
  const ports = await freePlatformPorts();
  const paymentsPort = ports.payments;
  const notifyUrl = `http://127.0.0.1:${paymentsPort}`;
  const platform = await openPlatform({
    ...{ stack: of.stack, ports, logsFolder: of.folder },
    processes: ['gateway-simulator'],
    env: {
      PLUMBLINE_SIMULATOR_KEY_FOLDER: keyFolder,
      // It is killed as well, and must know afterwards what it has said.
      PLUMBLINE_SIMULATOR_JOURNAL: join(of.folder, 'books.jsonl'),
      PLUMBLINE_SIMULATOR_PAYPAY_NOTIFY_URL: `${notifyUrl}/gateways/paypay`,
    },
  });
  const simulatorUrl = platform.url('gateway-simulator');
  try {
    await platform.ready();
    const env = {
      ...(await gatewayEnv({ simulatorUrl, notifyUrl, keyFolder })),
      PLUMBLINE_MERCHANT_CHANNEL: merchantChannel,
      // As many as the suite wants at once: the limit of a key has tests of its own.
      PLUMBLINE_MERCHANT_CALLS_PER_SECOND: '10000',
    };
    return { platform, env, paymentsPort, ...controls(simulatorUrl), stop: () => platform.stop() };
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

function controls(
  simulatorUrl: string,
): Pick<Gateways, 'control' | 'misbehave' | 'behave' | 'books'> {
  const control: Gateways['control'] = async (method, path, body) => {
    const deadline = performance.now() + answeredWithinMs;
    for (;;) {
      try {
        return await controlOf(simulatorUrl, method, path, body);
      } catch (error) {
        // fetch says so when nobody answers.
        if (!(error instanceof TypeError) || performance.now() > deadline) throw error;
        await sleep(100);
      }
    }
  };
  const behave = async () => {
    await control('DELETE', '/rules');
  };
  async function list<T>(path: string): Promise<readonly T[]> {
    const items: T[] = [];
    const joint = path.includes('?') ? '&' : '?';
    for (let cursor = '0'; ;) {
      const page = (await control('GET', `${path}${joint}limit=1000&cursor=${cursor}`)) as unknown;
      const { items: some, nextCursor } = page as Page<T>;
      items.push(...some);
      if (nextCursor === null) return items;
      cursor = nextCursor;
    }
  }
  return {
    control,
    behave,
    async misbehave(seed) {
      await control('PUT', '/seed', { seed: String(seed) });
      await control('PUT', '/autopay', { rules: payers });
      for (const rule of misbehaviour) await control('POST', '/rules', rule);
    },
    async books() {
      const [payments, refunds, callbacks] = [
        await list<BookedPayment>('/payments'),
        await list<BookedRefund>('/refunds'),
        await list<BookedCallback>('/callbacks?misbehaved=true'),
      ];
      return { payments, refunds, callbacks };
    },
  };
}
