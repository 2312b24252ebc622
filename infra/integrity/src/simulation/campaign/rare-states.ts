import { rareStatesSeedsMin } from '../limits.ts';
import type { Totals } from './tally-up.ts';

/**
 * What a campaign must have come across: a fault that never happens, or a branch that is never
 * taken, proves nothing. The names are those that the engine, the workload and the checkers count.
 */
export const rareStates: readonly string[] = [
  // What the engine does to processes, disks and the network.
  ...['a process was killed', 'several processes were killed together'],
  ...['a process was stopped and started', 'a process was frozen', 'the broker restarted'],
  ...['a process was cut off, both ways', 'a process was cut off, requests only'],
  ...['a process was cut off, answers only', 'a disk was wiped'],
  ...['a disk was restored from an earlier copy', 'compaction forgot a deletion'],
  ...['a group forgot its members', 'a group had to join again'],
  'a silent member lost its group',
  // What transactions and edges come to by it.
  ...['a transaction was aborted', 'a commit was unclear and had happened'],
  ...['a commit was unclear and had not happened', 'a commit came late and counted'],
  ...['a late request met a newer owner', 'a zombie was fenced'],
  'a producer was opened late, by nobody',
  ...['a transactional id was busy with markers', 'an edge write was unclear'],
  ...['an edge record came twice', 'a command was written again under its id'],
  ...['a command was answered again', 'an answer did not come in time'],
  'a projection lost a race for its position',
  // What the business comes to.
  ...['alert A raised', 'alert B raised', 'alert C raised', 'alert A AUTO_RESOLVED'],
  ...['alert A SUPERSEDED', 'alert B AUTO_RESOLVED', 'an order expired by its timer'],
  ...['alert V raised', 'alert Z raised', 'PaymentReportMismatched'],
  ...['alert D raised', 'alert F raised', 'alert J raised', 'alert K raised', 'alert M raised'],
  ...['alert N raised', 'alert P raised', 'alert D SUPERSEDED', 'alert P SUPERSEDED'],
  ...['PaymentRequestConflicted', 'PaymentTransactionConflicted'],
  ...['OrderPaid', 'OrderFailed', 'OrderCancelled', 'OrderPaymentReportRecorded', 'PaymentClosed'],
  ...['OrderExpiryRequested', 'an order expired with its payment'],
  'a callback met the payment that it had come before',
  ...['CallbackUnclaimed', 'CallbacksClaimed'],
  ...['PaymentReportContradicted', 'PaymentReportConfirmed', 'outcome REJECTED'],
  ...['outcome UNCHANGED', 'outcome DEAD_LETTERED'],
  // What comes of purchases.
  ...['OrderPaidFromBalance', 'CheckoutCompleted', 'CheckoutCompensated', 'CheckoutPushed'],
  ...['stock was refused', 'money was refused', 'a payment was refused to its checkout'],
  ...['a checkout asked again', 'a checkout gave back', 'alert R raised', 'alert R AUTO_RESOLVED'],
  // What comes of calls to a gateway.
  ...['a call to the gateway was not-sent', 'a call to the gateway was lost before'],
  ...['the gateway spoke of another sum', 'money came for a payment that was closed'],
  ...['a call to the gateway was lost after', 'a call to the gateway was slow'],
  ...['PaymentUnknown', 'PaymentCloseRequested', 'RefundSucceeded', 'RefundUnknown'],
  // What merchants are told, and what they are not.
  ...['a merchant was told that a refund succeeded'],
  ...['a merchant was told of the refund of a late success'],
  "a merchant's payment was unknown, and then processing",
  // What comes of telling merchants, and of processes that die while they do.
  ...['a process ended before it called a merchant'],
  ...['a process ended while it called a merchant'],
  ...['a process ended after a merchant had answered and before its report'],
  ...['a call to a merchant was lost before', 'a call to a merchant was lost after'],
  ...['a call to a merchant was hung', 'a merchant asked to be left alone'],
  ...['a merchant got a repeat', 'a schedule was used up', 'an endpoint was gone'],
  ...['a notification was given up with its endpoint', 'a notification waited for another'],
  ...['a notification was given up by hand', 'a notification was retried by hand'],
  ...['a notification was given up while an attempt was under way'],
  ...['a notification was replayed', 'AbandonNotification was refused'],
  ...['RetryNotification was refused', 'ReplayNotification was refused'],
  ...['an endpoint was left alone after failures', 'an endpoint that had failed was there again'],
  ...['a report was told to its task', 'a report was sent as a command'],
  ...['a lane had more than it holds', 'a secret was rotated'],
  'a retry waited as long as its merchant had asked',
  ...['a retry waited in a delay topic', 'a retry waited for a timer', 'alert U raised'],
  ...['nobody relayed what was due', 'a retry was begun by the sweeper'],
  'an overdue retry was told',
  // What comes in on personal accounts, and what becomes of it.
  ...['money was matched ON_TIME', 'money was matched LATE', 'money was matched MANUAL'],
  ...["money is nobody's: NO_ORDER", "money is nobody's: SEVERAL_ORDERS"],
  ...["money is nobody's: CHANNEL_UNKNOWN", 'money was set aside', 'money was reported otherwise'],
  ...['money was reported by two processes', 'money that does not fit was matched'],
  ...['an order asked for an amount of its own', 'an account had no amount left'],
  ...['an account took no orders', 'MatchMoney was refused'],
  ...['money came in one batch with the end of an order'],
  ...['money was matched by hand while its payment closed'],
  ...['money was matched by itself while its payment closed'],
  ...['late money was told to a payment that had closed'],
  ...['alert K raised', 'alert K AUTO_RESOLVED'],
  // What comes of channels that are listened to.
  ...['alert W raised', 'ChannelSilent', 'ChannelSpeaks'],
  // What is done about alerts.
  ...['remedy DONE', 'remedy REFUSED', 'remedy WITHDRAWN'],
  ...['remedy held: REMEDIES_STOPPED', 'a channel was swept'],
  // What is done about records that cannot be read.
  ...['dead letter ENVELOPE_HEADER_MISSING', 'dead letter MAGIC_BYTE', 'dead letter NULL_KEY'],
  ...['dead letter NULL_VALUE', 'dead letter PARKED_BEHIND', 'dead letter TRUNCATED'],
  ...['dead letter TYPE_MISMATCH', 'dead letter UNKNOWN_SCHEMA', 'dead letter WRONG_PARTITION'],
  ...['poison in notificationsCommands', 'poison in endpointsCommands', 'poison in delays'],
  ...['poison in notificationsEvents', 'poison in endpointsEvents', 'poison in endpointsCopies'],
  ...['poison: impossible', 'a read model parked records'],
  ...['what waited behind a dead letter went on', 'what waited was discarded'],
  ...['a redrive came again under its id'],
  ...['a redrive stopped at the next that cannot be read', 'a redrive found nothing that waits'],
];

/** States that a campaign of enough seeds never reached. */
export const missingStates = ({ seeds, sometimes }: Pick<Totals, 'seeds' | 'sometimes'>) =>
  seeds < rareStatesSeedsMin ? [] : rareStates.filter((name) => (sometimes[name] ?? 0) === 0);
