import type { PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History, ReadEntry } from '../history/history.ts';
import { isReadable, keyOf } from '../history/history.ts';
import { merchantKeys } from '../oracles/merchants.ts';
import { purchaseKeys } from '../oracles/purchases.ts';
import { takenIn } from '../oracles/parking.ts';
import type { Walked } from '../oracles/walk.ts';
import { walkOf } from '../oracles/walk.ts';
import type { ModelTimer } from '../oracles/order-model.ts';
import { bodyOf, hashOfEvent } from '@plumbline/events';
import type { Checker } from './checker.ts';

/** What a changelog holds once it is compacted, by partition. */
type Kept = ReadonlyMap<string, Buffer>;

export function compacted(history: History, changelog: string, partition: number): Kept {
  const kept = new Map<string, Buffer>();
  for (const { record } of history.committed(changelog)) {
    if (record.partition !== partition) continue;
    const key = record.key?.toString('utf8') ?? '';
    if (record.value === null) kept.delete(key);
    else kept.set(key, record.value);
  }
  return kept;
}

/** state */
export const stateChecker: Checker = {
  name: 'state',
  title: 'state, timers and local copies equal the fold of the events',
  check: (history) => [
    ...aggregates(history, topics.ordersChangelog.name, walkOf(history).orders),
    ...aggregates(history, topics.paymentsChangelog.name, walkOf(history).payments),
    ...managers(history),
    ...timersTwice(history),
    ...localCopies(history),
  ],
};

/** As the changelog writes values: a bigint is `{"$n":"123"}` (docs/formats.md). */
const parsed = (bytes: Buffer): unknown =>
  JSON.parse(bytes.toString('utf8'), (_key, part: unknown) =>
    typeof part === 'object' && part !== null && '$n' in part ? BigInt(String(part.$n)) : part,
  ) as unknown;

interface KeptAggregate {
  readonly version: bigint;
  readonly hash: string;
  readonly state: { readonly status: string };
}

function aggregates(
  history: History,
  changelog: string,
  walked: ReadonlyMap<string, Walked<{ readonly status: string }>>,
): readonly Violation[] {
  const found: Violation[] = [];
  const left = new Set(walked.keys());
  for (let partition = 0; partition < history.partitions; partition += 1) {
    const kept = compacted(history, changelog, partition);
    const timers = new Set([...kept.keys()].filter((key) => key.startsWith('t/')));
    for (const [name, bytes] of kept) {
      if (!name.startsWith('s/aggregates/')) continue;
      const key = name.slice('s/aggregates/'.length);
      left.delete(key);
      const { version, hash, state } = parsed(bytes) as KeptAggregate;
      const {
        model,
        events,
        timers: wanted,
      } = walked.get(key) ?? { model: null, events: [], timers: [] };
      const where = `${changelog}: ${key}`;
      const status = model?.status ?? 'none';
      if (state.status !== status)
        found.push(violation('state', `${where} is ${state.status}, not ${status}`));
      if (version !== BigInt(events.length)) {
        found.push(violation('state', `${where} is at version ${version}, not ${events.length}`));
      }
      const last = events.at(-1);
      const isHashed = last !== undefined && last.envelope.aggregateVersion !== null;
      if (isHashed && hash !== hashOf(key, last)) {
        found.push(violation('state', `${where} has another hash than its newest event`));
      }
      for (const timer of wanted) {
        if (timers.delete(timerKey(key, timer))) continue;
        found.push(
          violation('state', `${where} wants ${timer.name} at ${timer.dueMs}, and has no timer`),
        );
      }
    }
    for (const timer of timers)
      found.push(violation('state', `${changelog}: ${timer} is left over`));
  }
  for (const key of left) found.push(violation('state', `${changelog}: ${key} is missing`));
  return found;
}

const timerKey = (key: string, { name, dueMs }: ModelTimer): string =>
  `t/${String(dueMs).padStart(15, '0')}/${key}/${name}`;

const hashOf = (key: string, { envelope, record }: ReadEntry): string =>
  hashOfEvent({ key, envelope, body: bodyOf(record.value ?? Buffer.alloc(0)) });

interface KeptManager {
  readonly payment: { readonly payNo: string; readonly ended: boolean } | null;
  readonly orderEndedUnpaid: boolean;
  readonly isPurchase?: true;
}

/** What the checkout remembers of each order. */
function managers(history: History): readonly Violation[] {
  const changelog = topics.checkoutChangelog.name;
  const expected = new Map<string, KeptManager>();
  const nothing: KeptManager = { payment: null, orderEndedUnpaid: false };
  const merchants = merchantKeys(history);
  const purchases = purchaseKeys(history);
  for (const key of merchants) expected.set(key, nothing);
  for (const entry of takenIn(history, topics.paymentsEvents.name).filter(isReadable)) {
    const { type, data } = entry.payload as PaymentsEvent;
    if (merchants.has(keyOf(entry))) continue;
    const before = expected.get(keyOf(entry)) ?? nothing;
    if (type === 'PaymentCreated') {
      const payment = { payNo: data.payNo, ended: false };
      expected.set(keyOf(entry), { ...before, payment });
    }
    if (type === 'PaymentSucceeded' || type === 'PaymentFailed' || type === 'PaymentClosed') {
      const payment = { payNo: data.payNo, ended: true };
      expected.set(keyOf(entry), { ...before, payment });
    }
  }
  for (const entry of takenIn(history, topics.ordersEvents.name).filter(isReadable)) {
    const { type } = entry.payload;
    const before = expected.get(keyOf(entry)) ?? nothing;
    if (type === 'OrderCreated' && purchases.has(keyOf(entry)))
      expected.set(keyOf(entry), { ...before, isPurchase: true });
    if (type !== 'OrderCancelled' && type !== 'OrderExpired' && type !== 'OrderFailed') continue;
    expected.set(keyOf(entry), { ...before, orderEndedUnpaid: true });
  }
  const found: Violation[] = [];
  for (let partition = 0; partition < history.partitions; partition += 1) {
    for (const [name, bytes] of compacted(history, changelog, partition)) {
      if (!name.startsWith('s/managers/')) continue;
      const key = name.slice('s/managers/'.length);
      const kept = parsed(bytes) as KeptManager;
      const wanted = expected.get(key) ?? nothing;
      expected.delete(key);
      const same =
        kept.orderEndedUnpaid === wanted.orderEndedUnpaid &&
        kept.isPurchase === wanted.isPurchase &&
        kept.payment?.payNo === wanted.payment?.payNo &&
        kept.payment?.ended === wanted.payment?.ended;
      if (!same) found.push(violation('state', `${changelog}: ${key} is not what its events say`));
    }
  }
  for (const key of expected.keys())
    found.push(violation('state', `${changelog}: ${key} is missing`));
  return found;
}

/** A timer is gone once it has fired: its deletion is written once each time that it was set. */
function timersTwice(history: History): readonly Violation[] {
  return history.topologies.flatMap(({ changelog }) => {
    const records = history.committed(changelog).map(({ record }) => record);
    const gone = new Set<string>();
    return records.flatMap((record) => {
      const key = record.key?.toString('utf8') ?? '';
      if (!key.startsWith('t/')) return [];
      if (record.value !== null) {
        gone.delete(key);
        return [];
      }
      if (!gone.has(key)) {
        gone.add(key);
        return [];
      }
      return [violation('state', `${changelog}: ${key} was taken away twice`)];
    });
  });
}

/** A local copy stands for its changelog at its checkpoint, entry by entry. */
function localCopies(history: History): readonly Violation[] {
  return history.localCopies.flatMap(({ process, topology, partition, offset, values }) => {
    const changelog = history.topologies.find(({ name }) => name === topology)?.changelog ?? '';
    const kept = new Map<string, Buffer>();
    const newer = new Set<string>();
    for (const { record } of history.committed(changelog)) {
      if (record.partition !== partition) continue;
      const key = record.key?.toString('utf8') ?? '';
      // Compaction may have taken away what stood before a newer entry.
      if (record.offset >= offset) {
        newer.add(key);
        continue;
      }
      if (record.value === null) kept.delete(key);
      else kept.set(key, record.value);
    }
    const where = `${process}: the copy of ${topology}-${partition}`;
    const names = new Set([...kept.keys(), ...values.keys()]);
    return [...names]
      .filter((name) => {
        if (newer.has(name)) return false;
        const [one, other] = [kept.get(name), values.get(name)];
        return one === undefined || other === undefined || !one.equals(other);
      })
      .map((name) => violation('state', `${where} differs from the changelog in ${name}`));
  });
}
