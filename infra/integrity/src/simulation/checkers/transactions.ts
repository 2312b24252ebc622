import type {
  GatewayTransactionClaimed,
  PaymentsCommand,
  PaymentsEvent,
  TransactionsEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { isReadable, keyOf, ownEntries } from '../history/history.ts';
import { takenIn } from '../oracles/parking.ts';
import type { Checker } from './checker.ts';

/** Rule Z's half before the alert: who claims which transaction, and who is told. */
export const transactionsChecker: Checker = {
  name: 'transactions',
  title: 'a payment at the gateway claims what paid it, once, and a second claimant is told, once',
  check: (history) => [...claims(history), ...told(history)],
};

/** What a list must hold, each once, against what it holds. */
export function compare(
  expected: readonly string[],
  found: readonly string[],
  what: string,
): readonly Violation[] {
  const left = [...found];
  const missing = expected.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [
    ...missing.map((name) => violation('I3', `${what}: ${name} is missing`)),
    ...left.map((name) => violation('I3', `${what}: nothing calls for ${name}`)),
  ];
}

/** Money that the gateway is said to have, by payment and transaction, once each in a row. */
function claims(history: History): readonly Violation[] {
  const channels = new Map<string, string>();
  const last = new Map<string, string>();
  const expected: string[] = [];
  for (const entry of takenIn(history, topics.paymentsEvents.name).filter(isReadable)) {
    const event = entry.payload as PaymentsEvent;
    const { payNo } = event.data;
    if (event.type === 'PaymentCreated' && event.data.gateway !== null)
      channels.set(payNo, namespaceOf(event.data.channel, event.data.gateway.account));
    const channel = channels.get(payNo);
    const isPaid =
      event.type === 'PaymentSucceeded' ||
      (event.type === 'PaymentReportContradicted' && event.data.reportedStatus === 'SUCCESS');
    if (channel === undefined || !isPaid || event.data.channelTradeNo === null) continue;
    const transaction = `${channel}:${event.data.channelTradeNo}`;
    if (last.get(payNo) === transaction) continue;
    last.set(payNo, transaction);
    expected.push(`${transaction} by ${payNo} of ${keyOf(entry)} through ${entry.envelope.id}`);
  }
  const entries = ownEntries(history, topics.transactionsEvents.name);
  const found = entries.map((entry) => {
    const { payNo, tenant, orderNo, paymentEventId } = claimIn(entry.payload as TransactionsEvent);
    return `${keyOf(entry)} by ${payNo} of ${tenant}/${orderNo} through ${paymentEventId}`;
  });
  const astray = entries.filter(
    (entry) => partitionOfRecordKey(keyOf(entry), history.partitions) !== entry.record.partition,
  );
  return [
    ...compare(expected, found, 'claim'),
    ...astray.map((entry) => violation('I3', `the claim of ${keyOf(entry)} stands elsewhere`)),
  ];
}

/** Numbers are those of a gateway, or of a personal account: `pid.aid` of `pid.aid.cid`. */
const namespaceOf = (channel: string, account: string | null): string =>
  account === null ? channel : `${channel}:${account.split('.', 2).join('.')}`;

const claimIn = ({ data }: TransactionsEvent): GatewayTransactionClaimed => data;

/** Whoever claims after another payment did is sent a command, which becomes one event of it. */
function told(history: History): readonly Violation[] {
  const firsts = new Map<string, GatewayTransactionClaimed>();
  const commands: string[] = [];
  const events = new Set<string>();
  for (const entry of takenIn(history, topics.transactionsEvents.name).filter(isReadable)) {
    const later = claimIn(entry.payload as TransactionsEvent);
    const first = firsts.get(keyOf(entry));
    if (first === undefined) firsts.set(keyOf(entry), later);
    else if (first.payNo !== later.payNo) {
      const key = `${later.tenant}/${later.orderNo}`;
      const what = `${later.payNo} that ${keyOf(entry)} is of ${first.payNo}`;
      commands.push(`${key} ${what} by ${entry.envelope.id}`);
      events.add(`${key} ${what}`);
    }
  }
  const sent = ownEntries(history, topics.paymentsCommands.name).flatMap((entry) => {
    const command = entry.payload as PaymentsCommand;
    if (command.type !== 'ReportTransactionConflict') return [];
    const { payNo, otherPayNo, channel, gatewayTransactionId: id } = command.data;
    const cause = String(entry.envelope.causationId);
    return [`${keyOf(entry)} ${payNo} that ${channel}:${id} is of ${otherPayNo} by ${cause}`];
  });
  const recorded = ownEntries(history, topics.paymentsEvents.name).flatMap((entry) => {
    const event = entry.payload as PaymentsEvent;
    if (event.type !== 'PaymentTransactionConflicted') return [];
    const { payNo, otherPayNo, channel, gatewayTransactionId: id } = event.data;
    return [`${keyOf(entry)} ${payNo} that ${channel}:${id} is of ${otherPayNo}`];
  });
  return [
    ...compare(commands, sent, 'telling'),
    ...compare([...events], recorded, 'record of a conflict'),
  ];
}
