import type {
  AlertsCommand,
  CheckoutEvent,
  Evidence,
  OrdersEvent,
  PaymentsEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, invariant, slotOf, splitRoutingKey } from '@plumbline/kernel';
import type {
  ChainLink,
  EventCause,
  FiredTimer,
  InputRecord,
  Processor,
  ProcessorContext,
} from '@plumbline/runtime';
import {
  TerminalError,
  emitChained,
  emitOutcome,
  fingerprintOf,
  firstLink,
} from '@plumbline/runtime';
import type { ActiveParameters } from './rules/parameters.ts';
import { activate, activeRules, defaultParameters } from './rules/parameters.ts';
import type { AlertChange, Watches } from './rules/watch.ts';
import { isQuiet, judge } from './rules/watch.ts';
import type { JoinedView } from './rules/view.ts';
import { emptyView, withCheckoutEvent, withOrderEvent, withPaymentEvent } from './rules/view.ts';

/** Everything that is kept of one order. */
export interface WatchedOrder {
  readonly view: JoinedView;
  readonly watches: Watches;
  readonly chain: ChainLink;
  /** Of the newest event, for what a timer says. */
  readonly correlationId: string;
}

export const watchedStore = 'watched';
export const parametersStore = 'parameters';
const parametersKey = 'active';
const deadlineTimer = 'deadline';

const topic = topics.alertsEvents.name;

export function createAlertProcessor(): Processor {
  return {
    onRecord(input, context) {
      switch (input.topic) {
        case topics.alertsCommands.name:
          onCommand(input, context);
          return;
        case topics.ordersEvents.name:
        case topics.paymentsEvents.name:
        case topics.checkoutEvents.name:
          onEvent(input, context);
          return;
        default:
          throw new TerminalError('UNEXPECTED_TOPIC', `no input: ${input.topic}`);
      }
    },
    onTimer,
  };
}

function parametersOf(context: ProcessorContext): ActiveParameters {
  return context.store<ActiveParameters>(parametersStore).get(parametersKey) ?? defaultParameters;
}

function onEvent(input: InputRecord, context: ProcessorContext): void {
  // A payment number as key carries callbacks of a payment that nobody created; no order is theirs.
  if (!input.key.includes('/')) return;
  const store = context.store<WatchedOrder>(watchedStore);
  const before = store.get(input.key);
  const view = before?.view ?? emptyView;
  const cause = evidenceOf(input);
  const after = viewAfter(view, input, cause);
  const watches = before?.watches ?? {};
  // What changes no view is still judged: a rule that is on again begins with any event.
  if (after === view) {
    const active = activeRules(parametersOf(context));
    if (isQuiet({ view, watches, active })) return;
  }
  const { correlationId } = input.envelope;
  const watched = { view: after, watches, chain: before?.chain ?? firstLink, correlationId };
  const { traceparent, id } = input.envelope;
  step(
    input.key,
    watched,
    cause,
    { id, correlationId, traceparent, actor: actorOf(context) },
    context,
  );
}

/** The catalogue ties each topic to its union, and the codec has checked the type. */
function viewAfter(view: JoinedView, { topic: from, payload }: InputRecord, cause: Evidence) {
  switch (from) {
    case topics.ordersEvents.name:
      return withOrderEvent(view, payload as OrdersEvent, cause);
    case topics.checkoutEvents.name:
      return withCheckoutEvent(view, payload as CheckoutEvent, cause);
    default:
      return withPaymentEvent(view, payload as PaymentsEvent, cause);
  }
}

function onTimer(timer: FiredTimer, context: ProcessorContext): void {
  const watched = context.store<WatchedOrder>(watchedStore).get(timer.key);
  invariant(watched !== undefined, `a deadline without an order: ${timer.key}`);
  const id = `timer:${timer.name}:${timer.dueMs}`;
  const { correlationId } = watched;
  const cause = { id, correlationId, traceparent: null, actor: actorOf(context) };
  step(timer.key, watched, null, cause, context);
}

const actorOf = (context: ProcessorContext): string => `system:${context.task.topology}`;

/** Judges an order, says what changed, and sets the timer to the next deadline. */
function step(
  key: string,
  watched: WatchedOrder,
  seen: Evidence | null,
  cause: EventCause,
  context: ProcessorContext,
): void {
  const { watches, changes } = judge({
    view: watched.view,
    watches: watched.watches,
    active: activeRules(parametersOf(context)),
    nowMs: context.nowMs,
    cause: seen,
  });
  let { chain } = watched;
  for (const change of changes) {
    const { subject, payload } = describe(change, key, watched.view, context.nowMs);
    ({ link: chain } = emitChained({ context, topic, key, subject, payload, after: chain, cause }));
  }
  context.store<WatchedOrder>(watchedStore).set(key, { ...watched, watches, chain });
  const dueMs = nextDeadline(watches);
  // A timer that fires is gone, and only then are the two equal and nothing set.
  if (dueMs === nextDeadline(watched.watches) && seen !== null) return;
  if (dueMs === null) context.timers.cancel({ key, name: deadlineTimer });
  else context.timers.set({ key, name: deadlineTimer, dueMs });
}

/** When the next grace is over; null when none runs. */
function nextDeadline(watches: Watches): number | null {
  let least: number | null = null;
  for (const name in watches) {
    const watch = watches[name];
    if (watch === undefined || watch.open) continue;
    if (least === null || watch.deadlineMs < least) least = watch.deadlineMs;
  }
  return least;
}

/** The id of an alert: a function of rule, order and the triggering event (ALERTS.md). */
export const alertIdOf = (rule: string, key: string, triggerEventId: string): string =>
  derivedUuid(slotOf(key), 'alert', rule, key, triggerEventId);

/** ISO 4217: XXX stands for no currency. */
const noMoney = { amountMinor: 0n, currency: 'XXX' };

function describe(change: AlertChange, key: string, view: JoinedView, nowMs: number) {
  const { rule, watch } = change;
  const { tenant, orderNo } = splitRoutingKey(key);
  const alertId = alertIdOf(rule.id, key, watch.trigger.eventId);
  if (change.kind === 'resolve') {
    const over = change.successor;
    const by = over === null ? null : alertIdOf(over.rule, key, over.watch.trigger.eventId);
    return {
      subject: alertId,
      payload: {
        type: 'AlertResolved',
        data: {
          alertId,
          rule: rule.id,
          tenant,
          orderNo,
          resolution: over === null ? 'AUTO_RESOLVED' : 'SUPERSEDED',
          supersededBy: by,
          reason: over === null ? `healed by ${change.healedBy.type}` : over.reason,
          resolvedAt: nowMs,
          evidence: [change.healedBy],
        },
      },
    };
  }
  const { finding } = change;
  const { amountMinor, currency } = finding.atStake ?? view.payment ?? noMoney;
  return {
    subject: alertId,
    payload: {
      type: 'AlertRaised',
      data: {
        alertId,
        rule: rule.id,
        ruleVersion: watch.ruleVersion,
        tenant,
        orderNo,
        payNo: view.payment?.payNo ?? null,
        severity: finding.severity ?? rule.severity,
        summary: finding.summary,
        expected: finding.expected,
        actual: finding.actual,
        deadline: watch.deadlineMs === watch.trigger.time ? null : watch.deadlineMs,
        detectedAt: nowMs,
        amountMinor,
        currency,
        howSeen: rule.howSeen,
        triggerEventId: watch.trigger.eventId,
        evidence: finding.evidence,
      },
    },
  };
}

function onCommand(input: InputRecord, context: ProcessorContext): void {
  const command = input.payload as AlertsCommand;
  const store = context.store<ActiveParameters>(parametersStore);
  const before = parametersOf(context);
  const { id, correlationId, traceparent, actor } = input.envelope;
  const repeated = before.recent.includes(id);
  const result = repeated ? before : activate(before, command.data, id);
  const answer = {
    commandId: id,
    commandType: command.type,
    fingerprint: fingerprintOf(input),
    ...{ code: null, message: null, details: null, answer: null },
    events: [],
  };
  const outcome = (rest: Partial<Parameters<typeof emitOutcome>[0]['outcome']>) =>
    emitOutcome({
      topic: topics.alertsOutcomes.name,
      input,
      context,
      outcome: { ...answer, status: 'UNCHANGED', aggregateVersion: before.revision, ...rest },
    });
  if (repeated) {
    outcome({});
    return;
  }
  if ('code' in result) {
    const details = JSON.stringify(result.details ?? {});
    outcome({ status: 'REJECTED', code: result.code, message: result.message, details });
    return;
  }
  const chains = context.store<ChainLink>(chainsStore);
  const { link, eventId } = emitChained({
    ...{ context, topic, key: input.key, subject: 'rules' },
    payload: {
      type: 'RulesActivated',
      data: {
        revision: result.revision,
        rules: result.rules,
        reason: command.data.reason,
        activatedAt: context.nowMs,
      },
    },
    after: chains.get(input.key) ?? firstLink,
    cause: { id, correlationId, traceparent, actor },
  });
  chains.set(input.key, link);
  store.set(parametersKey, result);
  const event = { eventId, type: 'RulesActivated', aggregateVersion: link.version };
  outcome({ status: 'ACCEPTED', events: [event], aggregateVersion: link.version });
}

export const chainsStore = 'chains';

function evidenceOf(input: InputRecord): Evidence {
  const { topic: from, partition, offset, timeMs, envelope } = input;
  return {
    eventId: envelope.id,
    type: envelope.type,
    topic: from,
    partition,
    offset,
    time: timeMs,
  };
}
