import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as limits from './limits.ts';

/** Somebody who buys over the API, as the page would, and stands before the gateway's page. */
export interface Buyers {
  /** An order that waits for its payment, by where it is paid. */
  buy(sku: string): Promise<{ readonly orderNo: string; readonly payUrl: string }>;
  /** The button on the gateway's page. */
  pay(payUrl: string): Promise<void>;
}

interface Purchase {
  readonly orderNo: string;
  readonly payment: { readonly payUrl?: string | null } | null;
}

export async function openBuyers(url: (path: string) => string, name: string): Promise<Buyers> {
  const token = await fetch(url('/local-issuer/token'), {
    ...{ method: 'POST', headers: { 'Content-Type': 'application/json' } },
    body: JSON.stringify({ user: name }),
  });
  const { idToken } = (await token.json()) as { readonly idToken: string };

  async function ask(
    path: string,
    { body, position }: { readonly body?: object; readonly position?: string },
  ): Promise<{ readonly purchase: Purchase; readonly position: string } | null> {
    const answer = await fetch(url(path), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        Authorization: `Bearer ${idToken}`,
        // What was bought is there to be read.
        ...(position === undefined ? {} : { 'Plumbline-Position': position }),
        ...(body === undefined
          ? {}
          : { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // Somebody who looks looks again.
    if (answer.status === 503 && body === undefined) return null;
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    const { purchase } = (await answer.json()) as { readonly purchase: Purchase };
    return { purchase, position: answer.headers.get('Plumbline-Position') ?? position ?? '' };
  }

  return {
    async buy(sku) {
      const items = [{ sku, quantity: 1 }];
      const body = { items, currency: 'JPY', balance: '0', channel: 'PAYPAY' };
      const bought = await ask('/api/purchases', { body });
      if (bought === null) throw new Error('a purchase has an answer');
      const { orderNo } = bought.purchase;
      const { position } = bought;
      const deadline = performance.now() + limits.toBePaidWithinMs;
      for (;;) {
        const looked = await ask(`/api/purchases/${orderNo}`, { position });
        const payUrl = looked?.purchase.payment?.payUrl;
        if (payUrl) return { orderNo, payUrl };
        if (performance.now() > deadline) throw new Error(`${orderNo} cannot be paid`);
        await sleep(limits.buyerPollMs);
      }
    },
    async pay(payUrl) {
      const body = new URLSearchParams({ do: 'pay' });
      const answer = await fetch(payUrl, { method: 'POST', body, redirect: 'manual' });
      if (answer.status >= 400) throw new Error(`${payUrl} answers ${answer.status}`);
    },
  };
}
