import { slotOfPayNo } from '@plumbline/kernel';
import type { EarlyCallback, OperatorQueries, PaymentFile } from '@plumbline/payments';
import { createOperatorQueries, paymentsProjection } from '@plumbline/payments';
import { ProjectionMissing, schemaOf } from '@plumbline/postgres';
import type { Command } from 'commander';
import { amountText } from '../format/summary.ts';
import { tableLines } from '../format/table.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { addShow } from './travel.ts';

interface ShowOptions {
  readonly json?: boolean;
}

export function addPaymentShow(parent: Command, run: RunCommand): void {
  addShow(parent, run, {
    kind: 'payment',
    description: 'Show everything about a payment: facts, calls to its gateway, callbacks, refunds',
    asItStands: showPayment,
  });
}

/** Exit code 1 when no payment has the number; callbacks that named it are shown all the same. */
export async function showPayment(
  session: Session,
  payNo: string,
  { json }: ShowOptions,
): Promise<ExitCode> {
  if (slotOfPayNo(payNo) === null)
    throw usageFailure(`${payNo} is no number of a payment: PAY and 27 digits`);
  const file = await reading(session, (queries) => queries.file(payNo));
  if (json === true) session.out.json(file);
  else for (const line of fileLines(file)) session.out.line(line);
  if (file.payment === null) session.out.note(`no payment has the number ${payNo}`);
  return file.payment === null ? 1 : 0;
}

export function addPaymentParked(parent: Command, run: RunCommand): void {
  parent
    .command('parked')
    .description('List verified callbacks that came for a payment that was not there, newest first')
    .option('--json', 'a JSON list')
    .addHelpText('after', examples('payment parked', 'payment parked --json'))
    .action((options: ShowOptions) => run((session) => showParked(session, options)));
}

export async function showParked(session: Session, { json }: ShowOptions): Promise<ExitCode> {
  const parked = await reading(session, (queries) => queries.earlyCallbacks(Date.now()));
  if (json === true) session.out.json(parked);
  else for (const line of parkedLines(parked)) session.out.line(line);
  return 0;
}

async function reading<T>(
  session: Session,
  read: (queries: OperatorQueries) => Promise<T>,
): Promise<T> {
  const postgres = await session.postgres();
  try {
    return await read(createOperatorQueries(postgres));
  } catch (error) {
    // SQLSTATE undefined_table: no process has made the read model yet.
    const isMissing = error instanceof Error && 'code' in error && error.code === '42P01';
    if (!isMissing) throw error;
    throw new CliFailure(new ProjectionMissing(schemaOf(paymentsProjection)).message);
  }
}

const timeText = (ms: number | null): string => (ms === null ? '' : new Date(ms).toISOString());

export function parkedLines(parked: readonly EarlyCallback[]): readonly string[] {
  if (parked.length === 0) return ['no callback came before its payment'];
  return tableLines(
    ['received', 'payment', 'says', 'transaction', 'state'],
    parked.map((each) => [
      timeText(each.receivedAtMs),
      each.payNo,
      each.callbackStatus,
      each.channelTradeNo ?? '',
      each.state,
    ]),
  );
}

export function fileLines({ payment, calls, callbacks, refunds }: PaymentFile): readonly string[] {
  return [
    ...(payment === null ? [] : factLines(payment)),
    ...section('calls to the gateway', callLines(calls)),
    ...section('callbacks', callbackLines(callbacks)),
    ...section('refunds', refundLines(refunds)),
  ];
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? ['', `${title}: none`] : ['', title, ...lines.map((line) => `  ${line}`)];

function factLines(payment: NonNullable<PaymentFile['payment']>): readonly string[] {
  const { amountMinor, refundedMinor, currency, channel, atGateway } = payment;
  const facts: readonly (readonly [string, string | null])[] = [
    ['status', `${payment.status}${payment.contradicted ? ', contradicted since' : ''}`],
    ['reason', payment.reason],
    ['amount', amountText(amountMinor, currency)],
    ['refunded', refundedMinor === 0n ? null : amountText(refundedMinor, currency)],
    ['channel', `${channel}, ${atGateway ? 'led at its gateway' : 'served by hand'}`],
    ['transaction', payment.gatewayTransactionId],
    ['pay at', payment.payUrl],
    ['order', `${payment.orderNo} of ${payment.tenant}`],
    ['payment order', payment.paymentOrderId],
    ['created', timeText(payment.createdAtMs)],
    ['expires', timeText(payment.expireAtMs)],
    ['paid', timeText(payment.paidAtMs)],
    ['ended', timeText(payment.endedAtMs)],
    ['gateway heard', timeText(payment.askedAtMs)],
    ['version', payment.version.toString()],
  ];
  const shown = facts.filter(([, value]) => value !== null && value !== '');
  return [payment.payNo, ...shown.map(([name, value]) => `  ${name.padEnd(14)} ${value ?? ''}`)];
}

const callLines = (calls: PaymentFile['calls']): readonly string[] =>
  calls.length === 0
    ? []
    : tableLines(
        ['reported', 'action', 'before', 'after', 'said', 'code', 'refund', 'message'],
        calls.map((call) => [
          ...[timeText(call.reportedAtMs), call.action, call.beforeStatus, call.afterStatus],
          ...[call.queryResult, call.code ?? '', call.refundId ?? '', call.message ?? ''],
        ]),
      );

const callbackLines = (callbacks: PaymentFile['callbacks']): readonly string[] =>
  callbacks.length === 0
    ? []
    : tableLines(
        ['received', 'says', 'signature', 'result', 'code', 'contradictory', 'transaction'],
        callbacks.map((callback) => [
          ...[timeText(callback.receivedAtMs), callback.callbackStatus ?? ''],
          ...[callback.signatureValid ? 'valid' : 'invalid', callback.processResult],
          ...[callback.code ?? '', callback.contradictory ? 'yes' : ''],
          callback.channelTradeNo ?? '',
        ]),
      );

const refundLines = (refunds: PaymentFile['refunds']): readonly string[] =>
  refunds.length === 0
    ? []
    : tableLines(
        ['requested', 'refund', 'status', 'amount', 'by itself', 'ended', 'reason', 'failure'],
        refunds.map((refund) => [
          ...[timeText(refund.requestedAtMs), refund.refundId, refund.status],
          ...[amountText(refund.amountMinor, refund.currency), refund.automatic ? 'yes' : ''],
          ...[timeText(refund.endedAtMs), refund.reason ?? ''],
          [refund.failureCode, refund.failureReason].filter((part) => part !== null).join(': '),
        ]),
      );
