import { consistencyAlerts } from '@plumbline/consistency-alerts';
import type { DeadLettered } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { afterEach, expect, it } from 'vitest';
import { listDeadLetters } from '../commands/dead-letters-list.ts';
import { redrive } from '../commands/dead-letters-redrive.ts';
import { histogramRowsMax } from '../limits.ts';
import { createNewest } from '../read/newest.ts';
import type { ParkedOrders } from '../testing/parked-orders.ts';
import { createParkedOrders } from '../testing/parked-orders.ts';
import { createHistogram } from './histogram.ts';
import type { Letter } from './letter.ts';

let orders: ParkedOrders | null = null;

afterEach(async () => {
  await orders?.close();
  orders = null;
});

const letterOf = (n: number): DeadLettered => ({
  ...{ topology: 'projection-orders-v1', reason: `REASON_${n % 3}`, message: 'no', attempts: 1 },
  ...{ originTopic: topics.ordersEvents.name, originPartition: 0, originOffset: BigInt(n) },
  ...{ originIncarnation: 'x', originTime: 0, key: Buffer.from(`main/${n}`) },
  ...{ value: Buffer.alloc(300), headers: [], parkedBehind: null },
});

it('lists ten thousand letters, each once though each was written twice', async () => {
  orders = createParkedOrders();
  const { session } = orders;
  const topic = topics.projectionsDeadLetters.name;
  await session.memoryCodec.prepare([topic]);
  const write = (n: number): void => {
    const key = Buffer.from(`main/${n}`);
    session.memory.appendRaw({
      ...{ topic, partition: n % 4, key },
      value: session.memoryCodec.encode(topic, { type: 'DeadLettered', data: letterOf(n) }),
      headers: encodeEnvelope({
        ...{ id: `l-${n}`, type: 'DeadLettered', source: '/plumbline/test', timeMs: 0 },
        ...{ subject: 'x', correlationId: 'x', causationId: null, actor: 'system:test' },
        ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
      }),
    });
  };
  // Batches that were tried again.
  for (let from = 0; from < 10_000; from += 100)
    for (let time = 0; time < 2; time += 1) for (let n = from; n < from + 100; n += 1) write(n);
  await listDeadLetters(session, { limit: '2', by: 'reason', json: true });
  expect(JSON.parse(session.out.stdout())).toMatchObject({
    letters: 10_000,
    rows: [
      { name: 'REASON_0', letters: 3_334 },
      { name: 'REASON_1', letters: 3_333 },
    ],
  });
  const newest = session.again();
  await listDeadLetters(newest, { limit: '1', json: true });
  const { letters } = JSON.parse(newest.out.stdout()) as { letters: readonly object[] };
  expect(letters).toMatchObject([{ keyText: 'main/9999', valueBytes: 300 }]);
});

it('lets six hundred keys go on, fifty at once', async () => {
  orders = createParkedOrders();
  const { session } = orders;
  for (let n = 0; n < 600; n += 1) orders.poison(`H${n}`);
  await orders.start();
  await orders.untilLetters(600);
  const asked = { topology: consistencyAlerts.name, reason: 'a flood', json: true };
  expect(await redrive(session, { ...asked, skipFirst: true, key: 'main/H1*' })).toBe(0);
  const most = JSON.parse(session.out.stdout()) as Record<string, unknown>;
  expect(most).toMatchObject({ keys: 111, done: 111, dropped: 111, notDone: [] });
  const rest = session.again();
  expect(await redrive(rest, asked)).toBe(1);
  const { notDone, ...counts } = JSON.parse(rest.out.stdout()) as { notDone: readonly object[] };
  expect(counts).toMatchObject({ keys: 489, stopped: 489 });
  expect(notDone).toHaveLength(50);
});

it('keeps the newest by time, however many there are', () => {
  const newest = createNewest<{
    topic: string;
    partition: number;
    offset: bigint;
    timeMs: number;
  }>(3);
  const times = [5, 1, 9, 7, 3, 8, 2, 6, 4];
  for (const timeMs of times)
    newest.add({ topic: 't', partition: timeMs % 2, offset: BigInt(timeMs), timeMs });
  expect(newest.rows().map(({ timeMs }) => timeMs)).toEqual([9, 8, 7]);
});

it('counts names beyond the first ten thousand together', () => {
  const histogram = createHistogram('key');
  const letter = (n: number): Letter => ({
    ...letterOf(n),
    ...{ topic: 't', partition: partitionOfRecordKey(`main/${n}`, 4), offset: BigInt(n) },
    ...{ timeMs: n, letterId: `l-${n}`, keyText: `main/${n}`, type: '' },
  });
  for (let n = 0; n < histogramRowsMax + 5; n += 1) histogram.add(letter(n));
  histogram.add(letter(0));
  const rows = histogram.rows();
  expect(rows).toHaveLength(histogramRowsMax + 1);
  expect(rows.slice(0, 2)).toMatchObject([
    { name: '(others)', letters: 5, firstMs: histogramRowsMax, lastMs: histogramRowsMax + 4 },
    { name: 'main/0', letters: 2 },
  ]);
});
