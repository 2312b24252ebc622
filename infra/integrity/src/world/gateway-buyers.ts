import { setTimeout as sleep } from 'node:timers/promises';
import type { BookedPayment } from '../checks/books.ts';
import type { Gateways } from './gateways.ts';
import type { Json } from './gateway-world.ts';
import type { Targets } from './load.ts';
import { decidedByMerchantApi, merchantApp } from './merchant-calls.ts';
import { newOrder } from './world.ts';

/** How a purchase reaches a gateway. */
export type Through = 'MOCK' | 'PAYPAY' | 'LAKALA' | 'merchant';

/** Of eight buyers in a row; those at MOCK carry their gateway's word themselves, and can wait for it. */
const shares: readonly Through[] = [
  ...(['MOCK', 'PAYPAY', 'MOCK', 'LAKALA'] as const),
  ...(['MOCK', 'merchant', 'MOCK', 'MOCK'] as const),
];

/** Merchants repeat what is not decided, and so stay away where nobody repeats anything. */
export function throughOf(buyer: number, repeats: boolean): Through {
  const through = shares[buyer % shares.length] ?? 'MOCK';
  return through === 'merchant' && !repeats ? 'LAKALA' : through;
}

/** PayPay takes yen only, which have no decimals. */
export const orderThrough = (through: Through, orderNo: string) =>
  through === 'PAYPAY'
    ? {
        ...{ orderNo, amount: '999', currency: 'JPY' },
        items: [{ sku: 'BOOK-1', quantity: 1, unitAmount: '999' }],
      }
    : newOrder(orderNo);

export const paymentThrough = (through: Through, orderNo: string) =>
  through === 'PAYPAY'
    ? { orderNo, amount: '999', currency: 'JPY', channel: 'PAYPAY' }
    : { orderNo, amount: '99.90', channel: through };

/**
 * A creation that went down with its worker is asked about and sent again in a minute or two, and who
 * pays then is the simulator's: no buyer stands there for so long.
 */
const heardOfWithinMs = 10_000;
/** Doubled each time, so that those who stand there do not take the machine. */
const lookPauseMs = { first: 50, max: 1_000 } as const;

/**
 * The payer: pays as soon as the gateway has it. Returns the gateway's number of what was paid; null
 * when the gateway has not heard of it in time.
 */
export async function payAtMock(gateways: Gateways, payNo: string): Promise<string | null> {
  const deadline = performance.now() + heardOfWithinMs;
  for (let pauseMs: number = lookPauseMs.first; performance.now() < deadline; pauseMs *= 2) {
    const found: Json | null = await gateways
      .control('GET', `/payments/mock/${payNo}`)
      .catch(() => null);
    const booked = found?.['payment'] as BookedPayment | undefined;
    if (booked?.status === 'SUCCESS') return booked.transactionId;
    if (booked?.status === 'PENDING')
      await gateways.control('POST', `/payments/mock/${payNo}/pay`, {}).catch(() => undefined);
    else await sleep(Math.min(pauseMs, lookPauseMs.max));
  }
  return null;
}

/** An order of the merchant API. Returns the routing key of its payment. */
export async function buyAsMerchant(targets: Targets, number: string): Promise<string> {
  const order = {
    ...{ app_id: merchantApp, merchant_order_id: number, amount: 9_990, order_type: 'payment' },
    subject: 'a plumb bob',
  };
  const call = { method: 'POST', path: '/payment-orders', body: order } as const;
  const { status, body } = await decidedByMerchantApi(targets, { ...call, idempotencyKey: number });
  if (status !== 202) throw new Error(`${number}: ${status} ${JSON.stringify(body)}`);
  return `${merchantApp}/${number}`;
}

/** How long a merchant looks for an end before it leaves its order to itself. */
const lookedAtMs = 20_000;

/** Gives a part back, in two steps and under a key, once the order is seen to have been paid. */
export async function refundAsMerchant(
  targets: Targets,
  number: string,
  signal: AbortSignal,
): Promise<string | null> {
  const path = `/payment-orders/${number}?app_id=${merchantApp}`;
  const deadline = performance.now() + lookedAtMs;
  while (performance.now() < deadline && !signal.aborted) {
    const { body } = await decidedByMerchantApi(targets, { method: 'GET', path });
    if (body['status'] === 'failed') return null;
    if (body['status'] === 'succeeded') {
      const refund = { app_id: merchantApp, payment_order_id: body['id'], amount: 990 };
      const call = { method: 'POST', path: '/refund-orders', body: refund } as const;
      const answer = await decidedByMerchantApi(targets, { ...call, idempotencyKey: number });
      if (answer.status === 202) return String(answer.body['id']);
      throw new Error(`refund of ${number}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    await sleep(1_000);
  }
  return null;
}
