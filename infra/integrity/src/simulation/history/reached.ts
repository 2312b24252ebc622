import type {
  AlertRaised,
  AlertResolved,
  CheckoutEvent,
  CommandOutcome,
  NotificationsEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { History } from './history.ts';
import { deadLettersIn, keyOf, outcomesIn, ownEntries } from './history.ts';
import { merchantKeys } from '../oracles/merchants.ts';
import { merchantChanges } from '../oracles/merchant-words.ts';
import { contexts } from '../oracles/parking.ts';

/** Rare states that show in what a run has left, and how often each was reached. */
export function reachedIn(history: History): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const reached = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { payload } of ownEntries(history, topics.alertsEvents.name)) {
    if (payload.type === 'AlertRaised')
      reached(`alert ${(payload.data as AlertRaised).rule} raised`);
    if (payload.type !== 'AlertResolved') continue;
    const { rule, resolution } = payload.data as AlertResolved;
    reached(`alert ${rule} ${resolution}`);
  }
  for (const { events } of contexts) {
    for (const { payload, envelope } of ownEntries(history, events)) {
      if (ends.includes(payload.type)) reached(payload.type);
      const isByTimer = envelope.causationId?.startsWith('timer:expire') === true;
      if (envelope.actor === 'system:parked-callbacks')
        reached('a callback met the payment that it had come before');
      if (payload.type === 'OrderExpired')
        reached(isByTimer ? 'an order expired by its timer' : 'an order expired with its payment');
    }
  }
  for (const { outcomes, deadLetters } of contexts) {
    reachedByOutcomes(outcomesIn(history, outcomes), reached);
    for (const { letter } of deadLettersIn(history, deadLetters))
      reached(`dead letter ${letter.reason}`);
  }
  reachedByMerchants(history, reached);
  reachedByCheckouts(history, reached);
  reachedByNotifications(history, reached);
  for (const model of history.readModels) {
    if (model.parkedRecords().length > 0) reached('a read model parked records');
  }
  for (const topic of history.watched) {
    if (history.written(topic).size > history.committed(topic).length) {
      reached('a transaction was aborted');
    }
  }
  return counts;
}

const ends = [
  ...['OrderPaid', 'OrderFailed', 'OrderCancelled', 'OrderPaymentReportRecorded', 'PaymentClosed'],
  'OrderExpiryRequested',
  ...['OrderPaidFromBalance', 'CheckoutCompleted', 'CheckoutCompensated', 'CheckoutPushed'],
  ...['PaymentReportContradicted', 'PaymentReportConfirmed', 'PaymentUnknown'],
  ...['PaymentReportMismatched', 'PaymentRequestConflicted', 'PaymentTransactionConflicted'],
  ...['PaymentCloseRequested', 'RefundSucceeded', 'RefundFailed', 'RefundUnknown'],
];

function reachedByCheckouts(history: History, reached: (name: string) => void): void {
  for (const { payload } of ownEntries(history, topics.checkoutEvents.name)) {
    const event = payload as CheckoutEvent;
    if ('attempt' in event.data && event.data.attempt > 1) reached('a checkout asked again');
    if (event.type === 'CheckoutStockRequested' && event.data.step === 'RELEASE')
      reached('a checkout gave back');
    if (!('accepted' in event.data) || event.data.accepted) continue;
    if (event.type === 'CheckoutStockAnswered') reached('stock was refused');
    if (event.type === 'CheckoutFundsAnswered') reached('money was refused');
    if (event.type === 'CheckoutPaymentAnswered') reached('a payment was refused to its checkout');
  }
}

function reachedByNotifications(history: History, reached: (name: string) => void): void {
  const seen = new Set<string>();
  for (const { id, attempt } of history.deliveries) {
    if (seen.has(`${id} ${attempt}`)) reached('a merchant got a repeat');
    seen.add(`${id} ${attempt}`);
  }
  for (const { payload } of ownEntries(history, topics.notificationsEvents.name)) {
    const event = payload as NotificationsEvent;
    if (event.type === 'NotificationAbandoned')
      reached('a notification was given up with its endpoint');
    if (event.type === 'NotificationAttemptDue' && event.data.trigger === 'ORDER')
      reached('a notification waited for another');
    if (event.type !== 'NotificationAttemptFailed') continue;
    const { status, levelMs, report } = event.data;
    if (status === 'RETRY_FAILED') reached('a schedule was used up');
    if (report.outcome === 'GONE') reached('an endpoint was gone');
    if (status !== 'FAILED') continue;
    reached(levelMs === null ? 'a retry waited for a timer' : 'a retry waited in a delay topic');
  }
}

/** What merchants were told, and what they were not. */
function reachedByMerchants(history: History, reached: (name: string) => void): void {
  const ended = new Map<string, string>();
  for (const { entry, refundId, to } of merchantChanges(history)) {
    const key = keyOf(entry);
    if (refundId === null) ended.set(key, to);
    else if (to === 'succeeded') reached('a merchant was told that a refund succeeded');
    if (refundId !== null && ended.get(key) === 'failed')
      reached('a merchant was told of the refund of a late success');
  }
  const merchants = merchantKeys(history);
  const moves = new Map<string, string>();
  for (const entry of ownEntries(history, topics.paymentsEvents.name)) {
    const { type } = entry.payload;
    const key = keyOf(entry);
    if (!merchants.has(key) || (type !== 'PaymentProcessing' && type !== 'PaymentUnknown'))
      continue;
    const moved = `${moves.get(key) ?? ''} ${type}`;
    moves.set(key, moved);
    if (moved.endsWith('PaymentUnknown PaymentProcessing'))
      reached("a merchant's payment was unknown, and then processing");
  }
}

function reachedByOutcomes(
  outcomes: readonly CommandOutcome[],
  reached: (name: string) => void,
): void {
  const seen = new Set<string>();
  for (const { commandId, status } of outcomes) {
    reached(`outcome ${status}`);
    if (seen.has(commandId)) reached('a command was answered again');
    seen.add(commandId);
  }
}
