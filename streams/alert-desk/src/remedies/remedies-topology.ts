import type { ChannelSwept, PaymentsCommand, RequestLeave, ResolveAlert } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, routingKey, slotOfRecordKey } from '@plumbline/kernel';
import type { Decided, RoutedCommand, Topology } from '@plumbline/runtime';
import { aggregateTopology } from '@plumbline/runtime';
import type { RemedyCommand } from '../domain/remedy/commands.ts';
import type { RemedyEvent, RemedyEventOf } from '../domain/remedy/events.ts';
import * as limits from '../domain/remedy/limits.ts';
import { remedyDeciderOf } from '../domain/remedy/remedy.ts';
import type { RemediesState, Remedy } from '../domain/remedy/state.ts';
import { findRemedy } from '../domain/remedy/state.ts';
import { concernsRemedies, heardFrom, heardTopics } from './heard.ts';
import { policiesStore } from './policies.ts';

/** The record key of a tenant's desk. */
export const deskKeyOf = (tenant: string): string => routingKey(tenant, 'remedies');

type RemedyDecided = Decided<RemediesState, RemedyCommand, RemedyEvent>;

function leaveRequest({ proposed, approvals }: Remedy, replyTo: string): RoutedCommand {
  const { remedyId, alertId, rule, tenant, orderNo, payNo, kind: remedy } = proposed;
  const { amountMinor, currency, sourceEventId, sourceTime } = proposed;
  const data: RequestLeave = {
    ...{ tenant, rule, remedyId, alertId, orderNo, payNo, remedy, amountMinor, currency },
    ...{ sourceEventId, sourceTime, approvals, replyTo },
  };
  return {
    topic: topics.desksCommands.name,
    key: deskKeyOf(tenant),
    subject: remedyId,
    payload: { type: 'RequestLeave', data },
  };
}

/**
 * Nothing in the log takes back that money came too late, or twice, so that its alert does not end by
 * itself when the money has gone back.
 */
function alertIsSettled(
  { ending, alertId, proof }: RemedyEventOf<'RemedyEnded'>,
  remedy: Remedy,
  key: string,
): readonly RoutedCommand[] {
  const { kind } = remedy.proposed;
  const isRefund = kind === 'REFUND' || kind === 'REFUND_SECOND';
  if (ending !== 'DONE' || !isRefund || remedy.alertEnded) return [];
  const reason = `refunded: ${proof?.type ?? ''} ${proof?.eventId ?? ''}`.trim();
  const data: ResolveAlert = { alertId, reason };
  const payload = { type: 'ResolveAlert', data };
  return [{ topic: topics.alertsCommands.name, key, subject: alertId, payload }];
}

/** Payment numbers are names of their payments, and carry the slot of their order's key. */
const queriesOf = ({ remedyId, payNos, ...of }: ChannelSwept): readonly RoutedCommand[] =>
  payNos.map((payNo) => {
    const payload: PaymentsCommand = {
      type: 'QueryPayment',
      data: {
        ...{ payNo, reason: `remedy of alert ${of.alertId}, rule ${of.rule}` },
        ...{ unlessWithinMs: limits.sweptUnlessWithinMs, isNews: false },
      },
    };
    return {
      ...{ topic: topics.paymentsCommands.name, key: payNo, subject: payNo, payload },
      id: derivedUuid(slotOfRecordKey(payNo), 'sweep', remedyId, payNo),
    };
  });

function askedBy({ key, decision, state }: RemedyDecided): readonly RoutedCommand[] {
  if (decision.kind !== 'accepted') return [];
  return decision.events.flatMap((event): readonly RoutedCommand[] => {
    const remedy = findRemedy(state, event.data.remedyId);
    if (remedy === null) return [];
    if (event.type === 'ChannelSwept') return queriesOf(event.data);
    if (event.type === 'RemedyEnded') return alertIsSettled(event.data, remedy, key);
    const asks =
      event.type === 'RemedyProposed' || (event.type === 'RemedyApproved' && event.data.isEnough);
    return asks ? [leaveRequest(remedy, key)] : [];
  });
}

/** Remedies, one aggregate for all of an order, under the order's routing key. */
export const remediesTopology: Topology = aggregateTopology({
  name: 'remedies',
  decider: remedyDeciderOf(topics.remediesEvents.name),
  topics: {
    commands: topics.remediesCommands.name,
    events: topics.remediesEvents.name,
    outcomes: topics.remediesOutcomes.name,
    changelog: topics.remediesChangelog.name,
    deadLetters: topics.remediesDeadLetters.name,
  },
  subjectOf: ({ data }) => data.remedyId,
  hears: {
    ...{ topics: heardTopics, concerns: concernsRemedies, commandOf: heardFrom },
    stores: [{ name: policiesStore }],
  },
  asks: {
    topics: [
      ...[topics.desksCommands.name, topics.alertsCommands.name],
      topics.paymentsCommands.name,
    ],
    commandsOf: askedBy,
  },
});
