import type { Findings } from './alerts/findings.ts';
import type { Lateness } from './alerts/lateness.ts';
import type { ActiveOrdersResult } from './measure/active-orders.ts';
import type { AlertsResult, AlertsSummaryResult } from './measure/alerts.ts';
import type { CheckoutsResult } from './measure/checkouts.ts';
import type { DeliveriesResult } from './measure/deliveries.ts';
import type { HangingResult } from './measure/hanging.ts';
import type { HotSkuResult } from './measure/hot-sku.ts';
import type { JoinResult } from './measure/join.ts';
import type { KeysResult } from './measure/keys.ts';
import type { LatenessResult } from './measure/lateness.ts';
import type { LiveResult } from './measure/live.ts';
import type { MoneyResult } from './measure/money.ts';
import type { OpenOrdersResult } from './measure/open-orders.ts';
import type { PaymentsResult } from './measure/payments.ts';
import type { Delays, PurchasesResult } from './measure/purchases.ts';
import type { RebuildResult } from './measure/rebuild.ts';
import type { RestoreResult } from './measure/restore.ts';
import type { RetriesResult } from './measure/retries.ts';
import type { SubscribersResult } from './measure/subscribers.ts';
import type { TakeoverResult } from './measure/takeover.ts';
import type { TransactionsResult } from './measure/transactions.ts';
import type { VerifyResult } from './measure/verify.ts';
import type { WaitingResult } from './measure/waiting.ts';
import type { Column } from './print-columns.ts';
import { coresText, ms, name, number, seconds, whole } from './print-columns.ts';
import { alertRuns, alertSummaries, openOrders } from './print-alerts.ts';
import { activeOrders, money } from './print-money.ts';
import { deliveries, hanging, retries, subscribers, waiting } from './print-notifications.ts';

const contenderWidth = 22;

const speed: readonly Column<JoinResult | KeysResult>[] = [
  name('program', contenderWidth, (r) => r.contender),
  number('keys', 8, (r) => String(r.log.keys)),
  number('records/s', 10, (r) => whole(r.steadyPerSecond)),
  number('µs/record', 10, (r) => (1e6 / r.steadyPerSecond).toFixed(1)),
  number('with start', 11, (r) => seconds(r.wholeMs)),
  number('records/s', 10, (r) => whole(r.wholePerSecond)),
  number('peak MiB', 9, (r) => whole(r.peakRssMiB)),
  number('cpu s', 6, (r) => r.cpuSeconds?.toFixed(1) ?? '-'),
  number('broker', 8, (r) => r.brokerCpuSeconds?.toFixed(1) ?? '-'),
  name('  alerts', 40, (r) => `  ${alerts(r.findings)}`),
];

const alerts = ({ counts, bodies }: Findings): string => {
  const each = Object.entries(counts).sort();
  return `${each.map(([what, count]) => `${what} ${count}`).join(', ')} (${bodies.slice(0, 8)})`;
};

const latenessColumns = (
  title: string,
  of: (r: LatenessResult) => Lateness,
): readonly Column<LatenessResult>[] => [
  number(`${title}: n`, 10, (r) => String(of(r).count)),
  number('append50', 10, (r) => ms(of(r).appended.p50Ms)),
  number('append99', 10, (r) => ms(of(r).appended.p99Ms)),
  number('seen50', 10, (r) => ms(of(r).visible.p50Ms)),
  number('seen99', 10, (r) => ms(of(r).visible.p99Ms)),
];

const lateness: readonly Column<LatenessResult>[] = [
  name('program', contenderWidth, (r) => r.contender),
  number('records/s', 10, (r) => String(r.perSecond)),
  ...latenessColumns('grace', (r) => r.afterGrace),
  ...latenessColumns('event', (r) => r.atOnce),
  number('writer99', 10, (r) => ms(r.written.writerLateP99Ms)),
  number('cpu s', 7, (r) => r.cpuSeconds?.toFixed(1) ?? '-'),
  number('broker', 8, (r) => r.brokerCpuSeconds?.toFixed(1) ?? '-'),
];

const restore: readonly Column<RestoreResult>[] = [
  name('program', contenderWidth, (r) => r.contender),
  name('start', 20, (r) => r.kind),
  number('keys', 8, (r) => String(r.keys)),
  number('changelog', 10, (r) => whole(r.changelog.records)),
  number('MB', 7, (r) => (r.changelog.bytes / 1e6).toFixed(0)),
  number('read', 9, (r) => whole(r.records)),
  number('in', 9, (r) => seconds(r.elapsedMs)),
  number('records/s', 10, (r) => whole((r.records * 1_000) / r.elapsedMs)),
  number('MB/s', 7, (r) => megabytesPerSecond(r)),
  number('all tasks run', 14, (r) => seconds(r.readyMs)),
];

function megabytesPerSecond({ changelog, records, elapsedMs }: RestoreResult): string {
  const share = changelog.records === 0 ? 0 : records / changelog.records;
  const rate = (changelog.bytes * share) / 1e6 / (elapsedMs / 1_000);
  return Number.isFinite(rate) ? rate.toFixed(1) : '-';
}

const takeover: readonly Column<TakeoverResult>[] = [
  name('program', contenderWidth, (r) => r.contender),
  number('keys', 8, (r) => String(r.keys)),
  number('lost partitions', 16, (r) => String(r.lost)),
  number('answered again', 15, (r) => seconds(r.takeoverMs)),
  name('  each', 40, (r) => `  ${r.silences.map(({ ms: of }) => ms(of)).join(', ')}`),
];

const rebuild: readonly Column<RebuildResult | VerifyResult>[] = [
  name('program', 32, (r) => r.program),
  number('records', 9, (r) => String(r.records)),
  number('took', 9, (r) => seconds(r.elapsedMs)),
  number('records/s', 10, (r) => whole(r.perSecond)),
  number('of reading', 11, (r) => (r.share === null ? '-' : `${(r.share * 100).toFixed(1)} %`)),
  number('cpu s', 7, (r) => r.cpuSeconds.toFixed(1)),
  number('postgres', 9, (r) => (r.part === 'verify' ? '-' : r.postgresCpuSeconds.toFixed(1))),
  number('rss MiB', 8, (r) => whole(r.rssMiB)),
];

const transactions: readonly Column<TransactionsResult>[] = [
  number('producers', 9, (r) => String(r.producers)),
  number('records each', 13, (r) => String(r.records)),
  number('transactions/s', 15, (r) => whole(r.transactionsPerSecond)),
  number('records/s', 10, (r) => whole(r.recordsPerSecond)),
  number('p50', 9, (r) => `${r.p50Ms?.toFixed(1) ?? '-'} ms`),
  number('p99', 9, (r) => `${r.p99Ms?.toFixed(1) ?? '-'} ms`),
];

const payments: readonly Column<PaymentsResult>[] = [
  name('program', 27, (r) => r.program),
  number('due/s', 6, (r) => String(r.perSecond)),
  number('answered', 10, (r) => String(r.succeeded)),
  number('of', 7, (r) => String(r.sent)),
  number('p50', 9, (r) => ms(r.p50Ms)),
  number('p99', 9, (r) => ms(r.p99Ms)),
  number('flows/s', 9, (r) => r.finishedPerSecond.toFixed(1)),
  number('ended', 7, (r) => String(r.finished)),
  number('p50', 9, (r) => ms(r.flowP50Ms)),
  number('p99', 9, (r) => ms(r.flowP99Ms)),
  name('  cores', 60, (r) => `  ${coresText(r.cores)}`),
];

const checkouts: readonly Column<CheckoutsResult>[] = [
  name('paid from', 12, (r) => r.paidFrom),
  number('due/s', 6, (r) => String(r.perSecond)),
  number('answered', 10, (r) => String(r.succeeded)),
  number('of', 7, (r) => String(r.sent)),
  number('p50', 10, (r) => ms(r.p50Ms)),
  number('p99', 10, (r) => ms(r.p99Ms)),
  number('checkouts/s', 12, (r) => r.completedPerSecond.toFixed(1)),
  number('completed', 10, (r) => String(r.completed)),
  number('p50', 10, (r) => ms(r.flowP50Ms)),
  number('p99', 10, (r) => ms(r.flowP99Ms)),
  name('  cores', 60, (r) => `  ${coresText(r.cores)}`),
];

const delayColumns = (
  title: string,
  of: (r: PurchasesResult) => Delays,
): readonly Column<PurchasesResult>[] => [
  number(`${title}: p50`, 12, (r) => ms(of(r).p50Ms)),
  number('p99', 10, (r) => ms(of(r).p99Ms)),
  number('max', 10, (r) => ms(of(r).maxMs)),
  number('in 60 s', 9, (r) => `${(of(r).within60s * 100).toFixed(1)} %`),
];

const byGateway = (result: PurchasesResult): string =>
  Object.entries(result.byGateway)
    .map(([gateway, { p50Ms, p99Ms }]) => `${gateway} ${whole(p50Ms)}, ${ms(p99Ms)}`)
    .join('; ');

const purchases: readonly Column<PurchasesResult>[] = [
  name('webhooks', 10, (r) => r.webhooks),
  number('purchases', 10, (r) => String(r.purchases)),
  ...delayColumns('log', (r) => r.log),
  ...delayColumns('shop', (r) => r.api),
  name('  p50, p99 in the log by gateway', 60, (r) => `  ${byGateway(r)}`),
];

const hotSku: readonly Column<HotSkuResult>[] = [
  number('buyers', 7, (r) => String(r.buyers)),
  number('pieces', 7, (r) => String(r.pieces)),
  number('sold', 6, (r) => String(r.sold)),
  number('given back', 11, (r) => String(r.givenBack)),
  number('answer p50', 12, (r) => ms(r.answeredP50Ms)),
  number('p99', 10, (r) => ms(r.answeredP99Ms)),
  number('repeated', 9, (r) => String(r.repeated)),
  number('sold out', 9, (r) => seconds(r.soldOutMs)),
  number('all over', 9, (r) => seconds(r.allEndedMs)),
];

const live: readonly Column<LiveResult>[] = [
  number('connections', 11, (r) => String(r.connections)),
  number('opened/s', 9, (r) => whole(r.openedPerSecond)),
  number('MiB', 16, (r) => {
    const { before, connected, afterwards } = r.rssMiB;
    return [before, connected, afterwards].map(whole).join(', ');
  }),
  number('KiB each', 9, (r) => r.kibPerConnection.toFixed(1)),
  number('cores idle', 11, (r) => r.idleCores.toFixed(3)),
  number('talking', 8, (r) => r.talkingCores.toFixed(2)),
  number('pushes', 8, (r) => String(r.pushes)),
  number('missing', 8, (r) => String(r.missing)),
  number('closed', 7, (r) => String(Object.values(r.closed).reduce((a, b) => a + b, 0))),
  number('p50', 9, (r) => ms(r.pushP50Ms)),
  number('p99', 9, (r) => ms(r.pushP99Ms)),
  number('max', 9, (r) => ms(r.pushMaxMs)),
];

export type TableResult =
  | ActiveOrdersResult
  | AlertsResult
  | AlertsSummaryResult
  | CheckoutsResult
  | DeliveriesResult
  | HangingResult
  | HotSkuResult
  | LiveResult
  | PurchasesResult
  | JoinResult
  | KeysResult
  | LatenessResult
  | MoneyResult
  | OpenOrdersResult
  | PaymentsResult
  | RebuildResult
  | RestoreResult
  | RetriesResult
  | SubscribersResult
  | TakeoverResult
  | TransactionsResult
  | VerifyResult
  | WaitingResult;

/** The head of the table of a part, and the row of a result. */
export function tableOf(result: TableResult): { readonly head: string; readonly row: string } {
  switch (result.part) {
    case 'join':
    case 'keys':
      return drawn(speed, result);
    case 'alerts':
      return drawn(alertRuns, result);
    case 'alerts, all rounds':
      return drawn(alertSummaries, result);
    case 'alerts, open orders':
      return drawn(openOrders, result);
    case 'active-orders':
      return drawn(activeOrders, result);
    case 'money':
      return drawn(money, result);
    case 'checkouts':
      return drawn(checkouts, result);
    case 'deliveries':
      return drawn(deliveries, result);
    case 'hanging':
      return drawn(hanging, result);
    case 'hot-sku':
      return drawn(hotSku, result);
    case 'live':
      return drawn(live, result);
    case 'purchases':
      return drawn(purchases, result);
    case 'lateness':
      return drawn(lateness, result);
    case 'payments':
      return drawn(payments, result);
    case 'restore':
      return drawn(restore, result);
    case 'retries':
      return drawn(retries, result);
    case 'subscribers':
      return drawn(subscribers, result);
    case 'takeover':
      return drawn(takeover, result);
    case 'rebuild':
    case 'verify':
      return drawn(rebuild, result);
    case 'transactions':
      return drawn(transactions, result);
    case 'waiting':
      return drawn(waiting, result);
  }
}

const drawn = <R>(columns: readonly Column<R>[], result: R) => ({
  head: columns.map(({ title }) => title).join(''),
  row: columns
    .map((column) => column.cell(result))
    .join('')
    .trimEnd(),
});
