import type { Reported } from '../model/journal.ts';
import type { PlannedOrder, PlannedItem } from '../plan/make-plan.ts';
import type { ReportedStatus } from '../plan/stories.ts';
import { longDeadlineMs, shortDeadlineMs } from '../limits.ts';
import type { Answer, HttpCalls } from './http-calls.ts';
import { signatureOf } from './sign.ts';

/** An answer that no contract allows here. The order's story ends with it. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

export interface Report {
  readonly payNo: string;
  readonly status: ReportedStatus;
  readonly timestamp: string;
  readonly nonce: string;
  readonly forged: boolean;
}

export type ReportAnswer = Pick<Reported, 'answer' | 'repeated' | 'sentAtMs' | 'answeredAtMs'>;

/** The HTTP APIs of orders and payments, as a shop and a payment channel use them. */
export interface Shop {
  placeOrder(orderNo: string, order: PlannedOrder): Promise<Answer>;
  openPayment(orderNo: string, order: PlannedOrder): Promise<{ readonly payNo: string }>;
  cancelOrder(orderNo: string): Promise<Answer>;
  report(report: Report): Promise<ReportAnswer>;
  /** `null` while nothing is shown yet. */
  orderStatus(orderNo: string): Promise<string | null>;
  paymentStatus(payNo: string): Promise<string | null>;
}

export function createShop(options: {
  readonly calls: HttpCalls;
  readonly ordersUrl: string;
  readonly paymentsUrl: string;
  readonly secret: string;
}): Shop {
  const { calls, ordersUrl, paymentsUrl, secret } = options;
  const post = (url: string, body: unknown) => calls.call({ method: 'POST', url, body });
  const statusAt = async (url: string): Promise<string | null> => {
    const answer = await calls.call({ method: 'GET', url });
    // A read model may be a moment behind what was answered elsewhere.
    return answer.status === 404 ? null : textIn(succeeded(answer, url), 'status');
  };
  return {
    async placeOrder(orderNo, order) {
      const url = `${ordersUrl}/orders`;
      const deadlineMs = order.story.expires ? shortDeadlineMs : longDeadlineMs;
      const answer = await post(url, {
        orderNo,
        items: order.items.map(itemOut),
        amount: majorOf(order.amountMinor),
        currency: 'CNY',
        payWithinSeconds: deadlineMs / 1_000,
      });
      requireSame(textIn(succeeded(answer, url), 'orderNo'), orderNo, url);
      return answer;
    },
    async openPayment(orderNo, order) {
      const url = `${paymentsUrl}/payments`;
      const amount = majorOf(order.amountMinor);
      const data = succeeded(await post(url, { orderNo, amount, channel: 'MOCK' }), url);
      requireSame(textIn(data, 'orderNo'), orderNo, url);
      return { payNo: textIn(data, 'payNo') };
    },
    async cancelOrder(orderNo) {
      const url = `${ordersUrl}/orders/${orderNo}/cancel`;
      const answer = await post(url, { reason: 'the buyer changed their mind' });
      requireSame(textIn(succeeded(answer, url), 'status'), 'CANCELLED', url);
      return answer;
    },
    async report({ payNo, status, timestamp, nonce, forged }) {
      const url = `${paymentsUrl}/payments/mock-callback`;
      const fields = { payNo, callbackStatus: status, timestamp, nonce };
      const signature = signatureOf(fields, forged ? 'not the secret' : secret);
      const answer = await post(url, { ...fields, channelTradeNo: `MOCK_${nonce}`, signature });
      const { repeated, sentAtMs, answeredAtMs } = answer;
      const how = { repeated, sentAtMs, answeredAtMs };
      if (answer.status === 401) return { answer: 'REFUSED', ...how };
      const data = succeeded(answer, url);
      requireSame(textIn(data, 'payNo'), payNo, url);
      return { answer: resultOf(textIn(data, 'result'), url), ...how };
    },
    orderStatus: (orderNo) => statusAt(`${ordersUrl}/orders/${orderNo}`),
    paymentStatus: (payNo) => statusAt(`${paymentsUrl}/payments/${payNo}`),
  };
}

const itemOut = ({ sku, quantity, unitAmountMinor }: PlannedItem) => ({
  sku,
  quantity,
  unitAmount: majorOf(unitAmountMinor),
});

/** Contract 1: major units with two decimals, as text so that no float comes near. */
export function majorOf(minor: bigint): string {
  const digits = minor.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** The data of contract 1's envelope. Errors: {@link WrongAnswer}. */
export function succeeded(answer: Answer, url: string): Readonly<Record<string, unknown>> {
  const body = recordOf(answer.body);
  const data = recordOf(body?.['data']);
  if (answer.status === 200 && body?.['code'] === '00000' && data !== null) return data;
  throw new WrongAnswer(`${url} answered ${answer.status} ${JSON.stringify(answer.body)}`);
}

export const recordOf = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' && value !== null ? { ...value } : null;

/** Errors: {@link WrongAnswer}. */
export function textIn(data: Readonly<Record<string, unknown>>, field: string): string {
  const value = data[field];
  if (typeof value === 'string') return value;
  throw new WrongAnswer(`an answer has no ${field}: ${JSON.stringify(data)}`);
}

function requireSame(found: string, expected: string, url: string): void {
  if (found !== expected) throw new WrongAnswer(`${url} answered ${found}, not ${expected}`);
}

function resultOf(text: string, url: string): Reported['answer'] {
  if (text === 'PROCESSED' || text === 'IGNORED' || text === 'FAILED') return text;
  throw new WrongAnswer(`${url} answered the result ${text}`);
}
