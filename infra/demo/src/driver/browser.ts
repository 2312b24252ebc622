import { randomUUID } from 'node:crypto';
import { formatMajor, parseMajor } from '@plumbline/kernel';
import { z } from 'zod';
import type { Currency, PlannedPurchase } from '../plan/plan-purchases.ts';
import { channelOf } from '../plan/plan-purchases.ts';
import type { Answer, Call, HttpCalls } from './http-calls.ts';
import { WrongAnswer } from './shop.ts';

/** A purchase as the shop's page shows it. */
export interface ShownPurchase {
  readonly orderNo: string;
  readonly status: string | null;
  readonly checkout: string | null;
  /** Who refused it, as a code. */
  readonly because: string | null;
  readonly payUrl: string | null;
}

export interface ShownBalance {
  readonly currency: Currency;
  readonly balanceMinor: bigint;
  readonly heldMinor: bigint;
}

/** One person in front of the shop's page: a session by cookie, its CSRF token, its position. */
export interface Browser {
  /** Who the shop takes the person for. */
  readonly userId: string;
  /** Asks for it `times` times at once under one key, as a double click does. The order's number. */
  buy(purchase: PlannedPurchase, skuOf: (goods: string) => string): Promise<string>;
  purchase(orderNo: string): Promise<ShownPurchase>;
  cancel(orderNo: string): Promise<void>;
  balances(): Promise<readonly ShownBalance[]>;
}

const token = z.object({ idToken: z.string() });
const session = z.object({ user: z.object({ id: z.string() }), csrfToken: z.string() });
const purchaseAnswer = z.object({
  purchase: z.object({
    orderNo: z.string(),
    status: z.string().nullable(),
    payment: z.object({ payUrl: z.string().nullable() }).nullable(),
    checkout: z.object({ status: z.string(), refusedBecause: z.string().nullable() }).nullable(),
  }),
});
const minorIn = (currency: Currency, amount: number): bigint => {
  const minor = parseMajor(String(amount), currency);
  if (typeof minor === 'bigint') return minor;
  throw new WrongAnswer(`${amount} is no amount in ${currency}`);
};
const balancesAnswer = z.object({
  balances: z.array(
    z
      .object({ currency: z.enum(['CNY', 'JPY']), balance: z.number(), held: z.number() })
      .transform(({ currency, balance, held }) => ({
        currency,
        balanceMinor: minorIn(currency, balance),
        heldMinor: minorIn(currency, held),
      })),
  ),
});

/** Logs in with a token of the local issuer. Errors: {@link WrongAnswer}. */
export async function openBrowser(options: {
  readonly calls: HttpCalls;
  readonly shopUrl: string;
  readonly user: string;
}): Promise<Browser> {
  const { calls, shopUrl, user } = options;
  // Every unsafe call of a browser names the page's origin (Fetch Standard, section 3.2).
  const fromPage = { origin: shopUrl };
  const { idToken } = await asked(calls, token, {
    ...{ method: 'POST', url: `${shopUrl}/local-issuer/token`, body: { user } },
  });
  const logIn: Call = {
    ...{ method: 'POST', url: `${shopUrl}/api/session`, body: { idToken }, headers: fromPage },
  };
  const answer = await calls.call(logIn);
  const { user: known, csrfToken } = parsed(session, answer, logIn);
  const cookie = cookieOf(answer);
  let position: string | null = null;
  const call = async (
    method: 'GET' | 'POST',
    path: string,
    more: Pick<Call, 'body' | 'headers'> = {},
  ) => {
    const all: Call = {
      ...{ method, url: `${shopUrl}${path}`, ...more },
      headers: {
        ...(method === 'GET' ? {} : { ...fromPage, 'x-csrf-token': csrfToken }),
        ...(position === null ? {} : { 'plumbline-position': position }),
        ...more.headers,
        cookie,
      },
    };
    const given = await calls.call(all);
    const { 'plumbline-position': at } = given.headers;
    if (typeof at === 'string') position = at;
    return { given, all };
  };
  return {
    userId: known.id,
    async buy(purchase, skuOf) {
      const headers = { 'idempotency-key': randomUUID() };
      const once = async () => {
        const body = basketOf(purchase, skuOf);
        const { given, all } = await call('POST', '/api/purchases', { headers, body });
        return shownIn(given, all).orderNo;
      };
      const numbers = new Set(await Promise.all(Array.from({ length: purchase.kind.times }, once)));
      const [orderNo] = numbers;
      if (orderNo !== undefined && numbers.size === 1) return orderNo;
      throw new WrongAnswer(`one key made ${numbers.size} purchases`);
    },
    purchase: async (orderNo) => {
      const { given, all } = await call('GET', `/api/purchases/${orderNo}`);
      // A read model may be a moment behind what was answered elsewhere.
      return given.status === 404 ? notShown(orderNo) : shownIn(given, all);
    },
    async cancel(orderNo) {
      const body = { reason: 'changed my mind' };
      const { given, all } = await call('POST', `/api/purchases/${orderNo}/cancel`, { body });
      shownIn(given, all);
    },
    async balances() {
      const { given, all } = await call('GET', '/api/account');
      return parsed(balancesAnswer, given, all).balances;
    },
  };
}

function shownIn(answer: Answer, call: Call): ShownPurchase {
  const { orderNo, status, checkout, payment } = parsed(purchaseAnswer, answer, call).purchase;
  return {
    ...{ orderNo, status, checkout: checkout?.status ?? null },
    ...{ because: checkout?.refusedBecause ?? null, payUrl: payment?.payUrl ?? null },
  };
}

const notShown = (orderNo: string): ShownPurchase => ({
  ...{ orderNo, status: null, checkout: null, because: null, payUrl: null },
});

/** Prices are the shop's, and no part of a basket. */
function basketOf(purchase: PlannedPurchase, skuOf: (goods: string) => string) {
  const { currency, items, balanceMinor, kind } = purchase;
  return {
    items: items.map(({ goods, quantity }) => ({ sku: skuOf(goods), quantity })),
    currency,
    ...(balanceMinor === 0n ? {} : { balance: formatMajor(balanceMinor, currency) }),
    ...(kind.paidFrom === 'account' ? {} : { channel: channelOf[currency] }),
  };
}

/** The session's, as the browser gives it back. */
function cookieOf({ headers }: Answer): string {
  const cookies = [headers['set-cookie'] ?? []].flat();
  const sid = cookies.map((each) => each.split(';')[0] ?? '').find((c) => c.startsWith('sid='));
  if (sid === undefined) throw new WrongAnswer('the log-in sets no cookie sid');
  return sid;
}

async function asked<T>(calls: HttpCalls, shape: z.ZodType<T>, call: Call): Promise<T> {
  return parsed(shape, await calls.call(call), call);
}

function parsed<T>(shape: z.ZodType<T>, answer: Answer, { method, url }: Call): T {
  const found = answer.status === 200 ? shape.safeParse(answer.body) : null;
  if (found?.success === true) return found.data;
  throw new WrongAnswer(
    `${method} ${url} answered ${answer.status} ${JSON.stringify(answer.body)}`,
  );
}
