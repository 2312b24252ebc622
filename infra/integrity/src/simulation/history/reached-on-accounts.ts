import type { MoneyMatched, PaymentsEvent, ReceivingEvent, ReportMoney } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { History, ReadEntry } from './history.ts';
import { keyOf, outcomesIn, ownEntries } from './history.ts';

type Reached = (name: string) => void;

/** Rare states of personal accounts, and of payments into them. */
export function reachedOnAccounts(history: History, reached: Reached): void {
  const events = ownEntries(history, topics.receivingEvents.name);
  if (events.length === 0) return;
  for (const { payload } of events) reachedByEvent(payload as ReceivingEvent, history, reached);
  for (const { commandType, code } of outcomesIn(history, topics.receivingOutcomes.name)) {
    if (code === 'ACCOUNT_PAUSED') reached('an account took no orders');
    if (code === 'AMOUNTS_USED_UP') reached('an account had no amount left');
    if (commandType === 'MatchMoney' && code !== null) reached('MatchMoney was refused');
  }
  reachedByReports(history, reached);
  reachedInBatches(events, reached);
  reachedWhileClosing(history, events, reached);
}

function reachedByEvent({ type, data }: ReceivingEvent, history: History, reached: Reached): void {
  if (type === 'OrderActivated' && data.payableMinor !== data.amountMinor)
    reached('an order asked for an amount of its own');
  if (type === 'MoneyReportContradicted') reached('money was reported otherwise');
  if (type === 'MoneySetAside') reached('money was set aside');
  if (type === 'MoneyUnmatched') reached(`money is nobody's: ${data.why}`);
  if (type !== 'MoneyMatched') return;
  reached(`money was matched ${data.kind}`);
  if (data.toldMinor !== data.orderAmountMinor) reached('money that does not fit was matched');
  const meantFor = history.money.get(data.platformOrder)?.meantFor ?? null;
  if (meantFor !== null && meantFor !== data.reference)
    reached('money went to another order than its payer meant');
}

/** The same money, decided for two processes that had seen it. */
function reachedByReports(history: History, reached: Reached): void {
  const seenBy = new Map<string, Set<string>>();
  for (const { payload } of ownEntries(history, topics.receivingCommands.name)) {
    if (payload.type !== 'ReportMoney') continue;
    const { platformOrder, reportedBy } = payload.data as ReportMoney;
    const by = seenBy.get(platformOrder) ?? new Set<string>();
    seenBy.set(platformOrder, by.add(reportedBy));
    if (by.size === 2) reached('money was reported by two processes');
  }
}

/** Records of one transaction have one time. */
function reachedInBatches(events: readonly ReadEntry[], reached: Reached): void {
  const ended = new Set<string>();
  const batchOf = (entry: ReadEntry): string => `${keyOf(entry)} ${entry.record.timestampMs}`;
  for (const entry of events)
    if (entry.payload.type === 'OrderDeactivated') ended.add(batchOf(entry));
  for (const entry of events)
    if (entry.payload.type.startsWith('Money') && ended.has(batchOf(entry)))
      reached('money came in one batch with the end of an order');
}

/** What a person, or late money, had to say to a payment that was about to end otherwise. */
function reachedWhileClosing(
  history: History,
  events: readonly ReadEntry[],
  reached: Reached,
): void {
  const closing = new Map<string, { readonly fromMs: number; toMs: number }>();
  const closed = new Set<string>();
  const personal = new Set<string>();
  for (const { payload, record } of ownEntries(history, topics.paymentsEvents.name)) {
    const { type, data } = payload as PaymentsEvent;
    if (type === 'PaymentCreated' && data.channel === 'PERSONAL') personal.add(data.payNo);
    if (!personal.has(data.payNo)) continue;
    if (type === 'PaymentCloseRequested')
      closing.set(data.payNo, { fromMs: record.timestampMs, toMs: Infinity });
    const asked = closing.get(data.payNo);
    if (asked !== undefined && asked.toMs === Infinity && ends.has(type))
      asked.toMs = record.timestampMs;
    if (type === 'PaymentClosed') closed.add(data.payNo);
    if (type === 'PaymentReportContradicted' && closed.has(data.payNo))
      reached('late money was told to a payment that had closed');
  }
  for (const { payload, record } of events) {
    if (payload.type !== 'MoneyMatched') continue;
    const { payNo, kind } = payload.data as MoneyMatched;
    const asked = closing.get(payNo);
    const { timestampMs: atMs } = record;
    if (asked === undefined || atMs < asked.fromMs || atMs > asked.toMs) continue;
    const how = kind === 'MANUAL' ? 'by hand' : 'by itself';
    reached(`money was matched ${how} while its payment closed`);
  }
}

const ends: ReadonlySet<string> = new Set(['PaymentSucceeded', 'PaymentFailed', 'PaymentClosed']);
