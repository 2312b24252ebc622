import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '@plumbline/local';
import { request } from 'undici';
import { firstOrderMs, pollMs } from '../limits.ts';

const amount = '99.99';

/** Places an order, pays it, and resolves when it shows PAID. Errors: when an answer is not 200. */
export async function payOneOrder(platform: Platform, signal: AbortSignal): Promise<void> {
  const orderNo = randomUUID().replaceAll('-', '');
  const items = [{ sku: 'plumb-bob', quantity: 1, unitAmount: amount }];
  await post(
    `${platform.url('orders')}/orders`,
    { orderNo, items, amount, currency: 'CNY' },
    signal,
  );
  const payments = `${platform.url('payments')}/payments`;
  const { payNo } = await post(payments, { orderNo, amount, channel: 'MOCK' }, signal);
  if (typeof payNo !== 'string') throw new Error('the payment has no number');
  const callback = { payNo, callbackStatus: 'SUCCESS', timestamp: '1700000000000', nonce: orderNo };
  const secret = process.env['PLUMBLINE_CALLBACK_SECRET'] ?? 'local-callback-secret';
  // Contract 1: MD5 over status, nonce, payment number, timestamp and secret, upper-case hex.
  const signature = createHash('md5')
    .update(callback.callbackStatus + callback.nonce + payNo + callback.timestamp + secret)
    .digest('hex')
    .toUpperCase();
  await post(`${payments}/mock-callback`, { ...callback, signature }, signal);
  const until = performance.now() + firstOrderMs;
  const url = `${platform.url('orders')}/orders/${orderNo}`;
  for (;;) {
    const { status } = await call('GET', url, undefined, signal);
    if (status === 'PAID') return;
    if (performance.now() > until) throw new Error(`the first order shows ${String(status)}`);
    await sleep(pollMs, undefined, { signal });
  }
}

const post = (url: string, body: unknown, signal: AbortSignal) => call('POST', url, body, signal);

async function call(
  method: 'GET' | 'POST',
  url: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await request(url, {
    method,
    signal,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = (await response.body.json()) as { readonly data?: Record<string, unknown> };
  if (response.statusCode === 200 && answer.data !== undefined) return answer.data;
  throw new Error(`${method} ${url} answered ${response.statusCode} ${JSON.stringify(answer)}`);
}
