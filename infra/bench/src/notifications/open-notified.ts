import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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
import type { Platform, Stack } from '@plumbline/local';
import { createRegistrySchemaIds } from '@plumbline/registry';
import { z } from 'zod';
import { askedAtOnce, repeatAfterMs } from '../limits.ts';
import type { Measuring } from '../measure/measuring.ts';
import { openBenchPlatform } from '../measure/open-bench-platform.ts';
import { repeated, someAtOnce } from '../shop/ask.ts';
import { registrationsMax } from './limits.ts';
import type { Sink } from './run-sink.ts';
import { openSink } from './run-sink.ts';

/** An endpoint that is registered, alone in its tenant. */
export interface Endpoint {
  readonly tenant: string;
  readonly endpointId: string;
}

/** What an endpoint is registered with, beside its URL. */
export interface EndpointRequest {
  readonly concurrency?: number;
  readonly intervals?: readonly string[];
}

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

const registered = z.object({ data: z.object({ endpointId: z.string() }) });

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
      ...{ home, report, signal, processes: ['delays', 'notifications'] },
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
    const url = `${platform.url('notifications')}/api/v1/webhook-endpoints`;
    const endpoints = await someAtOnce(of.endpoints, askedAtOnce, (asked, at) =>
      register({ url, asked, at, target: sink.urls[at] ?? '', signal }),
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
  const events = [topics.paymentsEvents.name, topics.notificationsEvents.name];
  await codec.prepare([...events, ...delays.map(({ name }) => name)]);
  return codec;
}

/** A platform that has just started may have no answer yet: the same key means the same endpoint. */
async function register(of: {
  readonly url: string;
  readonly asked: EndpointRequest;
  readonly at: number;
  readonly target: string;
  readonly signal: AbortSignal;
}): Promise<Endpoint> {
  const { asked, at, target, signal } = of;
  const tenant = `bench-${String(at).padStart(3, '0')}`;
  const url = `${of.url}?tenant=${tenant}`;
  const body = { ...asked, url: target, events: ['payment.succeeded'] };
  const headers = { 'idempotency-key': tenant };
  for (let time = 1; ; time += 1) {
    const answer = await repeated({ method: 'POST', url, body, headers, signal });
    if (answer.status < 300) return { tenant, endpointId: endpointIdOf(answer.body) };
    if (answer.status < 500 || time === registrationsMax)
      throw new Error(`an endpoint is refused: ${answer.status} ${JSON.stringify(answer.body)}`);
    await sleep(repeatAfterMs, undefined, { signal });
  }
}

const endpointIdOf = (body: unknown): string => registered.parse(body).data.endpointId;
