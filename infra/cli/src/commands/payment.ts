import { randomUUID } from 'node:crypto';
import type { CommandOutcome } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { formatMajor, isCurrencyCode, parseMajor, slotOfPayNo } from '@plumbline/kernel';
import type { MajorAmountProblem, Payload } from '@plumbline/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { ask } from '../session/ask.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

interface WithReason {
  readonly reason: string;
  readonly json?: boolean;
}

export function addPaymentQuery(parent: Command, run: RunCommand): void {
  parent
    .command('query')
    .description('Have the gateway asked about a payment now')
    .argument('<payNo>', 'number of the payment')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--json', 'the outcome as JSON')
    .addHelpText('after', examples('payment query PAY… --reason "the payer says that he paid"'))
    .action((payNo: string, options: WithReason) =>
      run((session) => queryPayment(session, payNo, options)),
    );
}

export const queryPayment = async (session: Session, payNo: string, options: WithReason) =>
  tell(session, payNo, options, {
    type: 'QueryPayment',
    data: { payNo, reason: reasonOf(options), unlessWithinMs: 0, isNews: false },
  });

export function addPaymentClose(parent: Command, run: RunCommand): void {
  parent
    .command('close')
    .description('End a payment unpaid: asked about and closed at its gateway first')
    .argument('<payNo>', 'number of the payment')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--json', 'the outcome as JSON')
    .addHelpText('after', examples('payment close PAY… --reason "the buyer called"'))
    .action((payNo: string, options: WithReason) =>
      run((session) => closePayment(session, payNo, options)),
    );
}

export const closePayment = async (session: Session, payNo: string, options: WithReason) =>
  tell(session, payNo, options, {
    type: 'ClosePayment',
    // The payment knows its order; what the command says of it is read by nobody.
    data: { payNo, orderNo: '', reason: reasonOf(options) },
  });

const problems: Readonly<Record<MajorAmountProblem, string>> = {
  not_a_number: 'no amount',
  too_many_decimals: 'more exact than the currency',
  too_large: 'too large',
};

export interface RefundOptions extends WithReason {
  readonly amount: string;
  readonly currency: string;
  readonly id?: string;
  readonly second?: boolean;
}

export function addPaymentRefund(parent: Command, run: RunCommand): void {
  parent
    .command('refund')
    .description('Give back what was paid, or a part of it')
    .argument('<payNo>', 'number of the payment')
    .requiredOption('--amount <amount>', 'in major units: 12.50')
    .option('--currency <code>', 'ISO 4217', 'CNY')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--id <uuid>', 'of the refund: the same again gives nothing back twice (default: new)')
    .option(
      '--second',
      'of what a second transaction took; at most --amount, and never of the first',
    )
    .option('--json', 'the outcome as JSON')
    .addHelpText(
      'after',
      examples(
        'payment refund PAY… --amount 12.50 --reason "one book was torn"',
        'payment refund PAY… --amount 12.50 --second --reason "rule G: paid twice"',
      ),
    )
    .action((payNo: string, options: RefundOptions) =>
      run((session) => refundPayment(session, payNo, options)),
    );
}

export async function refundPayment(
  session: Session,
  payNo: string,
  options: RefundOptions,
): Promise<ExitCode> {
  const { currency } = options;
  if (!isCurrencyCode(currency)) throw usageFailure(`--currency: ${currency} is no currency`);
  const amountMinor = parseMajor(options.amount, currency);
  if (typeof amountMinor !== 'bigint')
    throw usageFailure(`--amount: ${options.amount} is ${problems[amountMinor]}`);
  const refundId = options.id ?? randomUUID();
  // Said before it is asked for: with it the same refund can be asked for again.
  session.out.note(`refund ${refundId}`);
  const data = { payNo, refundId, amountMinor, currency, reason: reasonOf(options) };
  const type = options.second === true ? 'RefundSecondTransaction' : 'RefundPayment';
  return tell(session, payNo, options, { type, data });
}

function reasonOf({ reason }: WithReason): string {
  if (reason.trim() === '') throw usageFailure('--reason must not be empty');
  return reason;
}

const answered = z.object({
  payNo: z.string(),
  orderNo: z.string(),
  status: z.string(),
  currency: z.string(),
  capturedMinor: z.string().transform(BigInt),
  refundedMinor: z.string().transform(BigInt),
});

async function tell(
  session: Session,
  payNo: string,
  { json }: { readonly json?: boolean },
  payload: Payload,
): Promise<ExitCode> {
  if (slotOfPayNo(payNo) === null)
    throw usageFailure(`${payNo} is no number of a payment: PAY and 27 digits`);
  const outcome = await ask(session, {
    commandsTopic: topics.paymentsCommands.name,
    outcomesTopic: topics.paymentsOutcomes.name,
    ...{ key: payNo, subject: payNo, payload, decider: 'payments' },
  });
  if (json === true) session.out.json(outcome);
  else session.out.line(lineOf(outcome));
  return 0;
}

function lineOf({ status, events, answer }: CommandOutcome): string {
  const { payNo, orderNo, currency, ...payment } = answered.parse(JSON.parse(answer ?? 'null'));
  const money = (minor: bigint): string => `${formatMajor(minor, currency)} ${currency}`;
  const what = status === 'UNCHANGED' ? 'nothing to do' : events.map(({ type }) => type).join(', ');
  const { capturedMinor, refundedMinor } = payment;
  return (
    `${payNo} of ${orderNo}: ${what}; it is ${payment.status}, paid ${money(capturedMinor)}, ` +
    `given back ${money(refundedMinor)}`
  );
}
