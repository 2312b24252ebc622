import { setTimeout as sleep } from 'node:timers/promises';
import { awaitForMs, longDeadlineMs, paidInDeadlineMs, pollMs } from '../limits.ts';
import type { Answer, HttpCalls } from './http-calls.ts';
import { recordOf, succeeded, textIn, WrongAnswer } from './shop.ts';

/** What the local stack knows merchant 1000's monitor client by (contract 0). */
const authorization = 'Bearer local-monitor-key';
const merchant = '1000';
const channel = { cid: '2', type: 'wxpay', channel: 'wxpay1#1001', pattern: 1 };

/** A personal account of its own for a run, the orders paid into it, and a client that watches it. */
export interface WatchedAccount {
  /** `1000.<id>` */
  readonly name: string;
  register(): Promise<void>;
  /** Places an order and opens its payment into the account; resolves when it waits for money. */
  order(orderNo: string, of: { readonly amount: string; readonly expires: boolean }): Promise<void>;
  /** What the account says of the order. */
  untilEnded(orderNo: string): Promise<void>;
  /** Reports money; what the report is answered. */
  report(platformOrder: string, amount: string): Promise<string>;
  /** By hand; what the answer says of the money. */
  match(platformOrder: string, orderNo: string): Promise<string>;
  setAside(platformOrder: string): Promise<string>;
}

export function createWatchedAccount(options: {
  readonly calls: HttpCalls;
  readonly urls: Readonly<Record<'orders' | 'payments' | 'channel-monitor', string>>;
  /** Names the account. */
  readonly aid: string;
  readonly signal: AbortSignal;
}): WatchedAccount {
  const { calls, urls, aid, signal } = options;
  const name = `${merchant}.${aid}`;
  const monitor = `${urls['channel-monitor']}/api/monitor`;

  const post = async (url: string, body: object, headers = {}) =>
    answered(await calls.call({ method: 'POST', url, body, headers }), url);

  /** `null` while the account was not told of it. */
  async function statusOf(orderNo: string): Promise<string | null> {
    const url = `${monitor}/orders/${orderNo}`;
    const answer = await calls.call({ method: 'GET', url });
    if (answer.status === 404) return null;
    const attempts = answered(answer, url)['attempts'];
    const [latest] = Array.isArray(attempts) ? (attempts as readonly unknown[]) : [];
    const attempt = recordOf(latest);
    return attempt === null ? null : textIn(attempt, 'status');
  }

  async function until(orderNo: string, isRight: (status: string | null) => boolean) {
    const untilMs = performance.now() + awaitForMs;
    for (;;) {
      const status = await statusOf(orderNo);
      if (isRight(status)) return;
      if (performance.now() > untilMs)
        throw new WrongAnswer(`${orderNo} is ${status ?? 'not known'} on the account ${name}`);
      await sleep(pollMs, undefined, { signal });
    }
  }

  return {
    name,
    async register() {
      const body = { pid: merchant, aid, name: 'npm run demo', channels: [channel] };
      await post(`${monitor}/accounts`, body);
    },
    async order(orderNo, { amount, expires }) {
      const placing = `${urls.orders}/orders`;
      const order = {
        ...{ orderNo, amount, currency: 'CNY' },
        items: [{ sku: 'sku-monitored', quantity: 1, unitAmount: amount }],
        payWithinSeconds: (expires ? paidInDeadlineMs : longDeadlineMs) / 1_000,
      };
      succeeded(await calls.call({ method: 'POST', url: placing, body: order }), placing);
      const paying = `${urls.payments}/payments`;
      const payment = { orderNo, amount, channel: 'PERSONAL', account: name };
      succeeded(await calls.call({ method: 'POST', url: paying, body: payment }), paying);
      await until(orderNo, (status) => status !== null);
    },
    untilEnded: (orderNo) =>
      until(orderNo, (status) => status === 'CLOSED' || status === 'EXPIRED'),
    async report(platformOrder, amount) {
      const seen = JSON.stringify({ from: 'a payer', amount });
      const money = { payway: channel.type, channel: channel.channel, price: Number(amount) };
      const record = { pid: Number(merchant), aid, ...money, platformOrder, rawPayload: seen };
      return textIn(await post(`${monitor}/records`, record, { authorization }), 'result');
    },
    async match(platformOrder, orderId) {
      const url = `${monitor}/money/${merchant}/${aid}/${platformOrder}/match`;
      return textIn(await post(url, { orderId, reason: 'the payer named it' }), 'was');
    },
    async setAside(platformOrder) {
      const url = `${monitor}/money/${merchant}/${aid}/${platformOrder}/set-aside`;
      return textIn(await post(url, { reason: 'a present' }), 'was');
    },
  };
}

function answered({ status, body }: Answer, url: string): Readonly<Record<string, unknown>> {
  const data = recordOf(body);
  if (status === 200 && data !== null) return data;
  throw new WrongAnswer(`${url} answered ${status} ${JSON.stringify(body)}`);
}
