import type {
  AlertRaised,
  AlertsEvent,
  CommandOutcome,
  PaymentsEvent,
  PoliciesCopied,
  RemedyProof,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import { parseRoutingKey, unreachable } from '@plumbline/kernel';
import type { AggregateEntry, Concerns, InputRecord, ProcessorContext } from '@plumbline/runtime';
import { aggregateStore } from '@plumbline/runtime';
import { isKnownRemedy } from '../domain/desk/remedies.ts';
import type { HeardCommand } from '../domain/remedy/commands.ts';
import { awaiting } from '../domain/remedy/effects.ts';
import { remedyIdOf } from '../domain/remedy/ids.ts';
import { channelOf } from '../domain/remedy/sweep.ts';
import type { RemediesState } from '../domain/remedy/state.ts';
import { keepPolicies, mayAct, policyOf } from './policies.ts';

/** Outcomes topics, with the topic of the events that they name. */
const eventsBehind: ReadonlyMap<string, string> = new Map([
  [topics.ordersOutcomes.name, topics.ordersEvents.name],
  [topics.paymentsOutcomes.name, topics.paymentsEvents.name],
  [topics.checkoutOutcomes.name, topics.checkoutEvents.name],
  [topics.notificationsOutcomes.name, topics.notificationsEvents.name],
]);

export const heardTopics: readonly string[] = [
  topics.desksCopies.name,
  topics.alertsEvents.name,
  topics.paymentsEvents.name,
  ...eventsBehind.keys(),
];

/**
 * All that orders, payments, checkouts and notifications answer to anybody comes by here, and hardly
 * any of it is an answer to a remedy: headers and key tell, without a look at the value.
 */
export const concernsRemedies: Concerns = ({ topic, key, type, causationId }, context) => {
  if (topic === topics.desksCopies.name) return true;
  if (topic === topics.alertsEvents.name && type === 'AlertRaised') {
    const place = parseRoutingKey(key);
    return place !== null && mayAct(context, place.tenant);
  }
  if (topic === topics.alertsEvents.name && type !== 'AlertResolved') return false;
  if (topic === topics.paymentsEvents.name && !refundEnds.has(type)) return false;
  const known = context.store<AggregateEntry<RemediesState>>(aggregateStore).get(key);
  if (known === undefined) return false;
  if (!eventsBehind.has(topic)) return true;
  return causationId !== null && awaiting(known.state, causationId) !== null;
};

const refundEnds: ReadonlySet<string> = new Set<PaymentsEvent['type']>([
  ...(['RefundSucceeded', 'RefundFailed'] as const),
]);

/** What somebody else says, as a remedy has to know it; of what {@link concernsRemedies}. */
export function heardFrom(input: InputRecord, context: ProcessorContext): HeardCommand | null {
  if (input.topic === topics.desksCopies.name) {
    // The catalogue ties the topic to its record.
    keepPolicies(input.payload.data as PoliciesCopied, context);
    return null;
  }
  if (input.topic === topics.alertsEvents.name) return ofAlert(input, context);
  if (input.topic === topics.paymentsEvents.name) return ofPayment(input);
  return ofOutcome(input, input.payload.data as CommandOutcome);
}

const proofOf = ({ topic, envelope }: InputRecord): RemedyProof => ({
  ...{ eventId: envelope.id, type: envelope.type, topic },
});

function ofAlert(input: InputRecord, context: ProcessorContext): HeardCommand | null {
  const event = input.payload as AlertsEvent;
  if (event.type === 'AlertRaised') return proposalOf(input.key, event.data, context);
  if (event.type !== 'AlertResolved') return null;
  const { alertId, resolution } = event.data;
  return { type: 'NoteAlertEnd', data: { alertId, resolution, proof: proofOf(input) } };
}

/** Nothing, where the alert does not say all that the remedy has to know. */
function proposalOf(
  key: string,
  alert: AlertRaised,
  context: ProcessorContext,
): HeardCommand | null {
  const policy = policyOf(context, alert);
  if (policy === null || !isKnownRemedy(policy.remedy)) return null;
  const { alertId, rule, tenant, orderNo, payNo, amountMinor, currency } = alert;
  const about = { remedyId: remedyIdOf(key, alertId), alertId, rule, tenant, orderNo };
  const none = { sourceEventId: null, sourceTime: null };
  const data = { ...about, kind: policy.remedy, payNo, amountMinor, currency, ...none };
  switch (policy.remedy) {
    case 'COMPLETE_ORDER': {
      const success = alert.evidence.find(({ type }) => type === 'PaymentSucceeded');
      if (success === undefined || payNo === null) return null;
      const source = { sourceEventId: success.eventId, sourceTime: success.time };
      return { type: 'ProposeRemedy', data: { ...data, ...source } };
    }
    case 'REFUND':
    case 'REFUND_SECOND':
    case 'TELL_AGAIN':
    case 'QUERY_PAYMENT':
      return payNo === null ? null : { type: 'ProposeRemedy', data };
    case 'PUSH_CHECKOUT': {
      // Of goods that came back twice: the alert is of an item, and no checkout waits for anything.
      const isOfItem = alert.evidence.some(({ topic }) => topic === topics.inventoryEvents.name);
      return isOfItem ? null : { type: 'ProposeRemedy', data };
    }
    case 'SWEEP_CHANNEL':
      return channelOf(alert) === null ? null : { type: 'ProposeRemedy', data };
    default:
      return unreachable(policy.remedy);
  }
}

function ofPayment(input: InputRecord): HeardCommand | null {
  const event = input.payload as PaymentsEvent;
  const proof = proofOf(input);
  if (event.type === 'RefundSucceeded') {
    const { refundId } = event.data;
    return { type: 'NoteRefund', data: { refundId, failure: null, proof } };
  }
  if (event.type !== 'RefundFailed') return null;
  const { refundId, code, reason } = event.data;
  return { type: 'NoteRefund', data: { refundId, failure: { code, reason }, proof } };
}

function ofOutcome({ topic }: InputRecord, outcome: CommandOutcome): HeardCommand {
  const { commandId, status, code, message, events } = outcome;
  const isDone = status === 'ACCEPTED' || status === 'UNCHANGED';
  const from = eventsBehind.get(topic) ?? topic;
  const shown = events.map(({ eventId, type }) => ({ eventId, type, topic: from }));
  return {
    type: 'NoteOutcome',
    data: { commandId, isRefused: !isDone, code, message, events: shown },
  };
}
