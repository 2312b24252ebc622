import type {
  AlertsCommand,
  CallbacksEvent,
  CheckoutEvent,
  EndpointsEvent,
  Evidence,
  NotificationsEvent,
  OrdersEvent,
  PaymentsEvent,
  ReceivingEvent,
  SignalsEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import { invariant } from '@plumbline/kernel';
import type {
  EventCause,
  FiredTimer,
  InputRecord,
  Processor,
  ProcessorContext,
} from '@plumbline/runtime';
import { TerminalError, emitChained, firstLink } from '@plumbline/runtime';
import { onActivation } from './commands/activation.ts';
import { onLifeCommand } from './commands/life.ts';
import { onSuppressionOver, suppressionTimer } from './commands/suppression.ts';
import { describe } from './describe.ts';
import {
  isEndedByPerson,
  isEndedForGood,
  lifeIn,
  withLifeEvent,
  withoutFinding,
} from './life/life.ts';
import { afterStockEvent } from './reservations.ts';
import { otherReportsMax } from './rules/limits.ts';
import { activeRules } from './rules/parameters.ts';
import { oneNumberForTwo } from './rules/payment-rules.ts';
import { withoutOtherReports } from './rules/received-money.ts';
import type { AlertChange, Watches } from './rules/watch.ts';
import { isQuiet, isSettled, judge } from './rules/watch.ts';
import type { JoinedView } from './rules/view.ts';
import {
  emptyView,
  withCallbacksEvent,
  withCheckoutEvent,
  withEndpointEvent,
  withNotificationEvent,
  withOrderEvent,
  withPaymentEvent,
  withReceivingEvent,
  withSignalEvent,
} from './rules/view.ts';
import type { WatchedOrder } from './stores.ts';
import {
  alertIdOf,
  alertsOf,
  alertsStore,
  parametersOf,
  watchedOf,
  watchedStore,
} from './stores.ts';

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
        case topics.endpointsEvents.name:
        case topics.receivingEvents.name:
        case topics.signalsEvents.name:
        case topics.callbacksEvents.name:
        case topics.notificationsEvents.name:
        case topics.inventoryEvents.name:
          onEvent(input, context);
          return;
        default:
          throw new TerminalError('UNEXPECTED_TOPIC', `no input: ${input.topic}`);
      }
    },
    onTimer,
  };
}

/** The catalogue ties the topic to its union, and the codec has checked the type. */
function onCommand(input: InputRecord, context: ProcessorContext): void {
  const command = input.payload as AlertsCommand;
  if (command.type === 'ActivateRules') onActivation(input, command.data, context);
  else onLifeCommand(input, command, context);
}

function onEvent(input: InputRecord, context: ProcessorContext): void {
  // A payment number as key carries callbacks of a payment that nobody created: no order is theirs, and
  // who parks them says of them what counts.
  if (!input.key.includes('/')) return;
  const before = watchedOf(context, input.key);
  const view = before?.view ?? emptyView;
  const cause = evidenceOf(input);
  const after =
    input.topic === topics.inventoryEvents.name
      ? withStock(view, afterStockEvent(view.stock, input, cause, context))
      : viewAfter(withRoom(view, input, context), input, cause);
  const watches = before?.watches ?? {};
  // What changes no view is still judged: a rule that is on again begins with any event.
  if (after === view) {
    const active = activeRules(parametersOf(context));
    if (isQuiet({ view, watches, active })) return;
    const isOfAccount = input.topic === topics.receivingEvents.name;
    const now = { view, watches, active, nowMs: context.nowMs, cause };
    if (isOfAccount && isSettled(now)) return;
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

const withStock = (view: JoinedView, stock: JoinedView['stock']): JoinedView =>
  stock === view.stock ? view : { ...view, stock };

/** An account says for years what nothing takes back: what a person has ended makes room. */
function withRoom(view: JoinedView, input: InputRecord, context: ProcessorContext): JoinedView {
  const { receiving } = view;
  if (input.payload.type !== 'MoneyReportContradicted' || receiving === null) return view;
  if (receiving.otherReports.length < otherReportsMax) return view;
  const { lives } = alertsOf(context, input.key);
  const left = withoutOtherReports(receiving, ({ seen }) => {
    const alertId = alertIdOf(oneNumberForTwo.id, input.key, seen.eventId);
    return isEndedForGood(lifeIn(lives, alertId));
  });
  return left === receiving ? view : { ...view, receiving: left };
}

/** The catalogue ties each topic to its union, and the codec has checked the type. */
function viewAfter(view: JoinedView, { topic: from, payload }: InputRecord, cause: Evidence) {
  switch (from) {
    case topics.ordersEvents.name:
      return withOrderEvent(view, payload as OrdersEvent, cause);
    case topics.checkoutEvents.name:
      return withCheckoutEvent(view, payload as CheckoutEvent, cause);
    case topics.endpointsEvents.name:
      return withEndpointEvent(view, payload as EndpointsEvent, cause);
    case topics.receivingEvents.name:
      return withReceivingEvent(view, payload as ReceivingEvent, cause);
    case topics.signalsEvents.name:
      return withSignalEvent(view, payload as SignalsEvent, cause);
    case topics.callbacksEvents.name:
      return withCallbacksEvent(view, payload as CallbacksEvent, cause);
    case topics.notificationsEvents.name:
      return withNotificationEvent(view, payload as NotificationsEvent, cause);
    default:
      return withPaymentEvent(view, payload as PaymentsEvent, cause);
  }
}

function onTimer(timer: FiredTimer, context: ProcessorContext): void {
  if (timer.name === suppressionTimer) {
    onSuppressionOver(timer, context);
    return;
  }
  const watched = watchedOf(context, timer.key);
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
  for (const payload of newsOf(changes, key, watched.view, context)) {
    const subject = payload.data.alertId;
    ({ link: chain } = emitChained({ context, topic, key, subject, payload, after: chain, cause }));
  }
  context.store<WatchedOrder>(watchedStore).set(key, { ...watched, watches, chain });
  const dueMs = nextDeadline(watches);
  // A timer that fires is gone, and only then are the two equal and nothing set.
  if (dueMs === nextDeadline(watched.watches) && seen !== null) return;
  if (dueMs === null) context.timers.cancel({ key, name: deadlineTimer });
  else context.timers.set({ key, name: deadlineTimer, dueMs });
}

/** What is said of the changes: that an alert healed which a person had ended is no news. */
function newsOf(
  changes: readonly AlertChange[],
  key: string,
  view: JoinedView,
  context: ProcessorContext,
) {
  if (changes.length === 0) return [];
  const alerts = alertsOf(context, key);
  let { lives } = alerts;
  const news = changes
    .map((change) => describe(change, key, view, context.nowMs))
    .filter((payload) => {
      if (payload.type === 'AlertRaised') return true;
      const { alertId } = payload.data;
      if (isEndedByPerson(lifeIn(lives, alertId))) {
        lives = withoutFinding(lives, alertId);
        return false;
      }
      lives = withLifeEvent(lives, payload);
      return true;
    });
  if (lives !== alerts.lives) context.store(alertsStore).set(key, { ...alerts, lives });
  return news;
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
