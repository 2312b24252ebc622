import type {
  Codec,
  GatewayTransactionClaimed,
  PaymentsEvent,
  ResultsEvent,
} from '@plumbline/events';
import { decodeEnvelope, topics } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { checkBooks } from '../checks/check-books.ts';
import type { KeyedPaymentsEvent } from '../checks/check-books.ts';
import { checkClaims } from '../checks/check-claims.ts';
import { checkChains } from '../checks/check-log.ts';
import { checkResults } from '../checks/check-results.ts';
import { learnAll, readTopic } from '../checks/read-log.ts';
import type { Violation } from '../checks/violation.ts';
import { violation } from '../checks/violation.ts';
import type { Load } from './load.ts';
import type { ResultReader } from './result-reader.ts';
import type { World } from './world.ts';
import { partitions } from './world.ts';

type View = Pick<World, 'log' | 'codec'>;

/** The payments of a log, decoded, in the order of each key. */
export async function paymentsIn(view: View): Promise<readonly KeyedPaymentsEvent[]> {
  const read = await readDecoded(view, topics.paymentsEvents.name);
  // The topic holds nothing but these; the codec has checked it.
  return read.map(({ record, payload }) => ({
    ...{ key: record.key?.toString() ?? '', event: payload as PaymentsEvent },
  }));
}

interface Decoded {
  readonly record: LogRecord;
  readonly payload: ReturnType<Codec['decode']>;
}

async function readDecoded({ log, codec }: View, topic: string): Promise<readonly Decoded[]> {
  const records = await readTopic(log, topic, partitions);
  await learnAll(codec, records);
  return records.map((record) => ({ record, payload: codec.decode(topic, record.value) }));
}

/**
 * What the log says of money, against the books of the gateways, the result streams, the claims of
 * transactions and what the payments' own API shows; and that every promise of the clients is in it.
 */
export async function moneyViolations(
  world: World,
  of: { readonly load: Load; readonly results: ResultReader },
): Promise<readonly Violation[]> {
  const { gateways } = world;
  if (gateways === null) return [];
  const payments = await paymentsIn(world);
  const read = await readDecoded(world, topics.resultsEvents.name);
  const results = read.map(({ record, payload }) => ({
    ...{ record, envelope: decodeEnvelope(record.headers), event: payload as ResultsEvent },
  }));
  const claims = await readDecoded(world, topics.transactionsEvents.name);
  return [
    ...checkBooks(payments, await gateways.books()),
    ...checkClaims(
      payments,
      claims.map(({ payload }) => payload.data as GatewayTransactionClaimed),
    ),
    ...checkChains(results),
    ...checkResults({
      payments,
      results: results.map(({ envelope, event }) => ({ eventId: envelope.id, event })),
      streamed: of.results.entries,
    }),
    ...unkept(payments, of.load),
    ...(await shownOtherwise(world, payments)),
  ];
}

/** I1: who was answered finds it in the log. */
function unkept(payments: readonly KeyedPaymentsEvent[], load: Load): readonly Violation[] {
  const created = new Set<string>();
  const refunds = new Set<string>();
  for (const { key, event } of payments) {
    if (event.type === 'PaymentCreated') created.add(key);
    if (event.type === 'RefundRequested') refunds.add(event.data.refundId);
  }
  return [
    ...load.begun
      .filter((key) => !created.has(key))
      .map((key) => violation('I1', `the payment of ${key} was answered, and is not there`)),
    ...load.refunds
      .filter((id) => !refunds.has(id))
      .map((id) => violation('I1', `the refund ${id} was answered, and is not there`)),
  ];
}

const shownEnds: Partial<Record<PaymentsEvent['type'], string>> = {
  PaymentSucceeded: 'SUCCESS',
  PaymentFailed: 'FAILED',
  PaymentClosed: 'CLOSED',
};

/** I4: contract 1's list of the payments of orders that are kept here, at their ends. */
async function shownOtherwise(
  world: World,
  payments: readonly KeyedPaymentsEvent[],
): Promise<readonly Violation[]> {
  const expected = new Map<string, string>();
  for (const { key, event } of payments) {
    const end = shownEnds[event.type];
    if (key.startsWith('main/') && end !== undefined) expected.set(event.data.payNo, end);
  }
  const found: Violation[] = [];
  for (let cursor = ''; ;) {
    const page = await pageOf(world, cursor);
    for (const { payNo, status } of page.payments) {
      const end = expected.get(payNo);
      expected.delete(payNo);
      if (end !== undefined && end !== status)
        found.push(violation('I4', `${payNo} shows ${status}, and is ${end}`));
    }
    if (page.nextCursor === null) break;
    cursor = `&cursor=${page.nextCursor}`;
  }
  const missing = [...expected.keys()].map((payNo) => violation('I4', `${payNo} does not show`));
  return [...found, ...missing];
}

interface Page {
  readonly payments: readonly { readonly payNo: string; readonly status: string }[];
  readonly nextCursor: string | null;
}

async function pageOf({ platform }: World, cursor: string): Promise<Page> {
  const url = `${platform.url('payments')}/payments?limit=200${cursor}`;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { readonly data: Page }).data;
}
