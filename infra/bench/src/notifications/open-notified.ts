import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '@plumbline/events';
import {
  catalogue,
  createCodec,
  defaultDelayPrefix,
  delayedRecords,
  delayTopicSpecs,
  topics,
} from '@plumbline/events';
import type { Log, TransactionalProducer } from '@plumbline/kafka';
import { createKafkaLog } from '@plumbline/kafka';
import type { Platform, ProcessName, Stack } from '@plumbline/local';
import { createRegistrySchemaIds } from '@plumbline/registry';
import { askedAtOnce } from '../limits.ts';
import type { Measuring } from '../measure/measuring.ts';
import { openBenchPlatform } from '../measure/open-bench-platform.ts';
import { someAtOnce } from '../shop/ask.ts';
import type { Endpoint, EndpointRequest } from './register-endpoint.ts';
import { registerEndpoint } from './register-endpoint.ts';
import type { Sink } from './run-sink.ts';
import { openSink } from './run-sink.ts';

/** The processes that notify, endpoints in a process of their own, and whoever writes payments. */
export interface Notified {
  readonly stack: Stack;
  readonly platform: Platform;
  readonly log: Log;
  readonly codec: Codec;
  readonly producer: TransactionalProducer;
  readonly sink: Sink;
  /** In the order of the sink's. */
  readonly endpoints: readonly Endpoint[];
  close(): Promise<void>;
}

export interface NotifiedOptions extends Measuring {
  /** Variables of both processes, on top of those of a part. */
  readonly env: Readonly<Record<string, string>>;
}

/** Errors: LocalStackError; nothing is left. */
export async function openNotified(
  { report, signal, env }: NotifiedOptions,
  of: {
    readonly endpoints: readonly EndpointRequest[];
    /** Of both processes, ms; those of default if unset. */
    readonly levelsMs?: readonly number[];
    readonly env?: Readonly<Record<string, string>>;
    /** Those that notify if unset. */
    readonly processes?: readonly ProcessName[];
  },
): Promise<Notified> {
  const home = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  const closers = [() => rm(home, { recursive: true, force: true, maxRetries: 3 })];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const sink = await openSink(of.endpoints.length, signal);
    closers.push(() => sink.close());
    const opened = await openBenchPlatform({
      ...{ home, report, signal, processes: of.processes ?? ['delays', 'notifications'] },
      env: { ...of.env, ...env },
    });
    closers.push(() => opened.close());
    const { stack, platform } = opened;
    const log = await createKafkaLog({ brokers: [stack.kafka], clientId: 'bench' });
    closers.push(() => log.close());
    const producer = await log.openTransactionalProducer({ transactionalId: 'bench-writer' });
    closers.push(() => producer.close());
    const registry = createRegistrySchemaIds({ url: stack.registryUrl });
    closers.push(() => registry.close());
    const codec = await codecOf(registry, of.levelsMs ?? []);
    const endpoints = await someAtOnce(of.endpoints, askedAtOnce, (asked, at) =>
      registerEndpoint({
        ...{ platform, asked, target: sink.urls[at] ?? '', signal },
        tenant: `bench-${String(at).padStart(3, '0')}`,
      }),
    );
    return { stack, platform, log, codec, producer, sink, endpoints, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Knows the delay topics, which are in no catalogue. */
async function codecOf(
  registry: ReturnType<typeof createRegistrySchemaIds>,
  levelsMs: readonly number[],
): Promise<Codec> {
  const delays = delayTopicSpecs({
    ...{ prefix: defaultDelayPrefix, levelsMs, records: delayedRecords },
  });
  const known = { ...catalogue, topics: [...catalogue.topics, ...delays] };
  const codec = createCodec(registry, { catalogue: known });
  const { ordersEvents, paymentsEvents, notificationsEvents, alertsEvents } = topics;
  const events = [ordersEvents, paymentsEvents, notificationsEvents, alertsEvents, ...delays];
  await codec.prepare(events.map(({ name }) => name));
  return codec;
}
