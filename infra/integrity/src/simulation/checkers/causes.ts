import type { OrdersEvent, PaymentsCommand, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History, ReadEntry } from '../history/history.ts';
import { isReadable, keyOf, outcomesIn, ownEntries, placeOf } from '../history/history.ts';
import { merchantKeys } from '../oracles/merchants.ts';
import { purchaseKeys } from '../oracles/purchases.ts';
import { contexts, takenIn } from '../oracles/parking.ts';
import { takenBy } from '../oracles/redriven.ts';
import { walkOf } from '../oracles/walk.ts';
import type { Checker } from './checker.ts';

/** I2 */
export const causesChecker: Checker = {
  name: 'causes',
  title: 'each event has the command that lists it, or a timer that was set and was due',
  check: (history) => [
    ...contexts.flatMap((context) => unlisted(history, context)),
    ...timersOf(history),
    ...reactions(history),
    ...saidAgain(history),
  ],
};

interface Heard {
  readonly topology: string;
  readonly topics: readonly { readonly name: string }[];
}

/** Whose events a context follows by itself, and which topology of it does. */
const heard: Readonly<Record<string, Heard>> = {
  alerts: {
    topology: 'consistency-alerts',
    topics: [
      ...[topics.ordersEvents, topics.paymentsEvents],
      ...[topics.checkoutEvents, topics.endpointsEvents, topics.receivingEvents],
      ...[topics.signalsEvents, topics.notificationsEvents, topics.inventoryEvents],
      topics.callbacksEvents,
    ],
  },
  notifications: {
    topology: 'notifications',
    topics: [topics.paymentsEvents, topics.alertsEvents],
  },
  remedies: {
    topology: 'remedies',
    topics: [
      ...[topics.alertsEvents, topics.paymentsEvents],
      ...[topics.ordersOutcomes, topics.paymentsOutcomes, topics.checkoutOutcomes],
    ],
  },
};

function unlisted(history: History, context: (typeof contexts)[number]): readonly Violation[] {
  const found: Violation[] = [];
  const outcomes = outcomesIn(history, context.outcomes);
  const listed = new Map(
    outcomes.flatMap(({ commandId, events }) => events.map(({ eventId }) => [eventId, commandId])),
  );
  const places = new Set(history.committed(context.commands).map(({ record }) => placeOf(record)));
  for (const { commandPartition, commandOffset, commandId } of outcomes) {
    if (places.has(`${commandPartition}/${commandOffset}`)) continue;
    found.push(
      violation('I2', `${context.outcomes}: the outcome of ${commandId}, which is not there`),
    );
  }
  const of = heard[context.name];
  const otherCauses = new Set(
    of?.topics.flatMap(({ name }) =>
      takenBy(history, of.topology, name).map(({ envelope }) => envelope.id),
    ),
  );
  const told = context.name === 'notifications' ? toldByWorkers(history) : new Set<string>();
  for (const { envelope } of ownEntries(history, context.events)) {
    const { id, type, causationId } = envelope;
    if (causationId !== null && told.has(causationId)) continue;
    if (causationId?.startsWith('timer:') === true || otherCauses.has(causationId ?? '')) continue;
    if (causationId !== null && listed.get(id) === causationId) continue;
    found.push(
      violation(
        'I2',
        `${context.events}: no outcome lists ${type} ${id} of ${String(causationId)}`,
      ),
    );
  }
  return found;
}

/**
 * What workers tell the task that they follow stands in no topic: what is left of it is that one
 * attempt ended so, and what that released. Whether it is true is asked of
 * the merchants' books.
 */
function toldByWorkers(history: History): ReadonlySet<string> {
  const ends = new Map<string, number>();
  for (const { envelope, payload } of ownEntries(history, topics.notificationsEvents.name)) {
    const { actor, causationId } = envelope;
    if (actor !== 'system:notification-deliveries' || causationId === null) continue;
    const isEnd = payload.type !== 'NotificationAttemptDue';
    ends.set(causationId, (ends.get(causationId) ?? 0) + (isEnd ? 1 : 0));
  }
  return new Set([...ends].filter(([, count]) => count === 1).map(([id]) => id));
}

/** An event of a timer: it was set by the state, it was due, and it is dated by its due time. */
function timersOf(history: History): readonly Violation[] {
  const { orders, payments } = walkOf(history);
  return [...orders, ...payments].flatMap(([key, { events, everWanted }]) =>
    events.flatMap(({ envelope, record }) => {
      const timer = /^timer:([a-z0-9-]+):(\d+)$/.exec(envelope.causationId ?? '');
      if (timer === null) return [];
      const [, name = '', due = ''] = timer;
      const what = `${key}: ${envelope.type} of ${name} due ${due}`;
      if (!everWanted.has(`${name}:${due}`))
        return [violation('I2', `${what}, which was never set`)];
      if (envelope.timeMs !== Number(due)) return [violation('I2', `${what} is dated otherwise`)];
      if (record.timestampMs < Number(due)) return [violation('I2', `${what} came early`)];
      return [];
    }),
  );
}

/** What the checkout may say to each event; two where it depends on which it saw first. */
const answers: Readonly<Partial<Record<(OrdersEvent | PaymentsEvent)['type'], readonly string[]>>> =
  {
    PaymentCreated: ['AwaitPayment', 'ClosePayment'],
    PaymentSucceeded: ['ConfirmPayment'],
    PaymentFailed: ['FailPayment'],
    PaymentClosed: ['RecordPaymentClosed'],
    OrderCancelled: ['', 'ClosePayment'],
    OrderExpired: ['', 'ClosePayment'],
    OrderFailed: ['', 'ClosePayment'],
    OrderExpiryRequested: ['', 'ClosePayment'],
  };

/** What its checkout is told of a purchase beside that. */
const ofPurchases: Readonly<Partial<Record<OrdersEvent['type'], string>>> = {
  OrderCreated: 'StartCheckout',
  OrderPaid: 'RecordOrderEnded',
  OrderPaidFromBalance: 'RecordOrderEnded',
  OrderFailed: 'RecordOrderEnded',
  OrderExpired: 'RecordOrderEnded',
  OrderCancelled: 'RecordOrderEnded',
};

/** The checkout answers each event that it has taken in exactly once, and nothing else. */
function reactions(history: History): readonly Violation[] {
  const found: Violation[] = [];
  const merchants = merchantKeys(history);
  const said = new Map<string, ReadEntry[]>();
  const purchases = purchaseKeys(history);
  for (const { name } of [
    topics.ordersCommands,
    topics.paymentsCommands,
    topics.checkoutCommands,
  ]) {
    for (const entry of ownEntries(history, name)) {
      const { actor, causationId } = entry.envelope;
      if (actor !== 'system:checkout') continue;
      said.set(causationId ?? '', [...(said.get(causationId ?? '') ?? []), entry]);
    }
  }
  for (const { name } of [topics.ordersEvents, topics.paymentsEvents]) {
    for (const entry of takenIn(history, name).filter(isReadable)) {
      const { id, type } = entry.envelope;
      const isMerchants = merchants.has(keyOf(entry));
      const allowed = (isMerchants ? null : answers[type as keyof typeof answers]) ?? [''];
      const isPurchase = !isMerchants && purchases.has(keyOf(entry));
      const more = isPurchase ? (ofPurchases[type as keyof typeof ofPurchases] ?? '') : '';
      const commands = said.get(id) ?? [];
      said.delete(id);
      const told = commands.map(({ payload }) => payload.type).join(' ');
      const isAllowed = allowed.some((each) => [each, more].join(' ').trim() === told);
      if (isAllowed && commands.every((command) => keyOf(command) === keyOf(entry))) continue;
      const types = commands.map(({ payload }) => payload.type).join(' ') || 'nothing';
      found.push(violation('I2', `checkout said ${types} to ${type} ${id} of ${keyOf(entry)}`));
    }
  }
  for (const [id, commands] of said) {
    const types = commands.map(({ payload }) => payload.type).join(' ');
    found.push(violation('I2', `checkout said ${types} to ${id}, which it cannot have taken in`));
  }
  return found;
}

/** What came before its payment is said to it once, and to no other. */
function saidAgain(history: History): readonly Violation[] {
  const waiting = new Map<string, Set<string>>();
  const due = new Map<string, string>();
  for (const entry of takenIn(history, topics.paymentsEvents.name).filter(isReadable)) {
    const event = entry.payload as PaymentsEvent;
    if (event.type === 'PaymentCallbackRecorded' && event.data.code === 'PAYMENT_NOT_FOUND') {
      const { payNo, callbackId, callbackStatus } = event.data;
      const told = waiting.get(payNo) ?? new Set<string>();
      waiting.set(payNo, told.add(`${callbackId} ${callbackStatus}`));
    }
    if (event.type !== 'PaymentCreated') continue;
    for (const said of waiting.get(event.data.payNo) ?? [])
      due.set(`${event.data.payNo} ${said}`, keyOf(entry));
  }
  const found: Violation[] = [];
  for (const entry of ownEntries(history, topics.paymentsCommands.name)) {
    if (entry.envelope.actor !== 'system:parked-callbacks') continue;
    const command = entry.payload as PaymentsCommand;
    if (command.type !== 'ReportMockCallback') continue;
    const { payNo, callbackId, callbackStatus } = command.data;
    const said = `${payNo} ${callbackId} ${callbackStatus}`;
    if (due.get(said) !== keyOf(entry)) found.push(violation('I2', `${said} was said again`));
    due.delete(said);
  }
  for (const said of due.keys())
    found.push(violation('I2', `${said} came before its payment and was never said to it`));
  return found;
}
