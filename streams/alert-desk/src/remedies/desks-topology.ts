import type { PoliciesCopied, RecordLeave } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { broadcastKeys, parseRoutingKey, unreachable } from '@plumbline/kernel';
import type { Decided, RoutedCommand, Topology } from '@plumbline/runtime';
import { aggregateTopology } from '@plumbline/runtime';
import type { DeskCommand, DeskCommandOf } from '../domain/desk/commands.ts';
import { deskDecider } from '../domain/desk/desk.ts';
import type { DeskEvent } from '../domain/desk/events.ts';
import { peoplesCommandsRemembered } from '../domain/desk/limits.ts';
import type { Desk, DeskState } from '../domain/desk/state.ts';
import { emptyRule, ruleIn } from '../domain/desk/state.ts';
import { effectIdOf } from '../domain/remedy/ids.ts';

export interface DesksTopologyOptions {
  readonly partitions: number;
  /** Under which the keys of copies stand; that of the platform, not of a desk. */
  readonly tenant: string;
}

type DeskDecided = Decided<DeskState, DeskCommand, DeskEvent>;

/** Whoever hears alerts knows the policies by copies; what may start is only decided at the desk. */
function copiesOf(desk: Desk, keys: readonly string[]): readonly RoutedCommand[] {
  const policies = Object.values(desk.rules).flatMap(({ policy }) =>
    policy === null ? [] : [policy],
  );
  const data: PoliciesCopied = { tenant: desk.tenant, policies };
  const payload = { type: 'PoliciesCopied', data };
  return keys.map((key) => ({
    ...{ topic: topics.desksCopies.name, key, subject: desk.tenant, payload },
  }));
}

/** What a remedy does: one command, under an id that is the remedy's own. */
function effectOf(asked: DeskCommandOf<'RequestLeave'>): readonly RoutedCommand[] {
  const { remedyId, alertId, rule, remedy, orderNo, payNo, replyTo: key } = asked;
  const { amountMinor, currency, sourceEventId, sourceTime } = asked;
  const reason = `remedy of alert ${alertId}, rule ${rule}`;
  const to = (topic: string, type: string, data: object): readonly RoutedCommand[] => [
    { topic, key, subject: orderNo, id: effectIdOf(key, remedyId), payload: { type, data } },
  ];
  switch (remedy) {
    case 'COMPLETE_ORDER': {
      if (payNo === null || sourceEventId === null || sourceTime === null) return [];
      const ids = { orderNo, payNo, paymentEventId: sourceEventId };
      const data = { ...ids, amountMinor, currency, paidAt: sourceTime };
      return to(topics.ordersCommands.name, 'ConfirmPayment', data);
    }
    case 'REFUND': {
      if (payNo === null) return [];
      const data = { payNo, refundId: remedyId, amountMinor, currency, reason };
      return to(topics.paymentsCommands.name, 'RefundPayment', data);
    }
    case 'REFUND_SECOND': {
      if (payNo === null) return [];
      const data = { payNo, refundId: remedyId, amountMinor, currency, reason };
      return to(topics.paymentsCommands.name, 'RefundSecondTransaction', data);
    }
    case 'PUSH_CHECKOUT':
      return to(topics.checkoutCommands.name, 'PushCheckout', {
        ...{ orderNo, pushId: remedyId, reason },
      });
    case 'TELL_AGAIN': {
      if (payNo === null) return [];
      const data = { correctionId: remedyId, paymentId: payNo, reason };
      return to(topics.notificationsCommands.name, 'TellAgain', data);
    }
    case 'QUERY_PAYMENT': {
      if (payNo === null) return [];
      const data = { payNo, reason, unlessWithinMs: 0, isNews: false };
      return to(topics.paymentsCommands.name, 'QueryPayment', data);
    }
    case 'SWEEP_CHANNEL':
      // That it may start is all that the remedy has to hear: it asks once it knows what lingers.
      return [];
    case 'UNKNOWN':
      return [];
    default:
      return unreachable(remedy);
  }
}

function leaveOf(
  { remedyId, rule, orderNo, replyTo: key }: DeskCommandOf<'RequestLeave'>,
  { decision, state }: DeskDecided,
): readonly RoutedCommand[] {
  const data = ((): RecordLeave => {
    const of = { remedyId, orderNo };
    if (decision.kind === 'rejected') {
      const { code, details } = decision.rejection;
      const needed = details?.['approvalsNeeded'];
      const approvalsNeeded = typeof needed === 'number' ? needed : 1;
      return { ...of, verdict: 'HELD', code, approvalsNeeded };
    }
    // Granted just now, or before.
    const own = state.status === 'none' ? emptyRule : ruleIn(state, rule);
    const isDry = own.tried.ids.includes(remedyId) && !own.spent.ids.includes(remedyId);
    const verdict = isDry ? ('DRY_RUN' as const) : ('STARTED' as const);
    return { ...of, verdict, code: null, approvalsNeeded: 0 };
  })();
  const payload = { type: 'RecordLeave', data };
  return [{ topic: topics.remediesCommands.name, key, subject: remedyId, payload }];
}

function askedBy(decided: DeskDecided, keys: readonly string[]): readonly RoutedCommand[] {
  const { command, decision, state } = decided;
  if (command.type === 'RequestLeave') {
    // Anybody may write a command, and this one leads to others under the key that it names.
    const place = parseRoutingKey(command.data.replyTo);
    if (place === null || place.tenant !== command.data.tenant) return [];
    const starts =
      decision.kind === 'accepted' &&
      decision.events.some((event) => event.type === 'LeaveGranted' && !event.data.dryRun);
    return [...(starts ? effectOf(command.data) : []), ...leaveOf(command.data, decided)];
  }
  if (decision.kind !== 'accepted' || state.status === 'none') return [];
  const isSet = decision.events.some(({ type }) => type === 'RemedyPolicySet');
  return isSet ? copiesOf(state, keys) : [];
}

/**
 * One desk a tenant. A remedy starts here and nowhere else: the leave, its count against the limits and
 * the command that it is leave for are one transaction.
 */
export const desksTopology = (options: DesksTopologyOptions): Topology => {
  const keys = broadcastKeys({ ...options, name: 'desks' });
  return aggregateTopology({
    name: 'desks',
    decider: deskDecider,
    topics: {
      commands: topics.desksCommands.name,
      events: topics.desksEvents.name,
      outcomes: topics.desksOutcomes.name,
      changelog: topics.desksChangelog.name,
      deadLetters: topics.desksDeadLetters.name,
    },
    subjectOf: ({ data }) => ('remedyId' in data ? data.remedyId : data.tenant),
    remembersOfPeople: peoplesCommandsRemembered,
    asks: {
      topics: [
        ...[topics.ordersCommands.name, topics.paymentsCommands.name],
        ...[topics.checkoutCommands.name, topics.notificationsCommands.name],
        ...[topics.remediesCommands.name, topics.desksCopies.name],
      ],
      commandsOf: (decided) => askedBy(decided, keys),
    },
  });
};
