import type {
  AlertRaised,
  AlertResolved,
  CheckoutEvent,
  CommandOutcome,
  NotificationsEvent,
  RemediesEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { History } from './history.ts';
import { deadLettersIn, keyOf, outcomesIn, ownEntries } from './history.ts';
import { reachedOnAccounts } from './reached-on-accounts.ts';
import { merchantKeys } from '../oracles/merchants.ts';
import { merchantChanges } from '../oracles/merchant-words.ts';
import { endOf, toldOf } from '../oracles/told.ts';
import { contexts } from '../oracles/parking.ts';
import { letGoOf } from '../oracles/redriven.ts';

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
  for (const { name } of [topics.signalsEvents, topics.callbacksEvents])
    for (const { payload } of ownEntries(history, name)) reached(payload.type);
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
  reachedByRemedies(history, reached);
  reachedByMerchants(history, reached);
  reachedByCheckouts(history, reached);
  reachedByNotifications(history, reached);
  reachedByRaces(history, reached);
  reachedByRedrives(history, reached);
  reachedOnAccounts(history, reached);
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
  const commands = new Set(
    outcomesIn(history, topics.notificationsOutcomes.name).map(({ commandId }) => commandId),
  );
  for (const { payload, envelope } of ownEntries(history, topics.notificationsEvents.name)) {
    reachedByNotification(payload as NotificationsEvent, reached);
    if (envelope.actor !== 'system:notification-deliveries') continue;
    const isSent = commands.has(envelope.causationId ?? '');
    reached(`a report was ${isSent ? 'sent as a command' : 'told to its task'}`);
  }
  for (const { payload } of ownEntries(history, topics.endpointsEvents.name)) {
    const { type } = payload;
    if (type === 'EndpointFailing') reached('an endpoint was left alone after failures');
    if (type === 'EndpointRecovered') reached('an endpoint that had failed was there again');
    if (type === 'EndpointSecretRotated') reached('a secret was rotated');
    const { kind } = payload.data as { readonly kind?: string };
    if (type === 'EndpointIncidentOpened' && kind === 'OVERDUE')
      reached('an overdue retry was told');
  }
  for (const { commandType, code } of outcomesIn(history, topics.notificationsOutcomes.name))
    if (code?.endsWith('_NOT_ALLOWED') === true) reached(`${commandType} was refused`);
}

function reachedByNotification(event: NotificationsEvent, reached: (name: string) => void): void {
  if (event.type === 'NotificationAbandoned') {
    const isByHand = event.data.reason.startsWith('operation');
    reached(`a notification was given up ${isByHand ? 'by hand' : 'with its endpoint'}`);
  }
  if (event.type === 'NotificationAttemptDue') {
    const { trigger } = event.data;
    if (trigger === 'ORDER') reached('a notification waited for another');
    if (trigger === 'MANUAL') reached('a notification was retried by hand');
    if (trigger === 'REPLAY') reached('a notification was replayed');
    if (trigger === 'SWEEP') reached('a retry was begun by the sweeper');
  }
  if (event.type !== 'NotificationAttemptFailed') return;
  const { status, levelMs, report, nextDueAt, failedAt } = event.data;
  if (status === 'RETRY_FAILED') reached('a schedule was used up');
  if (report.outcome === 'GONE') reached('an endpoint was gone');
  if (status !== 'FAILED') return;
  reached(levelMs === null ? 'a retry waited for a timer' : 'a retry waited in a delay topic');
  if (report.retryAfterMs !== null && (nextDueAt ?? 0) - failedAt === report.retryAfterMs)
    reached('a retry waited as long as its merchant had asked');
}

/** An attempt that came to its merchant, and whose notification was given up before it was reported. */
function reachedByRaces(history: History, reached: (name: string) => void): void {
  for (const told of toldOf(history).values()) {
    const end = endOf(told);
    if (end?.how !== 'ABANDONED') continue;
    const isReported = (attempt: number): boolean =>
      told.steps.some(({ event }) => 'report' in event.data && event.data.attempt === attempt);
    if (told.deliveries.some(({ attempt }) => !isReported(attempt)))
      reached('a notification was given up while an attempt was under way');
  }
}

function reachedByRedrives(history: History, reached: (name: string) => void): void {
  for (const topology of history.topologies) {
    const { answers, repeats } = letGoOf(history, topology);
    if (repeats.length > 0) reached('a redrive came again under its id');
    for (const { told, asked, taken } of answers) {
      if (taken.length > 0) reached('what waited behind a dead letter went on');
      if (told.stoppedAt !== null) reached('a redrive stopped at the next that cannot be read');
      if (asked.mode === 'DISCARD' && told.dropped > 1) reached('what waited was discarded');
      if (told.redriven + told.dropped + told.remaining === 0)
        reached('a redrive found nothing that waits');
    }
  }
}

function reachedByRemedies(history: History, reached: (name: string) => void): void {
  for (const { payload } of ownEntries(history, topics.remediesEvents.name)) {
    const event = payload as RemediesEvent;
    if (event.type === 'RemedyEnded') reached(`remedy ${event.data.ending}`);
    if (event.type === 'ChannelSwept') reached('a channel was swept');
    if (event.type === 'RemedyHeld') reached(`remedy held: ${event.data.code}`);
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
