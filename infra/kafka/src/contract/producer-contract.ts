import { describe, expect, test } from 'vitest';
import { Fenced, NotCommitted } from '../errors.ts';
import { recordBytesMax } from '../limits.ts';
import { recordBytes } from '../wire/encode-batch.ts';
import { only, readAll, recordOf, untilReads, type LogHarness } from './harness.ts';

export function describeProducers(harness: () => LogHarness): void {
  describe('a transactional producer', () => {
    const openProducer = (prefix: string) =>
      harness().log.openTransactionalProducer({ transactionalId: harness().uniqueName(prefix) });

    test('tells where each record went, in the order given, across partitions', async () => {
      const { log } = harness();
      const topic = await harness().createTopic(2);
      const producer = await openProducer('place');
      const records = [0, 1, 0, 1, 0].map((partition, index) =>
        recordOf({ topic, partition }, String(index)),
      );
      const appended = await producer.transact(records);
      expect(appended.map(({ partition, baseOffset }) => [partition, baseOffset])).toEqual([
        [0, 0n],
        [1, 0n],
        [0, 1n],
        [1, 1n],
        [0, 2n],
      ]);
      expect(await readAll(log, { topic, partition: 0 })).toEqual(['0', '2', '4']);
      expect(await readAll(log, { topic, partition: 1 })).toEqual(['1', '3']);
      expect(await producer.transact([])).toEqual([]);
      await producer.close();
    });

    test('commits many transactions in a row, and ones of many chunks', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const producer = await openProducer('row');
      const expected: string[] = [];
      for (let number = 0; number < 15; number += 1) {
        const count = number === 7 ? 3_500 : 3;
        const records = Array.from({ length: count }, (_, index) =>
          recordOf(at, `${number}/${index}`),
        );
        await producer.transact(records);
        expected.push(...records.map(({ value }) => String(value)));
      }
      expect(await readAll(log, at)).toEqual(expected);
      await producer.close();
    });

    test('holds committed readers back while it is open, and shows all of it at once', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const edge = await log.openEdgeProducer();
      await edge.send(recordOf(at, 'before'));
      const session = await harness().openTransactionSession(harness().uniqueName('open'));
      await session.send([recordOf(at, 'inside')]);
      await edge.send(recordOf(at, 'beside'));
      expect(await log.ends(at)).toEqual({
        logStartOffset: 0n,
        lastStableOffset: 1n,
        highWatermark: 3n,
      });
      expect(await readAll(log, at)).toEqual(['before']);
      const isolation = 'read_uncommitted';
      expect(await readAll(log, { ...at, isolation })).toEqual(['before', 'inside', 'beside']);
      await session.commit();
      await untilReads(harness(), at, ['before', 'inside', 'beside']);
      expect((await log.ends(at)).highWatermark).toBe(4n);
      await session.close();
    });

    test('shows nothing of a transaction that it aborted, and counts on past it', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const session = await harness().openTransactionSession(harness().uniqueName('abort'));
      await session.send([recordOf(at, 'no'), recordOf(at, 'never')]);
      await session.abort();
      await session.send([recordOf(at, 'yes')]);
      await session.commit();
      await untilReads(harness(), at, ['yes']);
      const from = [{ ...at, offset: 0n }];
      const reader = await log.openReader({ from, isolation: 'read_committed' });
      const { nextOffset, lastStableOffset } = only(await reader.fetch({ maxWaitMs: 500 }));
      expect([nextOffset, lastStableOffset]).toEqual([5n, 5n]);
      await Promise.all([session.close(), reader.close()]);
    });

    test('is fenced by the next one of its id, and what it left open is undone', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const transactionalId = harness().uniqueName('fenced');
      const old = await log.openTransactionalProducer({ transactionalId });
      await old.transact([recordOf(at, 'old')]);
      const left = await harness().openTransactionSession(transactionalId);
      await left.send([recordOf(at, 'left open')]);
      const other = await harness().openAnotherClient();
      const next = await other.openTransactionalProducer({ transactionalId });
      await expect(old.transact([recordOf(at, 'zombie')])).rejects.toBeInstanceOf(Fenced);
      await expect(left.commit()).rejects.toBeInstanceOf(Fenced);
      await next.transact([recordOf(at, 'next')]);
      await untilReads(harness(), at, ['old', 'next']);
      await expect(old.transact([recordOf(at, 'zombie')])).rejects.toBeInstanceOf(NotCommitted);
      await Promise.all([old.close(), left.close(), next.close()]);
      await other.close();
    });

    test('says clearly that a record was too large, or its topic unknown', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const large = { ...recordOf(at, ''), value: Buffer.alloc(2 * 1_048_576) };
      const first = await openProducer('large');
      const tooLarge = first.transact([recordOf(at, 'with it'), large]);
      await expect(tooLarge).rejects.toBeInstanceOf(NotCommitted);
      await expect(tooLarge).rejects.toThrow(/LARGE|bytes/);
      const second = await openProducer('unknown');
      const nowhere = recordOf({ topic: harness().uniqueName('nowhere'), partition: 0 }, 'x');
      await expect(second.transact([nowhere])).rejects.toBeInstanceOf(NotCommitted);
      await untilReads(harness(), at, []);
      expect(await readAll(log, at)).toEqual([]);
      await Promise.all([first.close(), second.close()]);
    });

    test('takes a record of the largest size, and refuses one byte more', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const sized = (bytes: number) => {
        const empty = recordOf(at, '');
        return { ...empty, value: Buffer.alloc(bytes - recordBytes(empty), 'x') };
      };
      const [fits, tooLarge] = [sized(recordBytesMax), sized(recordBytesMax + 1)];
      const producer = await openProducer('largest');
      await producer.transact([fits, recordOf(at, 'beside')]);
      const refused = producer.transact([recordOf(at, 'with it'), tooLarge]);
      await expect(refused).rejects.toBeInstanceOf(NotCommitted);
      const edge = await log.openEdgeProducer();
      await Promise.all([edge.send(fits), edge.send(recordOf(at, 'after'))]);
      await expect(edge.send(tooLarge)).rejects.toBeInstanceOf(NotCommitted);
      await untilReads(harness(), at, [String(fits.value), 'beside', String(fits.value), 'after']);
      await Promise.all([producer.close(), edge.close()]);
    });

    test('says clearly that there is no such partition, and writes nothing beside it', async () => {
      const { log } = harness();
      const topic = await harness().createTopic(2);
      const producer = await openProducer('partition');
      const beside = recordOf({ topic, partition: 1 }, 'beside');
      const wrong = recordOf({ topic, partition: 2 }, 'wrong');
      await expect(producer.transact([beside, wrong])).rejects.toBeInstanceOf(NotCommitted);
      const edge = await log.openEdgeProducer();
      const sent = await Promise.allSettled([
        edge.send(wrong),
        edge.send(recordOf({ topic, partition: 1 }, 'fine')),
        edge.send(recordOf({ topic, partition: -1 }, 'wrong')),
      ]);
      expect(sent.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
      for (const each of [sent[0], sent[2]]) {
        expect(each.status === 'rejected' && each.reason).toBeInstanceOf(NotCommitted);
      }
      await untilReads(harness(), { topic, partition: 1 }, ['fine']);
      await Promise.all([producer.close(), edge.close()]);
    });

    test('takes one transaction at a time, and none after it was closed', async () => {
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const producer = await openProducer('one');
      const first = producer.transact([recordOf(at, 'first')]);
      const second = producer.transact([recordOf(at, 'second')]);
      await expect(second).rejects.toBeInstanceOf(NotCommitted);
      await first;
      await producer.close();
      const closed = producer.transact([recordOf(at, 'closed')]);
      await expect(closed).rejects.toBeInstanceOf(NotCommitted);
      await untilReads(harness(), at, ['first']);
    });
  });

  describe('an edge producer', () => {
    test('tells each record its own offset, and keeps the order of sending', async () => {
      const { log } = harness();
      const topic = await harness().createTopic(2);
      const edge = await log.openEdgeProducer();
      const sent = await Promise.all(
        Array.from({ length: 300 }, (_, index) =>
          edge.send(recordOf({ topic, partition: index % 2 }, String(index))),
        ),
      );
      expect(sent.map(({ baseOffset }) => baseOffset)).toEqual(
        sent.map((_, index) => BigInt(Math.floor(index / 2))),
      );
      const odd = sent.flatMap((_, index) => (index % 2 === 1 ? [String(index)] : []));
      expect(await readAll(log, { topic, partition: 1 })).toEqual(odd);
      await edge.close();
    });

    test('rejects alone what the broker refuses, and everything once it is closed', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const edge = await log.openEdgeProducer();
      const large = { ...recordOf(at, ''), value: Buffer.alloc(2 * 1_048_576) };
      await expect(edge.send(large)).rejects.toBeInstanceOf(NotCommitted);
      const nowhere = recordOf({ topic: harness().uniqueName('nowhere'), partition: 0 }, 'x');
      await expect(edge.send(nowhere)).rejects.toBeInstanceOf(NotCommitted);
      await edge.send(recordOf(at, 'fine'));
      await edge.close();
      await expect(edge.send(recordOf(at, 'late'))).rejects.toBeInstanceOf(NotCommitted);
      expect(await readAll(log, at)).toEqual(['fine']);
    });
  });

  test("the broker's time is a lower bound of every later append, and a close one", async () => {
    const { log } = harness();
    const at = { topic: await harness().createTopic(1), partition: 0 };
    const edge = await log.openEdgeProducer();
    await edge.send(recordOf(at, 'first'));
    for (let count = 0; count < 50; count += 1) {
      const before = log.brokerNowMs();
      const { appendTimeMs } = await edge.send(recordOf(at, String(count)));
      expect(before).not.toBeNull();
      expect(before).toBeLessThanOrEqual(appendTimeMs ?? 0);
      expect((appendTimeMs ?? 0) - (before ?? 0)).toBeLessThan(2_000);
    }
    await edge.close();
  });
}
