import { randomUUID } from 'node:crypto';
import { createCodec, topics } from '@plumbline/events';
import { createKafkaLog } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import { openRedis } from '@plumbline/redis';
import { createRegistrySchemaIds } from '@plumbline/registry';
import { describe, expect, it } from 'vitest';
import { streamPageEntries } from '../limits.ts';
import { runCli } from '../run-cli.ts';
import { createSession } from '../session/session.ts';
import { recordOutput } from '../testing/memory-session.ts';
import type { Finding, PartResult } from './finding.ts';
import { readStreams } from './streams-in-redis.ts';
import { flipped, writeLog } from './testing-log.ts';

const brokers = process.env['PLUMBLINE_TEST_KAFKA'] ?? '127.0.0.1:19092';
const registryUrl =
  process.env['PLUMBLINE_TEST_REGISTRY'] ?? 'http://127.0.0.1:18081/apis/ccompat/v7';

const received = (sku: string) => ({
  type: 'StockReceived',
  data: { tenant: 'main', sku, receiptId: 'r', quantity: 1, receivedAt: 1 },
});

/** Three events of an item, of which the first and the last are altered, in a log that others use. */
async function plant(sku: string): Promise<bigint> {
  const log = await createKafkaLog({ brokers: brokers.split(','), clientId: 'verify-test' });
  const schemaIds = createRegistrySchemaIds({ url: registryUrl });
  try {
    const producer = await log.openEdgeProducer();
    const written = writeLog({
      codec: createCodec(schemaIds),
      append: (record) => producer.send(record),
    });
    const [topic, key] = [topics.inventoryEvents.name, `main/${sku}`];
    await written.event(topic, key, received(sku), { value: flipped });
    const { offset } = await written.event(topic, key, received(sku));
    await written.event(topic, key, received(sku), { value: flipped });
    await written.head(topics.inventoryChangelog.name, key);
    await producer.close();
    return offset;
  } finally {
    await log.close();
    await schemaIds.close();
  }
}

describe('verify on real servers', () => {
  it('names altered events in a real log, and where each partition was read to', async () => {
    const sku = `V-${randomUUID()}`;
    const offset = await plant(sku);
    const out = recordOutput();
    const exitCode = await runCli({
      args: ['verify', '--only', 'chains', '--json', '--limit', '10000'],
      env: { PLUMBLINE_KAFKA_BROKERS: brokers, PLUMBLINE_REGISTRY_URL: registryUrl },
      ...{ out, signal: new AbortController().signal, createSession },
    });
    expect(exitCode).toBe(1);
    const said = JSON.parse(out.stdout()) as {
      readonly parts: readonly PartResult[];
      readonly positions: readonly { readonly topic: string; readonly offset: string }[];
    };
    // Other tests write what is in no chain.
    const own = said.parts[0]?.findings.filter(({ about }: Finding) => about.endsWith(sku));
    expect(own).toMatchObject([
      { kind: 'HASH_DIFFERS', at: { topic: topics.inventoryEvents.name, offset: `${offset}` } },
      { kind: 'HEAD_DIFFERS', at: { topic: topics.inventoryEvents.name } },
    ]);
    const read = said.positions.filter(({ topic }) => topic === topics.inventoryEvents.name);
    expect(read.some((at) => BigInt(at.offset) > offset)).toBe(true);
  });

  it('reads a stream of several pages, entry by entry, as it was at the beginning', async () => {
    const { href } = Object.assign(
      new URL(process.env['PLUMBLINE_TEST_REDIS'] ?? 'redis://127.0.0.1:16379'),
      { pathname: '/9' },
    );
    const redis = openRedis({ url: href, logger: silentLogger });
    try {
      const count = 2 * streamPageEntries + 1;
      await redis.run(async (client) => {
        await client.flushdb();
        const adding = client.pipeline();
        for (let n = 0; n < count; n += 1)
          adding.xadd('payment_results', `5-${n + 1}`, 'n', `${n}`);
        await adding.exec();
      });
      const found: string[] = [];
      for await (const { fields } of readStreams(redis).entries('payment_results')) {
        if (found.length === 0) await redis.client.xadd('payment_results', '6-0', 'n', 'later');
        found.push(fields[1] ?? '');
      }
      expect(found).toEqual(Array.from({ length: count }, (_, n) => `${n}`));
      expect(await readStreams(redis).entries('refund_results').next()).toMatchObject({
        done: true,
      });
    } finally {
      await redis.run((client) => client.flushdb());
      await redis.close();
    }
  });
});
