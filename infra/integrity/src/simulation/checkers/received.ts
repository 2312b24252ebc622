import type { MoneyMatched, PaymentsEvent, ReceivingEvent, ReportMoney } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { ownEntries, placeOf } from '../history/history.ts';
import type { BookedMoney } from '../stage/sim-payers.ts';
import type { Checker } from './checker.ts';
import { accountsIn, matchesIn } from './receiving.ts';

/** I1, I7: the money that really came in is the truth, and nobody who keeps it decides anything. */
export const receivedChecker: Checker = {
  name: 'received',
  title: 'an account shows the money that came in, each piece once, and payments have no other',
  check: (history) => [
    ...known(history),
    ...heard(history),
    ...moneyOfPayments(history),
    ...notGuessed(history),
    ...endings(history),
  ],
};

/** What an account says that came in did come in, there and so, or was said so by a client. */
function known(history: History): readonly Violation[] {
  const said = new Set(
    ownEntries(history, topics.receivingCommands.name).flatMap(({ payload }) => {
      if (payload.type !== 'ReportMoney') return [];
      return [textOf(payload.data as ReportMoney)];
    }),
  );
  return ownEntries(history, topics.receivingEvents.name).flatMap(({ payload }) => {
    const { type, data } = payload as ReceivingEvent;
    if (type !== 'MoneyMatched' && type !== 'MoneyUnmatched') return [];
    const booked = history.money.get(data.platformOrder);
    const isHere = booked?.account === `${data.pid}.${data.aid}`;
    if (isHere && said.has(textOf(data))) return [];
    return [violation('I7', `${data.platformOrder} is on an account, and did not come in so`)];
  });
}

const textOf = (of: Pick<ReportMoney, 'platformOrder' | 'payway' | 'channel' | 'amountMinor'>) =>
  `${of.platformOrder} ${of.payway} ${of.channel} ${of.amountMinor}`;

/** What a client was told is kept, is. Whatever came in was reported by the end of a run. */
function heard(history: History): readonly Violation[] {
  const { accounts } = accountsIn(history);
  const standing = new Set(
    [...accounts].flatMap(([key, { money }]) =>
      [...money.keys()].map((platformOrder) => `${key} ${platformOrder}`),
    ),
  );
  const keptAt = new Set(
    history.sent.flatMap(({ type, answer, acknowledged }) =>
      type === 'ReportMoney' && answer !== null && answer.status !== 'REJECTED' ? acknowledged : [],
    ),
  );
  const answered = ownEntries(history, topics.receivingCommands.name).flatMap((entry) =>
    entry.payload.type === 'ReportMoney' && keptAt.has(placeOf(entry.record))
      ? [
          `${entry.record.key?.toString() ?? ''} ${(entry.payload.data as ReportMoney).platformOrder}`,
        ]
      : [],
  );
  const lost = answered.filter((name) => !standing.has(name));
  const unsaid = [...history.money.values()].filter(
    ({ account, platformOrder }) => !standing.has(`main/${account} ${platformOrder}`),
  );
  return [
    ...lost.map((name) => violation('I1', `${name} was answered as kept, and is gone`)),
    ...unsaid.map(({ platformOrder }) =>
      violation('I1', `${platformOrder} came in, and stands on no account`),
    ),
  ];
}

/** Each payment has money of its own, which was there before it, and no more than came. */
function moneyOfPayments(history: History): readonly Violation[] {
  const paidBy = new Map<string, string>();
  const misread = misreadIn(history);
  return ownEntries(history, topics.paymentsEvents.name).flatMap(({ payload, record }) => {
    const { type, data } = payload as PaymentsEvent;
    if (type !== 'PaymentSucceeded' || data.channel !== 'PERSONAL') return [];
    const { payNo, channelTradeNo } = data;
    const booked = history.money.get(channelTradeNo);
    if (booked === undefined)
      return [violation('I7', `${payNo} is paid, and no money came in for it`)];
    const { platformOrder, cameAtMs } = booked;
    const other = paidBy.get(platformOrder);
    paidBy.set(platformOrder, payNo);
    const match = matchOf(history, platformOrder);
    const isLess = match !== null && !isSame(match, booked) && !misread.has(platformOrder);
    return [
      ...(other === undefined
        ? []
        : [violation('I7', `${platformOrder} paid ${other} and ${payNo}`)]),
      ...(record.timestampMs >= cameAtMs
        ? []
        : [violation('I7', `${payNo} was paid before ${platformOrder} came in`)]),
      ...(isLess ? [violation('I7', `${platformOrder} is not what came in`)] : []),
    ];
  });
}

const isSame = (match: MoneyMatched, { amountMinor, channel }: BookedMoney): boolean =>
  match.amountMinor === amountMinor && match.channel === channel;

const matchOf = (history: History, platformOrder: string): MoneyMatched | null =>
  matchesIn(history)
    .map(({ payload }) => payload.data as MoneyMatched)
    .find((match) => match.platformOrder === platformOrder) ?? null;

/** Numbers under which some client said something else than came in. */
function misreadIn(history: History): ReadonlySet<string> {
  return new Set(
    ownEntries(history, topics.receivingCommands.name).flatMap(({ payload }) => {
      if (payload.type !== 'ReportMoney') return [];
      const { platformOrder, amountMinor } = payload.data as ReportMoney;
      const booked = history.money.get(platformOrder);
      return booked === undefined || booked.amountMinor === amountMinor ? [] : [platformOrder];
    }),
  );
}

/** What was for nobody here, and that nobody asked for, is nobody's unless a person said so. */
function notGuessed(history: History): readonly Violation[] {
  const misread = misreadIn(history);
  return matchesIn(history).flatMap(({ payload }) => {
    const { platformOrder, kind, toldMinor, orderAmountMinor } = payload.data as MoneyMatched;
    if (kind === 'MANUAL' || misread.has(platformOrder) || toldMinor === orderAmountMinor)
      return [];
    return [violation('I7', `${platformOrder} is matched to an order of ${orderAmountMinor}`)];
  });
}

/** A payment into an account comes to its end, unless a person gave it money that does not fit. */
function endings(history: History): readonly Violation[] {
  const open = new Map<string, string>();
  const spoilt = new Set<string>();
  for (const { planted, record } of history.committed(topics.paymentsEvents.name))
    if (planted !== null) spoilt.add(record.key?.toString() ?? '');
  for (const { payload, record } of ownEntries(history, topics.paymentsEvents.name)) {
    const { type, data } = payload as PaymentsEvent;
    if (type === 'PaymentCreated' && data.channel === 'PERSONAL')
      open.set(data.payNo, record.key?.toString() ?? '');
    if (ends.has(type) || type === 'PaymentReportMismatched') open.delete(data.payNo);
  }
  return [...open]
    .filter(([, key]) => !spoilt.has(key))
    .map(([payNo]) => violation('I13', `${payNo} into an account never ended`));
}

const ends: ReadonlySet<string> = new Set(['PaymentSucceeded', 'PaymentFailed', 'PaymentClosed']);
