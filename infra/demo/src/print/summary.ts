import type { Comparison, Difference } from '../compare/compare.ts';
import type { MonitoredResult } from '../compare/compare-monitored.ts';
import type { PurchasesResult } from '../compare/compare-purchases.ts';
import type { ToldResult } from '../compare/compare-told.ts';
import type { ReadModelCheck } from '../found/check-read-models.ts';
import { differencesShownMax, retryAfterMs } from '../limits.ts';

export interface DemoResult {
  readonly seed: number;
  readonly orders: number;
  readonly asExpected: boolean;
  readonly comparison: Comparison;
  /** Null where there is no shop to buy in: at servers of your own. */
  readonly purchases: PurchasesResult | null;
  /** Null at servers of your own, where nothing is sent to this machine. */
  readonly told: ToldResult | null;
  /** Null at servers of your own, whose accounts are somebody's. */
  readonly monitored: MonitoredResult | null;
  readonly readModels: readonly ReadModelCheck[];
  readonly answeredCalls: number;
  readonly repeatedCalls: number;
  readonly elapsedMs: number;
  /** An order worth looking at. */
  readonly exampleOrderNo: string | null;
}

/** Amounts of work are numbers, never `bigint`, so that it is plain JSON. */
export const jsonOf = (result: DemoResult): string => JSON.stringify(result, null, 2);

const titles = {
  A: 'payment succeeded, order does not show it',
  B: 'order paid, payment reported as failed',
  C: 'payment succeeded, order had ended unpaid',
} as const;

/** The tables that a person reads. */
export function summaryOf(result: DemoResult): string {
  const { comparison, purchases, told, monitored, readModels } = result;
  const paid = comparison.statuses.find(({ status }) => status === 'PAID');
  const lines = [
    '',
    `${result.orders} orders, ${paid?.found ?? 0} of them paid; ` +
      `${result.answeredCalls} HTTP calls answered as the contracts say or listed below, ` +
      `${result.repeatedCalls} attempts repeated`,
    '',
    ...table(
      ['Orders', 'expected', 'found', ''],
      comparison.statuses.map((s) => [
        s.status,
        String(s.expected),
        String(s.found),
        mark(s.expected === s.found),
      ]),
    ),
    '',
    ...table(
      ['Alerts', 'raised: expected', 'found', 'resolved: expected', 'found', ''],
      comparison.rules.map(({ rule, expected, found }) => [
        `${rule}  ${titles[rule]}`,
        ...[String(expected.raised), String(found.raised)],
        ...[String(expected.resolved), String(found.resolved)],
        mark(expected.raised === found.raised && expected.resolved === found.resolved),
      ]),
    ),
    '',
    ...(purchases === null ? [] : purchaseLines(purchases)),
    ...(told === null ? [] : toldLines(told)),
    ...(monitored === null ? [] : monitoredLines(monitored)),
    ...table(
      ['Read models', 'records', 'rows', 'against the log', ''],
      readModels.map((model) => [
        model.name,
        String(model.records),
        model.rows,
        model.equal ? 'equal' : 'DIFFERENT',
        mark(model.equal),
      ]),
    ),
    '',
    ...differenceLines(comparison.differences),
    result.asExpected ? 'Everything is as expected.' : 'NOT as expected.',
  ];
  return `${lines.join('\n')}\n`;
}

function purchaseLines({ kinds, sums, alerts }: PurchasesResult): readonly string[] {
  const count = kinds.reduce((sum, { expected }) => sum + expected, 0);
  return [
    ...table(
      ['Purchases in the shop', 'end', 'slowest', 'expected', 'found', ''],
      kinds.map(({ kind, end, slowestMs, expected, found }) => [
        ...[kind, end, `${(slowestMs / 1_000).toFixed(1)} s`, String(expected), String(found)],
        mark(expected === found),
      ]),
    ),
    '',
    ...table(
      ['Goods and money', 'expected', 'found', 'put aside', ''],
      sums.map(({ what, expected, found, aside }) => [
        ...[what, expected, found, aside],
        mark(expected === found && Number(aside) === 0),
      ]),
    ),
    '',
    `${alerts} alerts about these ${count} purchases: ${mark(alerts === 0)}`,
    '',
  ];
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

function toldLines({ endpoints, retries }: ToldResult): readonly string[] {
  const { failed, again, soonestMs } = retries;
  const soonest = soonestMs === null ? 'never' : `after ${seconds(soonestMs)} at the soonest`;
  const isRight = failed > 0 && failed === again && (soonestMs ?? 0) >= retryAfterMs;
  return [
    ...table(
      ['Told to a merchant', 'median', 'slowest', 'requests', 'verified', 'expected', 'found', ''],
      endpoints.map(({ what, medianMs, slowestMs, requests, verified, expected, found }) => [
        ...[what, seconds(medianMs), seconds(slowestMs), String(requests), String(verified)],
        ...[String(expected), String(found)],
        mark(expected === found && requests === verified),
      ]),
    ),
    `${failed} requests failed, ${again} were made again under their id, ${soonest}: ${mark(isRight)}`,
    '',
  ];
}

function monitoredLines({ stories, rules }: MonitoredResult): readonly string[] {
  const alerts = rules.map(({ rule, expected, found }) => {
    const [raised, resolved] = found;
    const is = `rule ${rule}: ${raised} raised, ${resolved} resolved`;
    return `${is}: ${mark(expected.join() === found.join())}`;
  });
  return [
    ...table(
      ['Money on a personal account', 'answered', 'orders', 'slowest', 'expected', 'found', ''],
      stories.map(({ what, answers, end, slowestMs, expected, found }) => [
        ...[what, answers, end, seconds(slowestMs), String(expected), String(found)],
        mark(expected === found),
      ]),
    ),
    `Alerts about it: ${alerts.join('; ')}`,
    '',
  ];
}

const mark = (good: boolean): string => (good ? 'ok' : '<- !');

/** Columns as wide as their widest cell; the first to the left, the others to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   ')
      .trimEnd();
  return [line(head), ...rows.map(line)];
}

function differenceLines(differences: readonly Difference[]): readonly string[] {
  if (differences.length === 0) return [];
  const shown = differences.slice(0, differencesShownMax).map((difference) => {
    const story = difference.story === null ? '' : ` (${difference.story})`;
    const where = difference.orderNo === null ? 'the whole run' : `${difference.orderNo}${story}`;
    return `  ${where}: ${difference.what}: expected ${difference.expected}, found ${difference.found}`;
  });
  const more = differences.length - shown.length;
  return [
    `${differences.length} difference(s):`,
    ...shown,
    ...(more > 0 ? [`  … and ${more} more (all of them with --json)`] : []),
    '',
  ];
}
