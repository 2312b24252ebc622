import { randomUUID } from 'node:crypto';
import { encodeEnvelope, topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import { partitionOfRecordKey, payNo, routingKey, slotOf } from '@plumbline/kernel';
import type { Report } from '@plumbline/local';
import { partitions } from '../limits.ts';
import { ordersPerTransaction, orderWaitsMs } from './limits.ts';
import type { BenchAccounts } from './open-accounts.ts';
import { tenant } from './open-accounts.ts';
import type { PayableOrder } from './orders.ts';
import { byAccount, currency } from './orders.ts';
import { watchActive } from './watch-active.ts';

/**
 * Lets accounts wait for the money of orders as payments ask them to, without the payments: those
 * would take an hour. Gives how long it took until all of them waited, ms.
 */
export async function writeOrders(
  of: Pick<BenchAccounts, 'log' | 'codec' | 'producer'>,
  orders: readonly PayableOrder[],
  by: { readonly report: Report; readonly signal: AbortSignal },
): Promise<number> {
  const begin = performance.now();
  const watch = await watchActive({ log: of.log, ...by });
  const sorted = byAccount(orders);
  try {
    for (let from = 0; from < sorted.length; from += ordersPerTransaction) {
      by.signal.throwIfAborted();
      const some = sorted.slice(from, from + ordersPerTransaction);
      await of.producer.transact(some.map((order, n) => commandOf(of.codec, order, from + n)));
    }
    await watch.until(orders.length);
    return performance.now() - begin;
  } finally {
    await watch.close();
  }
}

/** With the whole envelope, as the process of payments writes it. */
export function commandOf(
  codec: BenchAccounts['codec'],
  { orderNo, account, amountMinor }: PayableOrder,
  random: number,
): OutgoingRecord {
  const topic = topics.receivingCommands.name;
  const { pid, aid } = account;
  const key = routingKey(tenant, `${pid}.${aid}`);
  const atMs = Date.now();
  const number = payNo({ atMs, slot: slotOf(routingKey(tenant, orderNo)), random });
  const reference = `${number}-1`;
  const value = codec.encode(topic, {
    type: 'ActivateOrder',
    data: {
      ...{ tenant, pid, aid, cid: null, orderNo, payNo: number, reference, amountMinor },
      ...{ currency, expireAt: atMs + orderWaitsMs },
    },
  });
  const id = randomUUID();
  const headers = encodeEnvelope({
    ...{ id, type: 'ActivateOrder', source: '/plumbline/personal-accounts', timeMs: atMs },
    ...{ subject: reference, correlationId: id, causationId: id, actor: 'system:gateway-calls' },
    ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
  });
  const partition = partitionOfRecordKey(key, partitions);
  return { topic, partition, key: Buffer.from(key), value, headers };
}
