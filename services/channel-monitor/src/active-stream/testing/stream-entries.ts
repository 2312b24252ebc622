import type { Redis } from '@plumbline/redis';
import type { ActiveOrder } from '../../active-order.ts';
import type { OrderChange } from '../active-stream.ts';
import { streamKey } from '../scripts.ts';

/** The contract's example, for three minutes from 2025-11-24T16:00:00Z unless said otherwise. */
export const order = (orderId: string, over: Partial<ActiveOrder> = {}): ActiveOrder => ({
  ...{ orderId, pid: '1000', aid: '1', cid: '2', type: 'wxpay', pattern: 1 },
  expiresAtMs: 1_764_000_180_000,
  ...over,
});

export const active = (of: ActiveOrder): OrderChange => ({ kind: 'active', order: of });
export const ended = (orderId: string): OrderChange => ({ kind: 'ended', orderId });

export interface ReadEntry {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

export const entryOf = ([id, texts]: readonly [string, readonly string[]]): ReadEntry => ({
  id,
  fields: Object.fromEntries(
    texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? '']] : [])),
  ),
});

/** All that stands in the stream, the oldest first. */
export async function entriesIn(redis: Redis): Promise<readonly ReadEntry[]> {
  return (await redis.run((client) => client.xrange(streamKey, '-', '+'))).map(entryOf);
}
