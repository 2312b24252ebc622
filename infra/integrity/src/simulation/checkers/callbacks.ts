import type { CallbacksEvent, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { isReadable, keyOf, ownEntries } from '../history/history.ts';
import { takenIn } from '../oracles/parking.ts';
import type { Checker } from './checker.ts';
import { compare } from './transactions.ts';

/** Rule K's half before the alert: what is said of callbacks that no payment claims. */
export const callbacksChecker: Checker = {
  name: 'callbacks',
  title: 'of each callback that came before its payment it is said once that it waits, and no more',
  check(history) {
    const entries = ownEntries(history, topics.callbacksEvents.name);
    const said = entries.map(
      (entry) => `${keyOf(entry)} ${wordOf(entry.payload as CallbacksEvent)}`,
    );
    const astray = entries.filter(
      (entry) => partitionOfRecordKey(keyOf(entry), history.partitions) !== entry.record.partition,
    );
    return [
      ...compare(expected(history), said, 'what is said of callbacks'),
      ...astray.map((entry) => violation('I3', `what is said of ${keyOf(entry)} stands elsewhere`)),
    ];
  },
};

/** By the words of docs/gateways.md: parked until its payment is created, each callback once. */
function expected(history: History): readonly string[] {
  const waiting = new Map<string, Set<string>>();
  const all: string[] = [];
  for (const entry of takenIn(history, topics.paymentsEvents.name).filter(isReadable)) {
    const event = entry.payload as PaymentsEvent;
    const { payNo } = event.data;
    const place = `platform/payment.${payNo}`;
    const known = waiting.get(payNo);
    if (event.type === 'PaymentCreated' && known !== undefined) {
      waiting.delete(payNo);
      all.push(`${place} ${known.size} are claimed by ${keyOf(entry)} in ${entry.envelope.id}`);
    }
    if (event.type !== 'PaymentCallbackRecorded' || event.data.code !== 'PAYMENT_NOT_FOUND')
      continue;
    const { callbackId, callbackStatus } = event.data;
    const ofNumber = known ?? new Set();
    const what = `${callbackId} ${callbackStatus}`;
    if (ofNumber.has(what)) continue;
    waiting.set(payNo, ofNumber.add(what));
    const isPaid = callbackStatus === 'SUCCESS';
    const count = ofNumber.size;
    all.push(`${place} ${callbackId} waits, ${isPaid ? 'paid' : 'unpaid'}, ${count} by now`);
  }
  return all;
}

function wordOf({ type, data }: CallbacksEvent): string {
  if (type === 'CallbacksClaimed') {
    const { claimed, tenant, orderNo, paymentEventId } = data;
    return `${claimed} are claimed by ${tenant}/${orderNo} in ${paymentEventId}`;
  }
  const { callbackId, saysPaid, waiting } = data;
  return `${callbackId} waits, ${saysPaid ? 'paid' : 'unpaid'}, ${waiting} by now`;
}
