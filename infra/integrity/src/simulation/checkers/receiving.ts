import type {
  CommandOutcome,
  GatewayCallbackRecorded,
  MoneyMatched,
  PaymentsEvent,
  ReceivingEvent,
  ReportMoney,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History, ReadEntry } from '../history/history.ts';
import { isReadable, keyOf, outcomesIn, ownEntries, placeOf } from '../history/history.ts';
import type { ModelAccount } from '../oracles/account-model.ts';
import { takeReceivingEvent } from '../oracles/account-model.ts';
import { compacted } from './state.ts';
import type { Checker } from './checker.ts';

/** I3, I7, and contract 0: exactly one or nobody, and never a guess. */
export const receivingChecker: Checker = {
  name: 'receiving',
  title: 'money on an account stands once, is the one order that fits, and reaches its payment',
  check(history) {
    const { accounts, impossible } = accountsIn(history);
    const matches = matchesIn(history);
    return [
      ...impossible,
      ...keptReports(history, accounts),
      ...matches.flatMap((match) => reached(history, match)),
      ...succeeded(history, matches),
      ...accountState(history, accounts),
      ...shown(history, accounts),
    ];
  },
};

type Accounts = ReadonlyMap<string, ModelAccount>;

/** Every account as its events say, folded by hand, and what of them cannot be. */
export function accountsIn(history: History): {
  readonly accounts: Accounts;
  readonly impossible: readonly Violation[];
} {
  const accounts = new Map<string, ModelAccount>();
  const impossible: Violation[] = [];
  for (const entry of ownEntries(history, topics.receivingEvents.name)) {
    const key = keyOf(entry);
    const event = entry.payload as ReceivingEvent;
    const { account, problems } = takeReceivingEvent(accounts.get(key) ?? null, event);
    if (account !== null) accounts.set(key, account);
    impossible.push(...problems.map((problem) => violation('I3', `${key}: ${problem}`)));
  }
  return { accounts, impossible };
}

/** What was accepted stands on its account: as matched, as nobody's, or set aside. */
function keptReports(history: History, accounts: Accounts): readonly Violation[] {
  const outcomes = new Map<string, CommandOutcome>(
    outcomesIn(history, topics.receivingOutcomes.name).map((outcome) => [
      `${outcome.commandPartition}/${outcome.commandOffset}`,
      outcome,
    ]),
  );
  return ownEntries(history, topics.receivingCommands.name).flatMap((entry) => {
    if (entry.payload.type !== 'ReportMoney') return [];
    const status = outcomes.get(placeOf(entry.record))?.status;
    const isKept = status === 'ACCEPTED' || status === 'UNCHANGED';
    const { platformOrder } = entry.payload.data as ReportMoney;
    const stands = accounts.get(keyOf(entry))?.money.get(platformOrder);
    if (!isKept || stands !== undefined) return [];
    return [violation('I1', `${platformOrder} was reported and ${status}, and stands nowhere`)];
  });
}

export const matchesIn = (history: History): readonly ReadEntry[] =>
  ownEntries(history, topics.receivingEvents.name).filter(
    ({ payload }) => payload.type === 'MoneyMatched',
  );

/** The payment has it from its gateway that the money is there. */
function reached(history: History, match: ReadEntry): readonly Violation[] {
  const { payNo, platformOrder } = match.payload.data as MoneyMatched;
  const isTold = ownEntries(history, topics.paymentsEvents.name).some(({ payload }) => {
    if (payload.type !== 'GatewayCallbackRecorded') return false;
    const { payNo: of, answer } = payload.data as GatewayCallbackRecorded;
    return of === payNo && answer.gatewayTransactionId === platformOrder;
  });
  return isTold ? [] : [violation('I2', `${payNo} was never told of ${platformOrder}`)];
}

/** A payment into an account is paid by money that was matched to it, and by as much. */
function succeeded(history: History, matches: readonly ReadEntry[]): readonly Violation[] {
  const told = matches.map(({ payload }) => payload.data as MoneyMatched);
  const used = new Map<string, string>();
  return ownEntries(history, topics.paymentsEvents.name).flatMap(({ payload }) => {
    const { type, data } = payload as PaymentsEvent;
    if (type !== 'PaymentSucceeded' || data.channel !== 'PERSONAL') return [];
    const { payNo, channelTradeNo, amountMinor } = data;
    const match = told.find(
      (each) => each.payNo === payNo && each.platformOrder === channelTradeNo,
    );
    if (match === undefined)
      return [violation('I7', `${payNo} succeeded by ${channelTradeNo}, which is not its`)];
    const money = `${match.pid}.${match.aid}/${match.platformOrder}`;
    const other = used.get(money);
    used.set(money, payNo);
    return [
      ...(match.toldMinor === amountMinor
        ? []
        : [violation('I7', `${payNo} succeeded with ${amountMinor}, and got ${match.toldMinor}`)]),
      ...(other === undefined ? [] : [violation('I7', `${money} pays ${other} and ${payNo}`)]),
    ];
  });
}

interface KeptEntry {
  readonly reference: string;
  readonly orderId: string;
  readonly cid: string;
  readonly expiresAtMs: number;
}

const activePrefix = 's/active/';
const isOf = (prefix: string) => (name: string) => name.startsWith(prefix);

/** What clients are shown of an account, and the time at which it wakes, follow from its events. */
function accountState(history: History, accounts: Accounts): readonly Violation[] {
  const changelog = topics.receivingChangelog.name;
  const found: Violation[] = [];
  const wanted = new Map<string, string>();
  const timers = new Set<string>();
  for (const [key, { orders }] of accounts) {
    const active = [...orders].filter(([, { status }]) => status === 'ACTIVE');
    for (const [reference, { orderNo, cid, expireAtMs }] of active)
      wanted.set(`${activePrefix}${key}/${reference}`, `${orderNo} ${cid} ${expireAtMs}`);
    const dueMs = Math.min(...active.map(([, { expireAtMs }]) => expireAtMs));
    if (active.length > 0) timers.add(`t/${String(dueMs).padStart(15, '0')}/${key}/expire`);
  }
  for (let partition = 0; partition < history.partitions; partition += 1) {
    for (const [name, bytes] of compacted(history, changelog, partition)) {
      if (isOf('t/')(name) && !timers.delete(name))
        found.push(violation('state', `${changelog}: ${name} is left over`));
      if (!isOf(activePrefix)(name)) continue;
      const { orderId, cid, expiresAtMs } = JSON.parse(bytes.toString('utf8')) as KeptEntry;
      if (wanted.get(name) !== `${orderId} ${cid} ${expiresAtMs}`)
        found.push(violation('state', `${name} is shown, and does not wait so`));
      wanted.delete(name);
    }
  }
  for (const name of wanted.keys())
    found.push(violation('state', `${name} waits, and is not shown`));
  for (const name of timers) found.push(violation('state', `${changelog}: ${name} is missing`));
  return found;
}

/** The read model says the same, without the projection's own code. */
function shown(history: History, accounts: Accounts): readonly Violation[] {
  const model = history.readModels.find(({ projection }) => projection.name === 'receiving');
  if (model === undefined) return [];
  const parked = new Set(model.parkedKeys().map(({ key }) => key));
  const spoilt = new Set(
    history
      .committed(topics.receivingEvents.name)
      .filter((entry) => entry.planted !== null && isReadable(entry))
      .map(keyOf),
  );
  const rowsOf = (table: string, id: string): ReadonlyMap<string, string> =>
    new Map(
      model.rows(table).flatMap((row) => {
        // These columns are text.
        const key = row['account_key'] as string;
        if (parked.has(key) || spoilt.has(key)) return [];
        return [[`${key}/${row[id] as string}`, row['status'] as string]];
      }),
    );
  const wantedOf = (of: (account: ModelAccount) => ReadonlyMap<string, { status: string }>) =>
    new Map(
      [...accounts]
        .filter(([key]) => !parked.has(key) && !spoilt.has(key))
        .flatMap(([key, account]) =>
          [...of(account)].map(([id, { status }]) => [`${key}/${id}`, status] as const),
        ),
    );
  const compare = (
    table: string,
    rows: ReadonlyMap<string, string>,
    wanted: ReadonlyMap<string, string>,
  ): readonly Violation[] =>
    [...new Set([...rows.keys(), ...wanted.keys()])]
      .filter((name) => rows.get(name) !== wanted.get(name))
      .map((name) => {
        const [shows, is] = [rows.get(name) ?? 'nothing', wanted.get(name) ?? 'not there'];
        return violation('I4', `receiving.${table}: ${name} shows ${shows}, and is ${is}`);
      });
  return [
    ...compare(
      'orders',
      rowsOf('orders', 'reference'),
      wantedOf(({ orders }) => orders),
    ),
    ...compare(
      'received_money',
      rowsOf('received_money', 'platform_order'),
      wantedOf(({ money }) => money),
    ),
  ];
}
