import type { Through } from './gateway-buyers.ts';
import {
  buyAsMerchant,
  orderThrough,
  payAtMock,
  paymentThrough,
  refundAsMerchant,
  throughOf,
} from './gateway-buyers.ts';
import type { Gateways } from './gateways.ts';
import { call, callUntilDecided, callback } from './world.ts';

/** Where to call; a new answer each time, so that a balancer can stand behind it. */
export interface Targets {
  orders(): string;
  payments(): string;
}

/** Careful clients that buy until they are told to stop, and remember what they were promised. */
export interface Load {
  /** Orders whose creation was answered with 2xx. */
  readonly created: readonly string[];
  /** Orders whose payment was reported as a success and taken. */
  readonly paid: readonly string[];
  /** Payments that were begun and end by what their gateway says; by their record keys. */
  readonly begun: readonly string[];
  /** Refunds that a merchant was promised, by id. */
  readonly refunds: readonly string[];
  /** Lets every buyer finish what it is at. Errors: an answer that must not be. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly targets: Targets;
  /** A new one comes each so often, whether or not those before are done. */
  readonly everyMs: number;
  /** So many at once at most: whoever finds them all waiting does not come in. */
  readonly buyersMax: number;
  /**
   * True of careful clients, who repeat a call until it is decided. Others take the first answer,
   * and anything but a success is a failure.
   */
  readonly repeats: boolean;
  /** Of the order numbers; another one for each load on one log. */
  readonly prefix: string;
  /** Where a share of the purchases goes through; null where everything is paid by hand. */
  readonly gateways: Gateways | null;
}

/** Longer than any outage of these runs, recovery included. */
const decidedWithinMs = 90_000;

export function startLoad(options: LoadOptions): Load {
  const { targets, prefix, gateways } = options;
  const created: string[] = [];
  const paid: string[] = [];
  const begun: string[] = [];
  const refunds: string[] = [];
  const closing = new AbortController();
  let next = 0;

  const ask = options.repeats ? decided : once;

  async function buy(orderNo: string, through: Through): Promise<void> {
    const order = await ask(() => `${targets.orders()}/orders`, orderThrough(through, orderNo));
    expectOk(order, 'orderNo', orderNo);
    created.push(orderNo);
    const payment = paymentThrough(through, orderNo);
    const { data } = expectOk(
      await ask(() => `${targets.payments()}/payments`, payment),
      'orderNo',
      orderNo,
    );
    begun.push(`main/${orderNo}`);
    if (through === 'MOCK') await report(orderNo, String(data['payNo']));
  }

  /** Carries the word of whoever took the money. */
  async function report(orderNo: string, payNo: string): Promise<void> {
    const said = callback(payNo, 'SUCCESS', orderNo);
    const channelTradeNo =
      gateways === null ? said.channelTradeNo : await payAtMock(gateways, payNo);
    if (channelTradeNo === null) return;
    const settled = await ask(() => `${targets.payments()}/payments/mock-callback`, {
      ...said,
      channelTradeNo,
    });
    expectOk(settled, 'currentStatus', 'SUCCESS');
    paid.push(orderNo);
  }

  async function buyThere(number: string): Promise<void> {
    begun.push(await buyAsMerchant(targets, number));
    const refund = await refundAsMerchant(targets, number, closing.signal);
    if (refund !== null) refunds.push(refund);
  }

  const buyers = new Set<Promise<void>>();
  const failed: unknown[] = [];
  const come = () => {
    if (buyers.size >= options.buyersMax) return;
    next += 1;
    const through = gateways === null ? 'MOCK' : throughOf(next, options.repeats);
    const number = `${prefix}${next}`;
    const buyer = (through === 'merchant' ? buyThere(number) : buy(number, through))
      .catch((error: unknown) => void failed.push(error))
      .finally(() => buyers.delete(buyer));
    buyers.add(buyer);
  };
  const door = setInterval(come, options.everyMs);
  return {
    ...{ created, paid, begun, refunds },
    stop: async () => {
      clearInterval(door);
      closing.abort();
      await Promise.all(buyers);
      if (failed.length === 0) return;
      const why = [...new Set(failed.map(String))].slice(0, 5).join('; ');
      throw new Error(`${failed.length} clients failed: ${why}`);
    },
  };
}

const decided = (url: () => string, body: object) =>
  callUntilDecided(url, 'POST', body, decidedWithinMs);

async function once(url: () => string, body: object): Promise<Decided> {
  const to = url();
  const answer = await call(to, 'POST', body);
  if (answer === null) throw new Error(`${to} does not answer`);
  return answer;
}

type Decided = Awaited<ReturnType<typeof callUntilDecided>>;

function expectOk(answer: Decided, field: string, value: string): Decided {
  if (answer.status === 200 && answer.data[field] === value) return answer;
  const { status, code, data } = answer;
  throw new Error(`answered ${status} ${code} ${JSON.stringify(data)}, not ${field} = ${value}`);
}
