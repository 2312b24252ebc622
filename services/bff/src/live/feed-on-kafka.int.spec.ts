import { randomUUID } from 'node:crypto';
import { processConfig, streamConfig } from '@plumbline/config';
import { topics } from '@plumbline/events';
import { parseFeedPosition } from '@plumbline/kafka';
import { createKafkaAdmin, createTopics } from '@plumbline/kafka/admin';
import { silentLogger } from '@plumbline/observability';
import { openTestProcess, testAddress } from '@plumbline/runtime/testing';
import { expect, it, vi } from 'vitest';
import { notedChange } from '../testing/noted-changes.ts';
import { openFeed } from './feed.ts';

const partitions = 4;

/**
 * Like that of the feed, and not it: a task owns that one, and refuses to begin where it finds what
 * it never wrote.
 */
const own = { ...topics.changesEvents, name: `test-changes-${randomUUID().slice(0, 8)}` };
const topic = own.name;

async function createOwn(): Promise<void> {
  const timeoutMs = 10_000;
  const brokers = testAddress('PLUMBLINE_TEST_KAFKA').split(',');
  const admin = createKafkaAdmin({ brokers, clientId: 'test', ssl: false, timeoutMs });
  await admin.connect();
  const { name, config } = own;
  await createTopics(admin, { topics: [{ name, partitions, config }], timeoutMs });
  await admin.disconnect();
}

it('over Kafka, what is committed is told once, through restarts', async () => {
  await createOwn();
  const schema = processConfig(streamConfig({ port: 0 }));
  const running = await openTestProcess({
    ...{ service: 'bff', schema, open: () => Promise.resolve({}), topics: () => [own] },
  });
  const { log, codec } = running.foundation;
  await codec.prepare([topics.changesEvents.name]);
  const buyer = randomUUID();
  const producer = await log.openTransactionalProducer({ transactionalId: `changes-${buyer}` });
  const write = (...orders: readonly string[]) =>
    producer.transact(
      orders.map((orderNo, at) => ({
        ...notedChange(codec, at % partitions, { orderNo, buyer }),
        topic,
      })),
    );
  const open = (changesMax: number) =>
    openFeed({ log, codec, logger: silentLogger, partitions, topic, changesMax });

  async function page(of: Awaited<ReturnType<typeof open>>, from: string | null) {
    const orders: string[] = [];
    let how = '';
    const seat = await of.join(
      {
        wants: (note) => note.buyer === buyer,
        onJoined(joined) {
          ({ how } = joined);
          orders.push(...joined.missed.map(({ change }) => change.note.orderNo));
        },
        onChange: ({ note }) => orders.push(note.orderNo),
        onReset: () => orders.push('reset'),
      },
      from === null ? null : parseFeedPosition(from),
    );
    return { seat, orders, how };
  }
  const heard = (of: readonly string[], what: readonly string[]): Promise<void> =>
    vi.waitFor(() => expect([...of].sort()).toEqual(what), { timeout: 5_000, interval: 10 });

  const first = await open(64);
  const looking = await page(first, null);
  await write('a', 'b', 'c', 'd', 'e');
  await heard(looking.orders, ['a', 'b', 'c', 'd', 'e']);
  const position = looking.seat.position();
  await first.close();
  await write('f', 'g', 'h', 'i', 'j', 'k');
  await write('l');
  const rest = ['f', 'g', 'h', 'i', 'j', 'k', 'l'];
  // One that has it in memory, and one that has to read it from Kafka.
  for (const changesMax of [64, partitions]) {
    const feed = await open(changesMax);
    const back = await page(feed, position);
    expect(back.how).toBe('resumed');
    await heard(back.orders, rest);
    await feed.close();
  }
  await producer.close();
  await running.close();
}, 60_000);
