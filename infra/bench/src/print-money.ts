import type { ActiveOrdersResult } from './measure/active-orders.ts';
import type { MoneyResult } from './measure/money.ts';
import type { Times } from './notifications/arrived.ts';
import type { Column } from './print-columns.ts';
import { coresText, ms, name, number, whole } from './print-columns.ts';
import { timeColumns } from './print-notifications.ts';

const wordsOf = (errors: Readonly<Record<string, number>>): string => {
  const words = Object.entries(errors).map(([word, count]) => `${count} x ${word}`);
  return words.length === 0 ? 'none' : words.join(', ');
};

export const money: readonly Column<MoneyResult>[] = [
  number('records/s', 9, (r) => String(r.perSecond)),
  number('matched', 9, (r) => String(r.succeeded)),
  number('of', 7, (r) => String(r.sent)),
  number('matched/s', 11, (r) => r.matchedPerSecond.toFixed(1)),
  number('answer: p50', 13, (r) => ms(r.p50Ms)),
  number('p95', 9, (r) => ms(r.p95Ms)),
  number('p99', 9, (r) => ms(r.p99Ms)),
  number('paid: p50', 11, (r) => ms(r.paid.p50Ms)),
  number('p99', 9, (r) => ms(r.paid.p99Ms)),
  ...timeColumns<MoneyResult>('notified', (r) => r.notified),
  number('told', 7, (r) => String(r.notified.count)),
  number('twice', 6, (r) => String(r.repeated)),
  number('sender99', 9, (r) => ms(r.generatorLateP99Ms)),
  name('  else answered', 30, (r) => `  ${wordsOf(r.errors)}`),
  name('  cores', 60, (r) => `  ${coresText(r.cores)}`),
];

const tenths = (value: number | null): string => `${value?.toFixed(1) ?? '-'} ms`;

const callColumns = (
  title: string,
  of: (r: ActiveOrdersResult) => { readonly times: Times; readonly ratio: number | null },
): readonly Column<ActiveOrdersResult>[] => [
  number(`${title}: p50`, title.length + 8, (r) => tenths(of(r).times.p50Ms)),
  number('p99', 10, (r) => tenths(of(r).times.p99Ms)),
  number('p50 ratio', 10, (r) => of(r).ratio?.toFixed(2) ?? '-'),
];

export const activeOrders: readonly Column<ActiveOrdersResult>[] = [
  number('orders', 8, (r) => String(r.orders)),
  number('accounts', 9, (r) => String(r.accounts)),
  number('written/s', 10, (r) => whole(r.activatedPerSecond)),
  number('in the list', 12, (r) => String(r.listedOrders)),
  ...callColumns('list', ({ listed: times, listedRatio: ratio }) => ({ times, ratio })),
  number('on the account', 15, (r) => String(r.paidOrders)),
  ...callColumns('match', ({ matched: times, matchedRatio: ratio }) => ({ times, ratio })),
];
