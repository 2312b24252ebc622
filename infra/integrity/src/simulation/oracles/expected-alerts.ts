import type {
  ActivateRules,
  CallbacksEvent,
  EndpointsEvent,
  InventoryEvent,
  NotificationsEvent,
  OrdersEvent,
  PaymentsEvent,
  ReceivingEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Entry, History, ReadEntry } from '../history/history.ts';
import { isReadable, keyOf } from '../history/history.ts';
import type { ExpectedAlert, Rules, Watch } from './alert-watches.ts';
import { begun, said } from './alert-watches.ts';
import type { FactRule } from './facts-said.ts';
import { answered, factIn } from './facts-said.ts';
import { takenIn } from './parking.ts';
import type { StockTold } from './stock-told.ts';
import { noStockTold, tellStock } from './stock-told.ts';
import type { ToldOfOrder } from './told-of-order.ts';
import {
  nothingTold,
  tellCallback,
  tellNotification,
  tellOrder,
  tellPayment,
} from './told-of-order.ts';
import { isOfWrong, judgeWrongs, wrongNow } from './wrong-now.ts';

export type { ExpectedAlert } from './alert-watches.ts';

interface Joined {
  order: string | null;
  payment: string | null;
  /** Of a purchase: whether its checkout has come to its end; null of any other order. */
  hasEnded: boolean | null;
  /** What the newest report says, where it is not what the payment's status says. */
  reported: string | null;
  /** What was said of the payment and is never taken back, by what it says. */
  readonly facts: Map<string, Fact>;
  /** Of an endpoint: incidents that have not ended, by their ids. */
  readonly incidents: Map<string, Said>;
  /** Of a channel: what is usual of it does not come. */
  isSilent: boolean;
  /** Of an account: money that is nobody's, by its number. */
  readonly unmatched: Map<string, Said>;
  /** Of an item. */
  readonly stock: StockTold;
  /** What the rules beyond A, B and C ask of the two. */
  readonly told: ToldOfOrder;
  /** By condition; of a fact, by what it says; of an incident, by its id. */
  readonly watches: Map<string, Watch>;
}

/** The event that says it. */
interface Said {
  readonly eventId: string;
  readonly saidMs: number;
}

interface Fact extends Said {
  readonly rule: FactRule;
}

/** By their rules; R has two, of which at most one holds. */
const conditions = ['A', 'B', 'C', 'R before', 'R after'] as const;
const ruleNames: readonly string[] = 'A B C D E F G H I J K L M N O P R U V W Z'.split(' ');
const defaultGraceMs: Readonly<Record<string, number>> = {
  ...{ A: 60_000, J: 3_600_000, L: 5_000, M: 600_000 },
  ...{ N: 60_000, P: 60_000, R: 60_000, W: 120_000 },
};
const valueNames =
  'callbackGraceMs correctionGraceMs excessGraceMs orderGraceMs processingGraceMs unknownGraceMs';
const inputs = [
  topics.alertsCommands.name,
  topics.ordersEvents.name,
  topics.paymentsEvents.name,
  topics.checkoutEvents.name,
  topics.endpointsEvents.name,
  topics.receivingEvents.name,
  topics.signalsEvents.name,
  topics.notificationsEvents.name,
  topics.inventoryEvents.name,
  topics.callbacksEvents.name,
];

/**
 * What contract 3 and ALERTS say must be raised and resolved, worked out by a loop over the committed
 * log in broker time. It shares no code with the rules: where the two differ, one is wrong.
 */
export function expectedAlerts(history: History): readonly ExpectedAlert[] {
  return Array.from({ length: history.partitions }, (_, partition) =>
    expectedOf(history, partition),
  ).flat();
}

function expectedOf(history: History, partition: number): readonly ExpectedAlert[] {
  const found: ExpectedAlert[] = [];
  const orders = new Map<string, Joined>();
  const rules: Rules = {
    enabled: new Map(ruleNames.map((rule) => [rule, true])),
    graceMs: new Map(Object.entries(defaultGraceMs)),
    values: new Map(),
    seen: [],
  };

  /** Deadlines that pass before this moment, the earliest first. */
  function passTime(beforeMs: number): void {
    for (;;) {
      const due = [...orders]
        .flatMap(([key, joined]) => [...joined.watches.values()].map((watch) => ({ key, watch })))
        .filter(({ watch }) => !watch.open && watch.deadlineMs < beforeMs)
        .sort((a, b) => a.watch.deadlineMs - b.watch.deadlineMs)[0];
      if (due === undefined) return;
      due.watch.open = true;
      found.push(said('raised', due.key, due.watch, due.watch.deadlineMs));
    }
  }

  for (const { entry, timeMs } of merged(history, partition)) {
    passTime(timeMs);
    if (entry.record.topic === topics.alertsCommands.name) {
      if (entry.payload.type === 'ActivateRules') activate(rules, entry);
      continue;
    }
    const key = keyOf(entry);
    if (!key.includes('/')) continue;
    const joined = orders.get(key) ?? {
      order: null,
      payment: null,
      hasEnded: null,
      reported: null,
      facts: new Map(),
      incidents: new Map(),
      isSilent: false,
      unmatched: new Map(),
      stock: noStockTold(),
      told: nothingTold(),
      watches: new Map(),
    };
    orders.set(key, joined);
    const { topic } = entry.record;
    if (topic === topics.ordersEvents.name) takeOrder(joined, entry, timeMs);
    else if (topic === topics.checkoutEvents.name) takeCheckout(joined, entry);
    else if (topic === topics.endpointsEvents.name) takeEndpoint(joined, entry, timeMs);
    else if (topic === topics.receivingEvents.name) takeMoney(joined, entry, timeMs);
    else if (topic === topics.signalsEvents.name)
      joined.isSilent = entry.payload.type === 'ChannelSilent';
    else if (topic === topics.notificationsEvents.name)
      tellNotification(joined.told, entry.payload as NotificationsEvent);
    else if (topic === topics.callbacksEvents.name)
      tellCallback(joined.told, entry.payload as CallbacksEvent);
    else if (topic === topics.inventoryEvents.name)
      tellStock(joined.stock, entry.payload as InventoryEvent, {
        ...{ eventId: entry.envelope.id, saidMs: timeMs },
      });
    else takePayment(joined, entry, timeMs);
    found.push(...judge({ joined, rules, key, timeMs, triggerId: entry.envelope.id }));
  }
  passTime(history.endedMs);
  return found;
}

/** Readable records of all inputs in broker time; ties go by input, then by offset. */
function merged(
  history: History,
  partition: number,
): readonly { readonly entry: ReadEntry; readonly timeMs: number }[] {
  const timed = inputs.flatMap((topic, order) => {
    let timeMs = 0;
    const usable = new Set<Entry>(takenIn(history, topic));
    return history
      .committed(topic)
      .filter(({ record }) => record.partition === partition)
      .flatMap((entry) => {
        timeMs = Math.max(timeMs, entry.record.timestampMs);
        return usable.has(entry) && isReadable(entry) ? [{ entry, timeMs, order }] : [];
      });
  });
  return timed.sort((a, b) => a.timeMs - b.timeMs || a.order - b.order);
}

function activate(rules: Rules, entry: ReadEntry): void {
  const { rules: wanted } = entry.payload.data as ActivateRules;
  if (rules.seen.includes(entry.envelope.id)) return;
  const wrong = wanted.some(
    ({ rule, version, graceMs }) =>
      !ruleNames.includes(rule) ||
      version !== 1 ||
      (graceMs !== null && (graceMs < 0 || graceMs > 2_678_400_000)),
  );
  if (wrong) return;
  rules.seen.push(entry.envelope.id);
  for (const { rule, enabled, graceMs, values } of wanted) {
    rules.enabled.set(rule, enabled);
    rules.graceMs.set(rule, graceMs ?? defaultGraceMs[rule] ?? 0);
    for (const name of valueNames.split(' ')) {
      const value = values.find((each) => each.name === name)?.value;
      if (value === undefined) rules.values.delete(`${rule} ${name}`);
      else rules.values.set(`${rule} ${name}`, value);
    }
  }
}

const orderStatus: Readonly<Partial<Record<OrdersEvent['type'], string>>> = {
  OrderAwaitingPayment: 'WAITING_PAYMENT',
  OrderPaid: 'PAID',
  OrderPaidFromBalance: 'PAID',
  OrderFailed: 'FAILED',
  OrderExpired: 'EXPIRED',
  OrderCancelled: 'CANCELLED',
};

const goesBack = ({ facts }: Joined, { envelope }: ReadEntry, saidMs: number): void => {
  const eventId = envelope.id;
  facts.set(`${eventId} goes back`, { rule: 'O', eventId, saidMs });
};

function takeOrder(joined: Joined, entry: ReadEntry, timeMs: number): void {
  const event = entry.payload as OrdersEvent;
  tellOrder(joined.told, event);
  if (event.type === 'OrderCreated') {
    joined.order = 'PENDING';
    joined.hasEnded = event.data.purchase === null ? null : false;
    return;
  }
  const status = orderStatus[event.type];
  if (joined.order === null || status === undefined) return;
  if (joined.order === 'PENDING' || joined.order === 'WAITING_PAYMENT') joined.order = status;
  else if (joined.order !== status) goesBack(joined, entry, timeMs);
}

function takeCheckout(joined: Joined, { payload: { type } }: ReadEntry): void {
  if (joined.hasEnded === null) return;
  joined.hasEnded = type === 'CheckoutCompleted' || type === 'CheckoutCompensated';
}

function takeEndpoint({ incidents }: Joined, entry: ReadEntry, saidMs: number): void {
  const event = entry.payload as EndpointsEvent;
  const eventId = entry.envelope.id;
  if (event.type === 'EndpointIncidentOpened')
    incidents.set(event.data.incidentId, { eventId, saidMs });
  if (event.type === 'EndpointIncidentEnded') incidents.delete(event.data.incidentId);
}

function takeMoney({ unmatched, facts }: Joined, entry: ReadEntry, saidMs: number): void {
  const event = entry.payload as ReceivingEvent;
  const eventId = entry.envelope.id;
  if (event.type === 'MoneyUnmatched') unmatched.set(event.data.platformOrder, { eventId, saidMs });
  if (event.type === 'MoneyMatched' || event.type === 'MoneySetAside')
    unmatched.delete(event.data.platformOrder);
  if (event.type !== 'MoneyReportContradicted') return;
  const what = `${event.data.platformOrder} was reported otherwise`;
  if (!facts.has(what)) facts.set(what, { rule: 'Z', eventId, saidMs });
}

const paymentStatus: Readonly<Partial<Record<PaymentsEvent['type'], string>>> = {
  ...{ PaymentProcessing: 'PAYING', PaymentUnknown: 'PAYING', PaymentSucceeded: 'SUCCESS' },
  ...{ PaymentFailed: 'FAILED', PaymentClosed: 'CLOSED' },
};

function takePayment(joined: Joined, entry: ReadEntry, timeMs: number): void {
  const { payload, envelope } = entry;
  const event = payload as PaymentsEvent;
  tellPayment(joined.told, event, { timeMs, hasSucceeded: joined.payment === 'SUCCESS' });
  if (event.type === 'PaymentCreated') {
    joined.payment = 'INIT';
    joined.reported = null;
  }
  if (joined.payment === null) return;
  const status = paymentStatus[event.type];
  if (status !== undefined) {
    const isEnded = joined.payment !== 'INIT' && joined.payment !== 'PAYING';
    const isMoney = status === 'SUCCESS' || (status === 'FAILED' && joined.payment === 'SUCCESS');
    if (isEnded && !isMoney && status !== joined.payment) goesBack(joined, entry, timeMs);
    else joined.payment = status;
  }
  if (event.type === 'PaymentReportContradicted') joined.reported = event.data.reportedStatus;
  if (event.type === 'PaymentReportConfirmed') joined.reported = null;
  const said = factIn(event);
  if (said === null || joined.facts.has(said.what)) return;
  // What the gateway answers itself stands above what was signed, and is not taken back by it.
  if (said.rule === 'V' && joined.facts.has(answered(said.what))) return;
  if (said.outweighs !== undefined) joined.facts.delete(said.outweighs);
  joined.facts.set(said.what, { rule: said.rule, eventId: envelope.id, saidMs: timeMs });
}

function holds(rule: string, { order, payment, reported, hasEnded }: Joined): boolean {
  const isLate = order !== null && hasEnded === false && order !== 'WAITING_PAYMENT';
  if (rule === 'R before') return isLate && order === 'PENDING';
  if (rule === 'R after') return isLate && order !== 'PENDING';
  if (order === null || payment === null) return false;
  const isOpen = order === 'PENDING' || order === 'WAITING_PAYMENT';
  if (rule === 'A') return payment === 'SUCCESS' && isOpen;
  if (rule === 'B') return order === 'PAID' && (payment === 'FAILED' || reported === 'FAILED');
  return !isOpen && order !== 'PAID' && (payment === 'SUCCESS' || reported === 'SUCCESS');
}

function judge(step: {
  joined: Joined;
  rules: Rules;
  key: string;
  timeMs: number;
  triggerId: string;
}): readonly ExpectedAlert[] {
  const { joined, rules, key, timeMs, triggerId } = step;
  const found: ExpectedAlert[] = [
    ...judgeEach(step, joined.unmatched, { rule: 'K', prefix: 'money ', lastsMs: null }),
    ...judgeEach(step, joined.stock.back, {
      ...{ rule: 'R', prefix: 'back ', lastsMs: rules.values.get('R excessGraceMs') ?? 0 },
    }),
    ...judgeWrongs(
      [...wrongNow(joined.told, joined), ...(joined.isSilent ? [{ name: 'W' }] : [])],
      { ...step, watches: joined.watches },
    ),
  ];
  const held = [...joined.watches]
    .filter(([name, { rule }]) => rule === 'U' && !isOfWrong(name))
    .map(([id]) => id);
  for (const condition of new Set<string>([...conditions, ...held, ...joined.incidents.keys()])) {
    const watch = joined.watches.get(condition);
    const incident = joined.incidents.get(condition);
    const isIncident = held.includes(condition) || incident !== undefined;
    const rule = isIncident ? 'U' : condition.charAt(0);
    if (!(isIncident ? incident !== undefined : holds(condition, joined))) {
      joined.watches.delete(condition);
      if (watch?.open === true) found.push(said('resolved', key, watch, timeMs));
      continue;
    }
    // One that is pending may be due in this very millisecond; it is judged with the event.
    const { eventId, saidMs } = incident ?? { eventId: triggerId, saidMs: timeMs };
    const due = watch ?? begun(rules, rule, saidMs, eventId);
    if (due === null) continue;
    joined.watches.set(condition, due);
    if (due.open || due.deadlineMs > timeMs) continue;
    due.open = true;
    found.push(said('raised', key, due, timeMs));
  }
  for (const [what, watch] of joined.watches) {
    if (watch.rule !== 'V' || joined.facts.has(what)) continue;
    joined.watches.delete(what);
    if (watch.open) found.push(said('resolved', key, watch, timeMs));
  }
  for (const [what, { rule, eventId, saidMs }] of joined.facts) {
    const due = joined.watches.get(what) ?? begun(rules, rule, saidMs, eventId);
    if (due === null) continue;
    joined.watches.set(what, due);
    if (due.open || due.deadlineMs > timeMs) continue;
    due.open = true;
    found.push(said('raised', key, due, timeMs));
  }
  return found;
}

/** Each piece of money, and each return of goods, by itself, for as long as it stands. */
function judgeEach(
  { joined: { watches }, rules, key, timeMs }: Parameters<typeof judge>[0],
  standing: ReadonlyMap<string, Said>,
  of: { readonly rule: string; readonly prefix: string; readonly lastsMs: number | null },
): readonly ExpectedAlert[] {
  const { rule, prefix, lastsMs } = of;
  const found: ExpectedAlert[] = [];
  for (const [name, watch] of watches) {
    if (!name.startsWith(prefix) || standing.has(name.slice(prefix.length))) continue;
    watches.delete(name);
    if (watch.open) found.push(said('resolved', key, watch, timeMs));
  }
  for (const [each, { eventId, saidMs }] of standing) {
    const name = `${prefix}${each}`;
    const fresh = begun(rules, rule, saidMs, eventId);
    const begin =
      fresh === null || lastsMs === null ? fresh : { ...fresh, deadlineMs: saidMs + lastsMs };
    const due = watches.get(name) ?? begin;
    if (due === null) continue;
    watches.set(name, due);
    if (due.open || due.deadlineMs > timeMs) continue;
    due.open = true;
    found.push(said('raised', key, due, timeMs));
  }
  return found;
}
