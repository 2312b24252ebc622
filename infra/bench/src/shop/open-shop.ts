import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '@plumbline/kafka';
import { createKafkaLog } from '@plumbline/kafka';
import type { Platform, ProcessName, Stack } from '@plumbline/local';
import { freePlatformPorts, processNames } from '@plumbline/local';
import { askedAtOnce } from '../limits.ts';
import type { Measuring } from '../measure/measuring.ts';
import { openBenchPlatform } from '../measure/open-bench-platform.ts';
import { ask, someAtOnce } from './ask.ts';

/** The whole platform as `npm start` runs it, with simulated gateways, and its log. */
export interface BenchShop {
  readonly stack: Stack;
  readonly platform: Platform;
  readonly log: Log;
  url(name: ProcessName): string;
  /** A command to the simulated gateways. */
  control(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<object>;
  /** Takes goods into stock and puts money on accounts. */
  furnish(what: Furnishing): Promise<void>;
  close(): Promise<void>;
}

export interface Furnishing {
  readonly skus: readonly string[];
  readonly pieces: number;
  /** Major units. */
  readonly price: string;
  readonly currency: 'CNY' | 'JPY';
  readonly accounts: readonly string[];
  /** Of each account; none if unset. */
  readonly credit?: string;
}

/** Errors: LocalStackError; nothing is left. */
export async function openShop({ report, signal }: Measuring): Promise<BenchShop> {
  const home = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  const remove = () => rm(home, { recursive: true, force: true, maxRetries: 3 });
  try {
    const ports = await freePlatformPorts();
    const opened = await openBenchPlatform({
      ...{ home, report, signal, ports, processes: processNames },
      env: { PLUMBLINE_MOCK_GATEWAY_URL: `http://127.0.0.1:${ports['gateway-simulator']}` },
    });
    const { stack, platform } = opened;
    const log = await createKafkaLog({ brokers: [stack.kafka], clientId: 'bench' });
    const url = (name: ProcessName) => platform.url(name);
    return {
      ...{ stack, platform, log, url },
      control: async (method, path, body) => {
        const at = `${url('gateway-simulator')}/control${path}`;
        return (await ask({ method, url: at, ...(body === undefined ? {} : { body }) })).body;
      },
      furnish: (what) => furnish(what, { url, signal }),
      async close() {
        await log.close();
        await opened.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function furnish(
  { skus, pieces, price, currency, accounts, credit }: Furnishing,
  at: { readonly url: BenchShop['url']; readonly signal: AbortSignal },
): Promise<void> {
  const { url, signal } = at;
  await someAtOnce(skus, askedAtOnce, async (sku) => {
    const item = `${url('inventory')}/items/${sku}`;
    await ask({ method: 'PUT', url: item, signal, body: { name: sku, price, currency } });
    const receipt = { receiptId: 'delivery', quantity: pieces };
    await ask({ method: 'POST', url: `${item}/receipts`, signal, body: receipt });
  });
  if (credit === undefined) return;
  await someAtOnce(accounts, askedAtOnce, async (account) => {
    const body = { entryId: `first-${currency}`, amount: credit, currency, reason: 'bench' };
    await ask({
      method: 'POST',
      url: `${url('accounts')}/accounts/${account}/credits`,
      signal,
      body,
    });
  });
}
