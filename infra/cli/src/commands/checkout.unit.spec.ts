import { checkoutSagaTopology } from '@plumbline/checkout';
import { topics } from '@plumbline/events';
import { createCommandGateway } from '@plumbline/http';
import type { Payload } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { runTopology } from '@plumbline/runtime';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { pushCheckout, showCheckout } from './checkout.ts';

const closing: (() => Promise<void>)[] = [];
let session: MemorySession;
let execute: (payload: Payload) => Promise<unknown>;

beforeEach(async () => {
  session = createMemorySession();
  const shared = {
    ...{ log: session.memory, codec: session.memoryCodec, logger: silentLogger },
    partitions: session.config.PLUMBLINE_PARTITIONS,
  };
  const running = await runTopology({ ...shared, topology: checkoutSagaTopology });
  const gateway = await createCommandGateway({
    ...{ ...shared, source: '/test', metrics: createMetrics({ service: 'test' }) },
    commandsTopic: topics.checkoutCommands.name,
    outcomesTopic: topics.checkoutOutcomes.name,
  });
  closing.push(
    () => running.close(),
    () => gateway.close(),
  );
  execute = async (payload) => {
    const ids = { id: randomUUID(), correlationId: 'c', actor: 'api:test' };
    return gateway.execute({ ...ids, key: 'main/C-1', subject: 'C-1', payload });
  };
  await execute({
    type: 'StartCheckout',
    data: {
      ...{ orderNo: 'C-1', tenant: 'main', buyer: 'ann', items: [{ sku: 'tea', quantity: 2 }] },
      ...{ amountMinor: 900n, balanceMinor: 900n, currency: 'CNY', channel: null },
      payBy: Date.UTC(2030, 0, 1),
    },
  });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const refusal = {
  type: 'RecordStockAnswer',
  data: {
    ...{ orderNo: 'C-1', sku: 'tea', reservationId: 'C-1-1', step: 'RESERVE' },
    ...{ accepted: false, code: 'STOCK_INSUFFICIENT' },
  },
};

it('show says where a checkout stands, what it waits for, and how it came there', async () => {
  expect(await showCheckout(session, 'C-1', {})).toBe(0);
  const text = session.out.stdout();
  expect(text).toMatch(/^order C-1: RESERVING, attempt 1, again at \d{4}-/m);
  expect(text).toMatch(/^ +tea +2 +C-1-1 +free +RESERVE$/m);
  expect(text).toMatch(/^ +account ann +9\.00 CNY +C-1 +free *$/m);
  expect(text).toMatch(
    /checkout\.events\.v1-\d 1 {2}CheckoutStockRequested {2}RESERVE C-1-1 {2}by api:test$/m,
  );
});

it('show tells what was refused, and by whose word it went on', async () => {
  await execute(refusal);
  await showCheckout(session, 'C-1', {});
  const text = session.out.stdout();
  expect(text).toContain('order C-1: FAILING');
  expect(text).toContain('refused because STOCK_INSUFFICIENT');
  expect(text).toMatch(/CheckoutStockAnswered {2}RESERVE C-1-1 refused: STOCK_INSUFFICIENT/);
  expect(text).toMatch(/by api:test$/m);
});

it('show gives state and events as JSON, and ends with 1 where nobody leads an order', async () => {
  expect(await showCheckout(session, 'C-1', { json: true })).toBe(0);
  expect(JSON.parse(session.out.stdout())).toMatchObject({
    state: { status: 'open', lines: [{ sku: 'tea', asked: 'RESERVE' }] },
    events: [{ type: 'CheckoutStarted' }, { type: 'CheckoutStockRequested' }],
  });
  const other = session.again();
  expect(await showCheckout(other, 'C-2', {})).toBe(1);
  expect(other.out.stderr()).toContain('no checkout leads order C-2');
});

it('push has it ask again, once for each id, and keeps who pushed and why', async () => {
  const push = { reason: 'the stock came in', id: 'p1' };
  expect(await pushCheckout(session, 'C-1', push)).toBe(0);
  expect(session.out.stdout()).toContain('order C-1: asks again; it is RESERVING');
  const again = session.again();
  await pushCheckout(again, 'C-1', push);
  expect(again.out.stdout()).toContain('pushed before');
  const shown = session.again();
  await showCheckout(shown, 'C-1', {});
  const pushed = shown.out
    .stdout()
    .split('\n')
    .filter((line) => line.includes('CheckoutPushed'));
  expect(pushed).toHaveLength(1);
  expect(pushed[0]).toMatch(/the stock came in {2}by operator:/);
});

it('push refuses an empty reason, and tells why there is nothing to push', async () => {
  await expect(pushCheckout(session, 'C-1', { reason: ' ' })).rejects.toThrow('--reason');
  await expect(pushCheckout(session, 'C-2', { reason: 'why not' })).rejects.toThrow(
    'CHECKOUT_NOT_FOUND',
  );
});
