import { describe, expect, it } from 'vitest';
import { createCodec, createMemorySchemaIds, topics } from './index.ts';
import type { OrderCreated } from './index.ts';

const orderCreated: OrderCreated = {
  orderNo: 'o-1',
  tenant: 'main',
  items: [{ sku: 'tea', quantity: 2, unitAmountMinor: 1250n }],
  amountMinor: 2n ** 63n - 1n,
  currency: 'CNY',
  payBy: 1_700_000_000_000,
  idempotencyKey: null,
  fingerprint: 'f',
  createdAt: 1_700_000_000_001,
};

describe('codec', () => {
  it('reads what it wrote', async () => {
    const codec = createCodec(createMemorySchemaIds());
    await codec.prepare([topics.ordersEvents.name]);
    const value = codec.encode(topics.ordersEvents.name, {
      type: 'OrderCreated',
      data: orderCreated,
    });
    expect(codec.decode(topics.ordersEvents.name, value)).toStrictEqual({
      type: 'OrderCreated',
      data: orderCreated,
    });
  });
});
