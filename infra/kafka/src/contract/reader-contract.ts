import { describe, expect, test } from 'vitest';
import { PositionOutOfRange, Unavailable, UnknownTopic } from '../errors.ts';
import { only, pause, readAll, recordOf, values, type LogHarness } from './harness.ts';

export function describeReader(harness: () => LogHarness): void {
  describe('a reader', () => {
    test('brings records as they were written, in order, with their offsets', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const edge = await log.openEdgeProducer();
      const full = { ...at, key: Buffer.from('kéy'), value: Buffer.from([0, 1, 255]) };
      await edge.send({ ...full, headers: { a: 'ä', b: Buffer.from([7]) } });
      await edge.send({ ...at, key: null, value: null, headers: {} });
      await edge.send({ ...at, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: { e: '' } });
      const from = [{ ...at, offset: 0n }];
      const reader = await log.openReader({ from, isolation: 'read_committed' });
      const { records } = only(await reader.fetch({ maxWaitMs: 1_000 }));
      const seen = records.map(({ offset, key, value }) => [offset, key, value]);
      expect(seen).toEqual([
        [0n, Buffer.from('kéy'), Buffer.from([0, 1, 255])],
        [1n, null, null],
        [2n, Buffer.alloc(0), Buffer.alloc(0)],
      ]);
      const headers = records.map((record) => record.headers);
      expect(headers[0]).toEqual({ a: Buffer.from('ä'), b: Buffer.from([7]) });
      expect(headers.slice(1)).toEqual([{}, { e: Buffer.alloc(0) }]);
      for (const { timestampMs } of records) expect(Date.now() - timestampMs).toBeLessThan(60_000);
      await reader.close();
    });

    test('tells the ends and a time with an empty answer too', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const edge = await log.openEdgeProducer();
      await edge.send(recordOf(at, 'first'));
      const from = [{ ...at, offset: 1n }];
      const reader = await log.openReader({ from, isolation: 'read_committed' });
      const empty = only(await reader.fetch({ maxWaitMs: 30 }));
      expect(empty).toMatchObject({
        records: [],
        nextOffset: 1n,
        logStartOffset: 0n,
        lastStableOffset: 1n,
        highWatermark: 1n,
      });
      const later = await edge.send(recordOf(at, 'second'));
      expect(empty.sentAtBrokerMs).not.toBeNull();
      expect(empty.sentAtBrokerMs).toBeLessThanOrEqual(later.appendTimeMs ?? 0);
      await reader.close();
    });

    test('starts inside a batch, and goes where it is sent', async () => {
      const { log } = harness();
      const topic = await harness().createTopic(2);
      const at = { topic, partition: 0 };
      const producer = await log.openTransactionalProducer({
        transactionalId: harness().uniqueName('seek'),
      });
      const batch = ['0', '1', '2', '3'].map((value) => recordOf(at, value));
      await producer.transact([...batch, recordOf({ topic, partition: 1 }, 'other')]);
      await producer.close();
      const from = [
        { ...at, offset: 2n },
        { topic, partition: 1, offset: 0n },
      ];
      const reader = await log.openReader({ from, isolation: 'read_uncommitted' });
      const fetched = await reader.fetch({ maxWaitMs: 500 }, [at]);
      expect(values(only(fetched).records)).toEqual(['2', '3']);
      expect(reader.position({ topic, partition: 1 })).toBe(0n);
      reader.seek({ ...at, offset: 1n });
      const both = await reader.fetch({ maxWaitMs: 500 });
      const seen = both.flatMap(({ partition, records }) =>
        values(records).map((value) => `${partition}:${value}`),
      );
      expect(seen.sort()).toEqual(['0:1', '0:2', '0:3', '1:other']);
      await reader.close();
    });

    test('wakes when a record comes, and gives up promptly when it is closed', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const edge = await log.openEdgeProducer();
      const from = [{ ...at, offset: 0n }];
      const reader = await log.openReader({ from, isolation: 'read_committed' });
      const startedMs = performance.now();
      const waiting = reader.fetch({ maxWaitMs: 20_000 });
      await pause(50);
      await edge.send(recordOf(at, 'came'));
      expect(values(only(await waiting).records)).toEqual(['came']);
      const unheard = reader.fetch({ maxWaitMs: 20_000 }).catch((error: unknown) => error);
      await pause(50);
      await reader.close();
      expect(await unheard).toBeInstanceOf(Unavailable);
      expect(performance.now() - startedMs).toBeLessThan(5_000);
    });

    test('refuses a position outside of the log, and stays where it was', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const edge = await log.openEdgeProducer();
      for (const value of ['0', '1', '2', '3']) await edge.send(recordOf(at, value));
      const open = (offset: bigint) =>
        log.openReader({ from: [{ ...at, offset }], isolation: 'read_committed' });
      for (const nowhere of [5n, -1n]) {
        const lost = await open(nowhere);
        await expect(lost.fetch({ maxWaitMs: 10 })).rejects.toBeInstanceOf(PositionOutOfRange);
        await lost.close();
      }
      const beyond = await open(5n);
      await expect(beyond.fetch({ maxWaitMs: 10 })).rejects.toBeInstanceOf(PositionOutOfRange);
      expect(beyond.position(at)).toBe(5n);
      await harness().deleteBefore({ ...at, offset: 2n });
      expect((await log.ends(at)).logStartOffset).toBe(2n);
      const below = await open(1n);
      await expect(below.fetch({ maxWaitMs: 10 })).rejects.toBeInstanceOf(PositionOutOfRange);
      below.seek({ ...at, offset: 2n });
      expect(values(only(await below.fetch({ maxWaitMs: 500 })).records)).toEqual(['2', '3']);
      await Promise.all([beyond.close(), below.close()]);
    });

    test('is told when retention overtakes it, and only for that partition', async () => {
      const { log } = harness();
      const topic = await harness().createTopic(2);
      const [slow, other] = [0, 1].map((partition) => ({ topic, partition }));
      if (slow === undefined || other === undefined) throw new Error('Two partitions');
      const edge = await log.openEdgeProducer();
      for (const value of ['0', '1', '2', '3']) await edge.send(recordOf(slow, value));
      const reader = await log.openReader({
        from: [
          { ...slow, offset: 0n },
          { ...other, offset: 0n },
        ],
        isolation: 'read_committed',
      });
      await reader.fetch({ maxWaitMs: 500, maxBytesPerPartition: 1 });
      expect(reader.position(slow)).toBe(1n);
      await harness().deleteBefore({ ...slow, offset: 3n });
      await edge.send(recordOf(other, 'beside'));
      const overtaken = reader.fetch({ maxWaitMs: 500 });
      await expect(overtaken).rejects.toMatchObject({ ...slow, offset: 1n });
      await expect(overtaken).rejects.toBeInstanceOf(PositionOutOfRange);
      expect(reader.position(slow)).toBe(1n);
      const beside = await reader.fetch({ maxWaitMs: 500 }, [other]);
      expect(values(only(beside).records)).toEqual(['beside']);
      await Promise.all([reader.close(), edge.close()]);
    });

    test('never goes on in a topic that was deleted and made again', async () => {
      const { log } = harness();
      const at = { topic: await harness().createTopic(1), partition: 0 };
      const edge = await log.openEdgeProducer();
      await edge.send(recordOf(at, 'old'));
      const [before] = await log.describeTopics([at.topic]);
      const reader = await log.openReader({
        from: [{ ...at, offset: 1n }],
        isolation: 'read_committed',
      });
      await reader.fetch({ maxWaitMs: 10 });
      await harness().recreateTopic(at.topic);
      const [after] = await log.describeTopics([at.topic]);
      expect(after).toMatchObject({ topic: at.topic, partitions: 1 });
      expect(after?.incarnation).not.toBe(before?.incarnation);
      const again = await log.openEdgeProducer();
      await again.send(recordOf(at, 'new'));
      await again.send(recordOf(at, 'newer'));
      await expect(reader.fetch({ maxWaitMs: 100 })).rejects.toBeInstanceOf(PositionOutOfRange);
      expect(await readAll(log, at)).toEqual(['new', 'newer']);
      await reader.close();
    });

    test('does not make topics up', async () => {
      const { log } = harness();
      const topic = harness().uniqueName('nowhere');
      await expect(log.describeTopics([topic])).rejects.toBeInstanceOf(UnknownTopic);
      const opening = log.openReader({
        from: [{ topic, partition: 0, offset: 0n }],
        isolation: 'read_committed',
      });
      await expect(opening).rejects.toBeInstanceOf(UnknownTopic);
      await expect(log.ends({ topic, partition: 0 })).rejects.toBeInstanceOf(UnknownTopic);
    });

    test('does not make partitions up', async () => {
      const { log } = harness();
      const topic = await harness().createTopic(2);
      for (const partition of [2, -1]) {
        const opening = log.openReader({
          from: [
            { topic, partition: 0, offset: 0n },
            { topic, partition, offset: 0n },
          ],
          isolation: 'read_committed',
        });
        await expect(opening).rejects.toBeInstanceOf(UnknownTopic);
        await expect(log.ends({ topic, partition })).rejects.toBeInstanceOf(UnknownTopic);
      }
    });
  });
}
