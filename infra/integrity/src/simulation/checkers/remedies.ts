import type {
  DesksEvent,
  LeaveGranted,
  PaymentsCommand,
  PaymentsEvent,
  RemediesEvent,
  RemedyPolicy,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History, ReadEntry } from '../history/history.ts';
import { keyOf, ownEntries } from '../history/history.ts';
import type { Checker } from './checker.ts';

/** I7 */
export const remediesChecker: Checker = {
  name: 'remedies',
  title: 'each remedy starts once, by one command, within its limits, and not after a stop',
  check: (history) => [
    ...[...desksOf(history), ...sent(history), ...lives(history)],
    ...sweepsOf(history),
  ],
};

const hourMs = 3_600_000;

/** What stands at a desk, told from its events alone. */
interface Told {
  readonly policies: Map<string, RemedyPolicy>;
  readonly stopped: Set<string>;
  readonly granted: Set<string>;
  /** By rule and hour. */
  readonly spent: Map<string, { count: number; minor: bigint }>;
}

const everyRule = '*';

function desksOf(history: History): readonly Violation[] {
  const desks = new Map<string, Told>();
  return ownEntries(history, topics.desksEvents.name).flatMap((entry) => {
    const key = keyOf(entry);
    const told = desks.get(key) ?? {
      ...{ policies: new Map(), stopped: new Set(), granted: new Set(), spent: new Map() },
    };
    desks.set(key, told);
    // The topic holds nothing but these.
    const event = entry.payload as DesksEvent;
    if (event.type === 'RemedyPolicySet')
      told.policies.set(event.data.policy.rule, event.data.policy);
    if (event.type === 'RemediesStopped') told.stopped.add(event.data.rule ?? everyRule);
    if (event.type === 'RemediesResumed') told.stopped.delete(event.data.rule ?? everyRule);
    if (event.type !== 'LeaveGranted') return [];
    return problemsOf(event.data, told).map((problem) =>
      violation('I7', `remedy ${event.data.remedyId} of ${key} ${problem}`),
    );
  });
}

function problemsOf(leave: LeaveGranted, told: Told): readonly string[] {
  const { remedyId, rule, amountMinor, currency, grantedAt } = leave;
  const problems: string[] = [];
  if (told.granted.has(remedyId)) problems.push('starts twice');
  told.granted.add(remedyId);
  if (told.stopped.has(everyRule) || told.stopped.has(rule)) problems.push('starts after a stop');
  const policy = told.policies.get(rule);
  if (policy === undefined) return [...problems, 'starts without a policy'];
  const moves = ['REFUND', 'REFUND_SECOND', 'COMPLETE_ORDER'].includes(leave.remedy);
  const limit = policy.money.find((each) => each.currency === currency);
  const hour = `${rule} ${Math.floor(grantedAt / hourMs)}`;
  const before = told.spent.get(hour) ?? { count: 0, minor: 0n };
  const now = { count: before.count + 1, minor: before.minor + amountMinor };
  told.spent.set(hour, now);
  if (now.count > policy.perHourMax) problems.push(`is the ${now.count}th of its hour`);
  if (!moves) return problems;
  if (limit === undefined) return [...problems, 'moves money without a limit'];
  if (now.minor > limit.perHourMinor) problems.push(`brings its hour to ${now.minor}`);
  if (amountMinor > limit.perRemedyMinor) problems.push(`moves ${amountMinor}`);
  return problems;
}

/** Commands of desks to those that act: one of each leave, under an id of its own. */
function sent(history: History): readonly Violation[] {
  const leaves = new Map<string, string>();
  for (const { payload, envelope } of ownEntries(history, topics.desksEvents.name)) {
    const event = payload as DesksEvent;
    if (event.type !== 'LeaveGranted' || event.data.dryRun) continue;
    // A sweep asks by itself, once it knows what lingers.
    if (event.data.remedy !== 'SWEEP_CHANNEL')
      leaves.set(envelope.causationId ?? '', event.data.remedyId);
  }
  const targets = [topics.ordersCommands, topics.paymentsCommands, topics.checkoutCommands];
  const commands = [...targets, topics.notificationsCommands]
    .flatMap(({ name }) => ownEntries(history, name))
    .filter(({ envelope }) => envelope.actor === 'system:desks');
  const byCause = new Map<string, ReadEntry[]>();
  for (const entry of commands) {
    const cause = entry.envelope.causationId ?? '';
    byCause.set(cause, [...(byCause.get(cause) ?? []), entry]);
  }
  const ids = new Set(commands.map(({ envelope }) => envelope.id));
  const found: string[] = [];
  if (ids.size < commands.length) found.push('two commands of remedies have one id');
  for (const [cause, remedyId] of leaves) {
    const count = byCause.get(cause)?.length ?? 0;
    if (count !== 1) found.push(`remedy ${remedyId} sent ${count} commands`);
  }
  for (const cause of byCause.keys())
    if (!leaves.has(cause)) found.push(`a remedy sent a command for ${cause} without leave`);
  return found.map((what) => violation('I7', what));
}

/** Nobody is left waiting for an answer, and what a desk let start its order knows of. */
function lives(history: History): readonly Violation[] {
  const newest = new Map<string, RemediesEvent['type']>();
  const kinds = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { payload } of ownEntries(history, topics.remediesEvents.name)) {
    const { type, data } = payload as RemediesEvent;
    if (type === 'RemedyStarted') kinds.set(data.remedyId, data.kind);
    if (type !== 'RemedyAlertEnded') newest.set(data.remedyId, type);
    const name = `${data.remedyId} ${type}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const once: readonly RemediesEvent['type'][] = ['RemedyProposed', 'RemedyStarted', 'RemedyEnded'];
  const found: string[] = [];
  for (const [name, count] of counts)
    if (count > 1 && once.some((type) => name.endsWith(` ${type}`))) found.push(`${name} twice`);
  for (const [remedyId, type] of newest) {
    if (type === 'RemedyProposed' || type === 'RemedyApproved')
      found.push(`remedy ${remedyId} waits for an answer`);
    // A refund is told of later by the gateway, and what was told again by the end of the alert.
    const isLater = ['REFUND', 'REFUND_SECOND', 'TELL_AGAIN'].includes(kinds.get(remedyId) ?? '');
    if (type === 'RemedyStarted' && !isLater)
      found.push(`remedy ${remedyId} never heard of its command`);
  }
  for (const { payload } of ownEntries(history, topics.desksEvents.name)) {
    const event = payload as DesksEvent;
    if (event.type !== 'LeaveGranted' || event.data.dryRun) continue;
    if (!counts.has(`${event.data.remedyId} RemedyStarted`))
      found.push(`remedy ${event.data.remedyId} started, and its order does not know`);
  }
  return found.map((what) => violation('I7', what));
}

const sweptMax = 200;

/** Each payment that a sweep names is one of its channel at the gateway, and is asked about once. */
function sweepsOf(history: History): readonly Violation[] {
  const channels = new Map<string, string>();
  for (const { payload } of ownEntries(history, topics.paymentsEvents.name)) {
    const event = payload as PaymentsEvent;
    if (event.type === 'PaymentCreated' && event.data.gateway !== null)
      channels.set(event.data.payNo, event.data.channel);
  }
  const asked = new Map<string, number>();
  for (const { payload, envelope } of ownEntries(history, topics.paymentsCommands.name)) {
    const command = payload as PaymentsCommand;
    if (envelope.actor !== 'system:remedies' || command.type !== 'QueryPayment') continue;
    const { payNo, reason } = command.data;
    const name = `${payNo}: ${reason}`;
    asked.set(name, (asked.get(name) ?? 0) + 1);
  }
  const found: string[] = [];
  for (const { payload } of ownEntries(history, topics.remediesEvents.name)) {
    const event = payload as RemediesEvent;
    if (event.type !== 'ChannelSwept') continue;
    const { payNos, orderNo, alertId, rule, remedyId } = event.data;
    if (payNos.length > sweptMax) found.push(`sweep ${remedyId} asks about ${payNos.length}`);
    for (const payNo of payNos) {
      const name = `${payNo}: remedy of alert ${alertId}, rule ${rule}`;
      const count = asked.get(name) ?? 0;
      asked.delete(name);
      if (count !== 1) found.push(`sweep ${remedyId} asked ${count} times about ${payNo}`);
      if (orderNo !== `channel.${channels.get(payNo) ?? 'none'}`)
        found.push(`sweep ${remedyId} of ${orderNo} names ${payNo}, which is not there`);
    }
  }
  for (const name of asked.keys()) found.push(`no sweep asks about ${name}`);
  return found.map((what) => violation('I7', what));
}
