import type { Runs } from './alerts/summarise-alerts.ts';
import type { AlertsResult, AlertsSummaryResult } from './measure/alerts.ts';
import type { OpenOrdersResult } from './measure/open-orders.ts';
import type { Column } from './print-columns.ts';
import { name, number, seconds, whole } from './print-columns.ts';

export const alertRuns: readonly Column<AlertsResult>[] = [
  name('log', 6, (r) => r.log),
  name('program', 20, (r) => r.program),
  number('round', 6, (r) => String(r.round)),
  number('records/s', 10, (r) => whole(r.steadyPerSecond)),
  number('with start', 11, (r) => seconds(r.wholeMs)),
  number('records/s', 10, (r) => whole(r.wholePerSecond)),
  number('peak MiB', 9, (r) => whole(r.peakRssMiB)),
  number('cpu s', 7, (r) => r.cpuSeconds?.toFixed(1) ?? '-'),
  number('broker', 8, (r) => r.brokerCpuSeconds?.toFixed(1) ?? '-'),
  name('  alerts', 40, (r) => `  ${countsText(r.findings.counts)}`),
];

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort()
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');

/** The middle, and the least and the most behind it. */
const runsText = (runs: Runs | null, digits: number): string => {
  if (runs === null) return '-';
  const [median, least, most] = [runs.median, runs.least, runs.most].map((v) => v.toFixed(digits));
  return `${median ?? ''} (${least ?? ''}–${most ?? ''})`;
};

export const alertSummaries: readonly Column<AlertsSummaryResult>[] = [
  name('log', 6, (r) => r.log),
  name('program', 20, (r) => r.program),
  number('runs', 5, (r) => String(r.runs)),
  number('records/s', 24, (r) => runsText(r.steadyPerSecond, 0)),
  number('of the first', 13, (r) => r.ofFirst.toFixed(2)),
  number('with start', 24, (r) => runsText(r.wholePerSecond, 0)),
  number('cpu µs/record', 24, (r) => runsText(r.cpuMicros, 1)),
  number('peak MiB', 20, (r) => runsText(r.peakRssMiB, 0)),
];

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
const each = (of: (bytes: NonNullable<OpenOrdersResult['perOrder']>) => number) => {
  return ({ perOrder }: OpenOrdersResult): string =>
    perOrder === null ? '-' : whole(of(perOrder));
};

export const openOrders: readonly Column<OpenOrdersResult>[] = [
  name('rules', 11, (r) => r.rules),
  name('state', 14, (r) => r.state),
  number('open orders', 11, (r) => String(r.orders)),
  number('heap MiB', 10, (r) => mebibytes(r.heapBytes)),
  number(
    'B each',
    7,
    each((bytes) => bytes.heapBytes),
  ),
  number('outside', 9, (r) => mebibytes(r.externalBytes)),
  number(
    'B each',
    7,
    each((bytes) => bytes.externalBytes),
  ),
  number('resident', 10, (r) => mebibytes(r.rssBytes)),
  number(
    'B each',
    7,
    each((bytes) => bytes.rssBytes),
  ),
  number('disk MiB', 10, (r) => mebibytes(r.diskBytes)),
  number(
    'B each',
    7,
    each((bytes) => bytes.diskBytes),
  ),
];
