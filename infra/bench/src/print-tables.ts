import type { Findings } from './alerts/findings.ts';
import type { Lateness } from './alerts/lateness.ts';
import type { JoinResult } from './measure/join.ts';
import type { KeysResult } from './measure/keys.ts';
import type { LatenessResult } from './measure/lateness.ts';
import type { PaymentsResult } from './measure/payments.ts';
import type { RestoreResult } from './measure/restore.ts';
import type { TakeoverResult } from './measure/takeover.ts';
import type { TransactionsResult } from './measure/transactions.ts';

interface Column<R> {
  readonly title: string;
  readonly width: number;
  cell(result: R): string;
}

/** Names stand at the left of their column, numbers at the right. */
const name = <R>(title: string, width: number, cell: (r: R) => string): Column<R> => ({
  ...{ title: title.padEnd(width), width },
  cell: (result) => cell(result).padEnd(width),
});
const number = <R>(title: string, width: number, cell: (r: R) => string): Column<R> => ({
  ...{ title: title.padStart(width), width },
  cell: (result) => cell(result).padStart(width),
});

const whole = (value: number | null): string =>
  value === null || !Number.isFinite(value) ? '-' : String(Math.round(value));
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const ms = (value: number | null): string => `${whole(value)} ms`;

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
  name('  cores', 60, (r) => `  ${coresOf(r.cores)}`),
];

const coresOf = (cores: PaymentsResult['cores']): string =>
  Object.entries(cores)
    .map(([program, share]) => `${program} ${share.toFixed(2)}`)
    .join(', ');

export type TableResult =
  | JoinResult
  | KeysResult
  | LatenessResult
  | PaymentsResult
  | RestoreResult
  | TakeoverResult
  | TransactionsResult;

/** The head of the table of a part, and the row of a result. */
export function tableOf(result: TableResult): { readonly head: string; readonly row: string } {
  switch (result.part) {
    case 'join':
    case 'keys':
      return drawn(speed, result);
    case 'lateness':
      return drawn(lateness, result);
    case 'payments':
      return drawn(payments, result);
    case 'restore':
      return drawn(restore, result);
    case 'takeover':
      return drawn(takeover, result);
    case 'transactions':
      return drawn(transactions, result);
  }
}

const drawn = <R>(columns: readonly Column<R>[], result: R) => ({
  head: columns.map(({ title }) => title).join(''),
  row: columns
    .map((column) => column.cell(result))
    .join('')
    .trimEnd(),
});
