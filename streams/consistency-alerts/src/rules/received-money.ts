import type { Evidence, ReceivingEvent } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import * as limits from './limits.ts';

type DataOf<T extends ReceivingEvent['type']> = Extract<
  ReceivingEvent,
  { readonly type: T }
>['data'];

/** What an account that people pay into has said, as far as somebody has to look at it. */
export interface ReceivingView {
  /** `<pid>.<aid>`. */
  readonly account: string;
  /** Money that is no order's, until it is matched or set aside; the oldest first. */
  readonly unmatched: readonly UnmatchedMoney[];
  /** Nothing takes these back. The oldest first, up to a limit. */
  readonly otherReports: readonly OtherReport[];
}

interface Money {
  readonly platformOrder: string;
  readonly payway: string;
  readonly channel: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** The event that says it. */
  readonly seen: Evidence;
}

export interface UnmatchedMoney extends Money {
  readonly why: DataOf<'MoneyUnmatched'>['why'];
  /** References of the first orders that it could be for; the event has more of them. */
  readonly candidates: readonly string[];
  /** How many the event names. */
  readonly candidateCount: number;
}

/** A report of money under a number that stood for other money before. */
export type OtherReport = Money;

/** What is known of the account after an event; the same object where nothing is to be looked at. */
export function afterReceivingEvent(
  view: ReceivingView | null,
  event: ReceivingEvent,
  seen: Evidence,
): ReceivingView | null {
  switch (event.type) {
    case 'MoneyUnmatched':
      return withUnmatched(view, event.data, seen);
    case 'MoneyMatched':
    case 'MoneySetAside':
      return withoutUnmatched(view, event.data.platformOrder);
    case 'MoneyReportContradicted':
      return withOtherReport(view, event.data, seen);
    case 'OrderActivated':
    case 'OrderDeactivated':
    case 'ReceivingAccountChanged':
    case 'ReceivingAccountPaused':
    case 'ReceivingAccountRegistered':
    case 'ReceivingAccountResumed':
      return view;
    default:
      return unreachable(event);
  }
}

const emptyOf = ({ pid, aid }: { readonly pid: string; readonly aid: string }): ReceivingView => ({
  ...{ account: `${pid}.${aid}`, unmatched: [], otherReports: [] },
});

const isOf =
  (platformOrder: string) =>
  (money: Money): boolean =>
    money.platformOrder === platformOrder;

const moneyIn = (
  data: DataOf<'MoneyUnmatched'> | DataOf<'MoneyReportContradicted'>,
  seen: Evidence,
): Money => {
  const { platformOrder, payway, channel, amountMinor, currency } = data;
  return { platformOrder, payway, channel, amountMinor, currency, seen };
};

function withUnmatched(
  known: ReceivingView | null,
  data: DataOf<'MoneyUnmatched'>,
  seen: Evidence,
): ReceivingView {
  const view = known ?? emptyOf(data);
  const { unmatched } = view;
  const isFull = unmatched.length >= limits.unmatchedMoneyMax;
  if (isFull || unmatched.some(isOf(data.platformOrder))) return view;
  const { why } = data;
  const candidates = data.candidates.slice(0, limits.candidatesShownMax);
  const money = { ...moneyIn(data, seen), why, candidates };
  return {
    ...view,
    unmatched: [...unmatched, { ...money, candidateCount: data.candidates.length }],
  };
}

/** Most money is an order's from the beginning. */
function withoutUnmatched(view: ReceivingView | null, platformOrder: string): ReceivingView | null {
  if (view === null || !view.unmatched.some(isOf(platformOrder))) return view;
  const is = isOf(platformOrder);
  return { ...view, unmatched: view.unmatched.filter((money) => !is(money)) };
}

function withOtherReport(
  known: ReceivingView | null,
  data: DataOf<'MoneyReportContradicted'>,
  seen: Evidence,
): ReceivingView {
  const view = known ?? emptyOf(data);
  const { otherReports } = view;
  const isFull = otherReports.length >= limits.otherReportsMax;
  if (isFull || otherReports.some(isOf(data.platformOrder))) return view;
  return { ...view, otherReports: [...otherReports, moneyIn(data, seen)] };
}

/** Makes room: without the reports of which the alerts are done with. */
export function withoutOtherReports(
  view: ReceivingView,
  isDone: (report: OtherReport) => boolean,
): ReceivingView {
  const otherReports = view.otherReports.filter((report) => !isDone(report));
  return otherReports.length === view.otherReports.length ? view : { ...view, otherReports };
}
