import { topics } from '@plumbline/events';
import { invariant } from '@plumbline/kernel';
import { readTopic } from '../checks/read-log.ts';
import type { Through } from './gateway-buyers.ts';
import { buyAsMerchant, orderThrough, paymentThrough } from './gateway-buyers.ts';
import type { Gateways } from './gateways.ts';
import { payers } from './misbehaviour.ts';
import type { Run } from './run.ts';
import { callUntilDecided, partitions, until } from './world.ts';

/** Of payments whose gateways never said a word of their own accord; ms from the charge. */
export interface WithoutWebhooks {
  readonly payments: number;
  readonly lostWebhooks: number;
  /** Until the payment had succeeded. */
  readonly succeeded: Percentiles;
  /** Until its order was paid, for those that have one here. */
  readonly orderPaid: Percentiles;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Issue: "all payments are right within 60 s (p99) of the charge". */
export const rightWithinMs = 60_000;

/** A third each; of those at Lakala every other one is a merchant's own, without an order here. */
const ways: readonly Through[] = ['MOCK', 'PAYPAY', 'LAKALA', 'MOCK', 'PAYPAY', 'merchant'];

/**
 * Makes payments one after the other for a while; each is paid at a moment of its own afterwards, and
 * every webhook is lost. Errors: one that is not right in time.
 */
export async function loseWebhooks(
  { world, targets, watcher }: Run,
  of: {
    readonly gateways: Gateways;
    readonly payments: number;
    /** How long they come. */
    readonly overMs: number;
    /** How long after its creation each is paid at the latest. */
    readonly paidWithinMs: number;
    readonly prefix: string;
  },
): Promise<WithoutWebhooks> {
  const { gateways, payments, overMs, paidWithinMs, prefix } = of;
  await gateways.control('POST', '/rules', { id: 'lose-all', on: 'callback', what: 'lose' });
  await gateways.control('PUT', '/autopay', { rules: [{ delayMsMax: paidWithinMs }] });
  const buy = async (number: string, through: Through): Promise<Bought> => {
    if (through === 'merchant') return { key: await buyAsMerchant(targets, number), own: false };
    const order = orderThrough(through, number);
    await accepted(`${number}: order`, () => `${targets.orders()}/orders`, order);
    const payment = paymentThrough(through, number);
    await accepted(`${number}: payment`, () => `${targets.payments()}/payments`, payment);
    return { key: `main/${number}`, own: true };
  };
  const begin = performance.now();
  const buying = Array.from({ length: payments }, async (_, at) => {
    await sleepUntil(begin + (overMs * at) / payments);
    return buy(`${prefix}${at}`, ways[at % ways.length] ?? 'MOCK');
  });
  const bought = await Promise.all(buying);
  const wrong = () =>
    bought.filter(
      ({ key, own }) =>
        !watcher.watch.has('PaymentSucceeded', key) ||
        (own && !watcher.watch.has('OrderPaid', key)),
    );
  const what = `${payments} payments are right`;
  await until(what, () => wrong().length === 0, paidWithinMs + 2 * rightWithinMs);
  const measured = await measure(world, gateways, bought);
  await gateways.control('DELETE', '/rules/lose-all');
  await gateways.control('PUT', '/autopay', { rules: payers });
  return measured;
}

interface Bought {
  /** Record key. */
  readonly key: string;
  /** Whether its order is kept here. */
  readonly own: boolean;
}

async function accepted(what: string, url: () => string, body: object): Promise<void> {
  const { status, code } = await callUntilDecided(url, 'POST', body);
  invariant(status === 200, `${what}: ${status} ${code}`);
}

const sleepUntil = (atMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - performance.now())));

/** From the second of the charge in the gateway's books to the broker's times. */
async function measure(
  world: Run['world'],
  gateways: Gateways,
  bought: readonly Bought[],
): Promise<WithoutWebhooks> {
  const { payments, callbacks } = await gateways.books();
  const paidAt = new Map(payments.map(({ reference, paidAt: at }) => [reference, at]));
  const succeeded = await timesOf(world, topics.paymentsEvents.name, 'PaymentSucceeded');
  const orderPaid = await timesOf(world, topics.ordersEvents.name, 'OrderPaid');
  const charged = (key: string): number => {
    const at = paidAt.get(succeeded.get(key)?.payNo ?? '');
    invariant(typeof at === 'number', `${key} has succeeded, and was never charged`);
    return at;
  };
  const since = (times: typeof succeeded, some: readonly Bought[]): Percentiles =>
    percentiles(some.map(({ key }) => (times.get(key)?.atMs ?? Infinity) - charged(key)));
  const references = new Set(bought.map(({ key }) => succeeded.get(key)?.payNo ?? ''));
  const said = callbacks.filter(({ reference }) => references.has(reference));
  invariant(
    said.every(({ state }) => state === 'lost'),
    'a webhook came through',
  );
  const lost = new Set(said.map(({ reference }) => reference));
  invariant(lost.size === bought.length, `${lost.size} of ${bought.length} had a webhook to lose`);
  const measured = {
    ...{ payments: bought.length, lostWebhooks: said.length },
    succeeded: since(succeeded, bought),
    orderPaid: since(
      orderPaid,
      bought.filter(({ own }) => own),
    ),
  };
  const { p99 } = measured.orderPaid;
  invariant(p99 <= rightWithinMs && measured.succeeded.p99 <= rightWithinMs, `p99 is ${p99} ms`);
  return measured;
}

/** Broker time of the event of each key, and the number of the payment that it names. */
async function timesOf(
  { log }: Run['world'],
  topic: string,
  type: string,
): Promise<ReadonlyMap<string, { readonly atMs: number; readonly payNo: string }>> {
  const records = await readTopic(log, topic, partitions);
  return new Map(
    records
      .filter(({ headers }) => headers['ce_type']?.toString() === type)
      .map(({ key, timestampMs, headers }) => [
        key?.toString() ?? '',
        { atMs: timestampMs, payNo: headers['ce_subject']?.toString() ?? '' },
      ]),
  );
}

function percentiles(times: readonly number[]): Percentiles {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Infinity;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
