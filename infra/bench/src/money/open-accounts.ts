import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '@plumbline/events';
import { createCodec, topics } from '@plumbline/events';
import type { Log, TransactionalProducer } from '@plumbline/kafka';
import { createKafkaLog } from '@plumbline/kafka';
import type { Platform, ProcessName, Stack } from '@plumbline/local';
import { createRegistrySchemaIds } from '@plumbline/registry';
import { z } from 'zod';
import { askedAtOnce } from '../limits.ts';
import type { Measuring } from '../measure/measuring.ts';
import { openBenchPlatform } from '../measure/open-bench-platform.ts';
import { askPatiently, someAtOnce } from '../shop/ask.ts';
import type { Account } from './orders.ts';
import { currency, payway } from './orders.ts';

/** Whose accounts and payments they are, unless a process is told otherwise. */
export const tenant = 'main';

/** Personal accounts and who reports what comes in on them. */
export interface BenchAccounts {
  readonly stack: Stack;
  readonly platform: Platform;
  readonly log: Log;
  readonly codec: Codec;
  readonly producer: TransactionalProducer;
  /** Of the merchant's own client. Errors: for a merchant that has none. */
  readonly tokenOf: (pid: string) => string;
  close(): Promise<void>;
}

export interface AccountsOptions extends Measuring {
  /** Variables of all processes. */
  readonly env: Readonly<Record<string, string>>;
}

/** Errors: LocalStackError; nothing is left. */
export async function openAccounts(
  { report, signal, env }: AccountsOptions,
  of: {
    /** Beside payments and the channel monitor. */
    readonly processes: readonly ProcessName[];
    readonly accounts: readonly Account[];
    /** Merchants that have a client; it may report for all of their accounts. */
    readonly clients: readonly string[];
  },
): Promise<BenchAccounts> {
  const home = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  const closers = [() => rm(home, { recursive: true, force: true, maxRetries: 3 })];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const processes: readonly ProcessName[] = ['payments', 'channel-monitor', ...of.processes];
    const opened = await openBenchPlatform({ home, report, signal, processes, env });
    closers.push(() => opened.close());
    const { stack, platform } = opened;
    const log = await createKafkaLog({ brokers: [stack.kafka], clientId: 'bench' });
    closers.push(() => log.close());
    const producer = await log.openTransactionalProducer({ transactionalId: 'bench-writer' });
    closers.push(() => producer.close());
    const registry = createRegistrySchemaIds({ url: stack.registryUrl });
    closers.push(() => registry.close());
    const codec = createCodec(registry);
    await codec.prepare([topics.receivingCommands.name]);
    const url = `${platform.url('channel-monitor')}/api/monitor`;
    await someAtOnce(of.accounts, askedAtOnce, (account) => registerAccount(url, account, signal));
    const tokens = new Map(
      await someAtOnce(of.clients, askedAtOnce, async (pid) => {
        return [pid, await registerClient(url, pid, signal)] as const;
      }),
    );
    const tokenOf = (pid: string): string => {
      const token = tokens.get(pid);
      if (token === undefined) throw new Error(`${pid} has no client`);
      return token;
    };
    return { stack, platform, log, codec, producer, tokenOf, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same again changes nothing. */
async function registerAccount(
  url: string,
  { pid, aid, channel }: Account,
  signal: AbortSignal,
): Promise<void> {
  const channels = [{ cid: '2', type: payway, channel, pattern: 1 }];
  const body = { pid, aid, name: `Account of ${pid}`, currency, channels };
  await askPatiently({ method: 'POST', url: `${url}/accounts`, body, signal });
}

const registered = z.object({ token: z.string() });

/** Its token, which is shown once. */
async function registerClient(url: string, pid: string, signal: AbortSignal): Promise<string> {
  const body = { pid, name: `Client of ${pid}` };
  const answer = await askPatiently({ method: 'POST', url: `${url}/clients`, body, signal });
  return registered.parse(answer.body).token;
}
